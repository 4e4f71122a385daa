import { LiveCaptureError } from '../../errors.js'
import { canonicalAddress } from './addresses.js'
import type { LiveInterface } from './live-capture.js'

/** An interface as the package cap describes it. */
interface CapInterface {
  readonly name: string
  readonly description?: string
  readonly addresses: readonly { readonly addr?: string }[]
  readonly flags?: string
}

/** A capture of the package cap. It calls the `packet` listener with the number of bytes it put into its buffer. */
export interface CapCapture {
  on(event: 'packet', listener: (bytes: number, isCut: boolean) => void): void
  /** @returns The package's name for the link type. @throws Error with the system's text. */
  open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string
  close(): void
  /** Windows only. */
  setMinBytes?(bytes: number): void
}

/** The part of the package cap 0.2.1 that is used here. */
export interface CapModule {
  readonly Cap: (new () => CapCapture) & { deviceList(): readonly CapInterface[] }
}

/**
 * Loads the optional package cap. Only the main thread of a process can load it.
 *
 * @returns The package, or the reason for a message why it cannot be loaded.
 */
export async function loadCap(): Promise<CapModule | { readonly reason: string }> {
  try {
    return (await import('cap')).default
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const isAbsent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    const text = String(error instanceof Error ? error.message : error).split('\n', 1)[0]
    return {
      reason: isAbsent
        ? 'the package cap is not installed, or its native part was not built'
        : `cap: ${text}`,
    }
  }
}

/** Lists the interfaces that can be captured on. @throws LiveCaptureError */
export function listCapInterfaces({ Cap }: CapModule): LiveInterface[] {
  let found: readonly CapInterface[]
  try {
    found = Cap.deviceList()
  } catch (cause) {
    throw new LiveCaptureError(`Cannot list the interfaces: ${(cause as Error).message}`, { cause })
  }
  return found.map(({ name, description, addresses, flags }) => ({
    name,
    addresses: addresses.flatMap(({ addr }) => canonicalAddress(addr ?? '') ?? []),
    description: description ?? null,
    isUp: null,
    isLoopback: flags === 'PCAP_IF_LOOPBACK',
  }))
}
