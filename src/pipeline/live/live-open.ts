import { cannotOpen, findInterface, nothingCaptures } from '../../capture/live/explain.js'
import type { CaptureOptions, OpenFailure } from '../../capture/live/live-capture.js'
import type { LiveConfig } from '../../config/live-options.js'
import { ConfigError } from '../../errors.js'
import { PacketFilter } from '../line/packet-filter.js'
import { CapSource } from './live-cap.js'
import { listInterfaces } from './live-interfaces.js'
import { LibpcapSource } from './live-libpcap.js'
import type { LiveSource } from './live-source.js'

/** A capture that has begun. */
export interface OpenedCapture {
  readonly source: LiveSource
  readonly interfaceName: string
  /** Why libpcap, tried first, does not capture; null: it does, or was not tried. */
  readonly fallbackReason: string | null
}

/**
 * Begins a live capture with the backend that was asked for, or the first one that is installed.
 *
 * @throws LiveCaptureError, ConfigError for a filter that libpcap refuses.
 */
export async function openLiveSource(config: LiveConfig): Promise<OpenedCapture> {
  const interfaceName = findInterface(config.interface, await listInterfaces(config.backend))
  const options: CaptureOptions = {
    interfaceName,
    filter: config.filter,
    snaplen: config.snaplen,
    promiscuous: config.promiscuous,
    bufferBytes: config.bufferBytes,
    packetCount: config.packetCount,
  }
  const reasons: string[] = []
  for (const backend of [LibpcapSource, CapSource]) {
    if (config.backend === (backend === LibpcapSource ? 'cap' : 'libpcap')) continue
    const opened = await backend.open(options)
    if ('reason' in opened) {
      reasons.push(opened.reason)
    } else if ('kind' in opened) {
      if (opened.kind === 'filter') throw await refusedFilter(config.filter ?? '', opened)
      throw cannotOpen(config.interface, opened.message, process.platform, process.execPath)
    } else {
      return { source: opened, interfaceName, fallbackReason: reasons[0] ?? null }
    }
  }
  throw nothingCaptures(reasons)
}

type RefusedFilter = OpenFailure & { readonly kind: 'filter' }

// Our compiler names the place of an error in the expression. Where only libpcap refuses it, the text of libpcap is used.
async function refusedFilter(filter: string, { message, linkType }: RefusedFilter): Promise<Error> {
  try {
    await PacketFilter.compile(filter, linkType)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  return new ConfigError(`Cannot use -e/--filter ${JSON.stringify(filter)}: ${message}`)
}
