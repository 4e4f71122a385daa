import { LiveCaptureError } from '../../errors.js'
import { canonicalAddress } from './addresses.js'
import type { LiveInterface } from './live-capture.js'

/** An interface as the package cap tells it. */
interface CapInterface {
  readonly name: string
  readonly description?: string
  readonly addresses: readonly { readonly addr?: string }[]
  readonly flags?: string
}

/** A capture of the package cap: calls the listener of `packet` with the bytes that it has put into its buffer. */
export interface CapCapture {
  on(event: 'packet', listener: (bytes: number, isCut: boolean) => void): void
  /** @returns What it calls the link type. @throws Error with the system's text. */
  open(device: string, filter: string, bufferBytes: number, buffer: Buffer): string
  close(): void
  /** Windows only. */
  setMinBytes?(bytes: number): void
}

/** What is used of the package cap 0.2.1. */
export interface CapModule {
  readonly Cap: (new () => CapCapture) & { deviceList(): readonly CapInterface[] }
}

/**
 * Loads the optional package cap, which only the first thread of a process can.
 *
 * @returns It, or why it isn't there, for people.
 */
export async function loadCap(): Promise<CapModule | { readonly reason: string }> {
  try {
    return (await import('cap')).default
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const isAbsent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    const text = String(error instanceof Error ? error.message : error).split('\n', 1)[0]
    return { reason: isAbsent ? 'the package cap is not installed, or was not built' : `cap: ${text}` }
  }
}

/** The interfaces that can be captured on. @throws LiveCaptureError */
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
