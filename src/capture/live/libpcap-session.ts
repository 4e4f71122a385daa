import {
  errorBuffer,
  errorText,
  type Libpcap,
  type LibpcapFunctions,
  type Pointer,
} from './libpcap-library.js'
import type { CaptureOptions, LiveCounts, OpenFailure } from './live-capture.js'
import { linkTypeOfDlt } from './pcap-stream.js'

/** The kernel hands packets over at the latest after this time. */
export const HANDOVER_MS = 10

const NANOSECONDS = 1
const NETMASK_UNKNOWN = 0xffff_ffff
const TWO_32 = 2 ** 32

// Statuses of pcap_activate() for which pcap_geterr() says more than pcap_statustostr(). Statuses above 0 are warnings.
const ACTIVATE_ERROR = -1

/** An open libpcap capture, bound to the thread that opened it. */
export class LibpcapSession {
  // Invariant: #handle is open until close().
  readonly #library: Libpcap
  readonly handle: Pointer
  readonly #statistics = new Uint8Array(32)
  readonly #statisticsView = new DataView(this.#statistics.buffer)
  #counts = { received: 0, dropped: 0, droppedByInterface: 0 }

  /** LINKTYPE_* value of the interface, and whether times are in nanoseconds or microseconds. */
  readonly format: { readonly linkType: number; readonly isNanosecond: boolean }

  private constructor(library: Libpcap, handle: Pointer) {
    this.#library = library
    this.handle = handle
    this.format = {
      linkType: linkTypeOfDlt(library.functions.datalink(handle)),
      isNanosecond: library.functions.get_tstamp_precision(handle) === NANOSECONDS,
    }
  }

  /** Opens the interface and begins to capture. */
  static open(library: Libpcap, options: CaptureOptions): LibpcapSession | OpenFailure {
    const { functions } = library
    const error = errorBuffer()
    const handle = functions.create(options.interfaceName, error)
    if (handle === null) return { kind: 'system', message: errorText(error) }
    const failure = begin(functions, handle, options)
    if (failure === null) return new LibpcapSession(library, handle)
    functions.close(handle)
    return failure
  }

  /** libpcap's error text of the latest call that failed. */
  get problem(): string {
    return this.#library.functions.geterr(this.handle)
  }

  /** The kernel's counts since the capture began. */
  counts(): LiveCounts {
    if (this.#library.functions.stats(this.handle, this.#statistics) !== 0) return { ...this.#counts }
    const { received, dropped, droppedByInterface } = this.#counts
    this.#counts = {
      received: advanced(received, this.#statisticsView.getUint32(0, true)),
      dropped: advanced(dropped, this.#statisticsView.getUint32(4, true)),
      droppedByInterface: advanced(droppedByInterface, this.#statisticsView.getUint32(8, true)),
    }
    return { ...this.#counts }
  }

  close(): void {
    this.#library.functions.close(this.handle)
  }
}

/** Advances a count by its new low 32 bits, which are all that libpcap reports. */
function advanced(count: number, told: number): number {
  const step = (told - (count % TWO_32) + TWO_32) % TWO_32
  return count + step
}

function begin(pcap: LibpcapFunctions, handle: Pointer, options: CaptureOptions): OpenFailure | null {
  pcap.set_snaplen(handle, options.snaplen)
  pcap.set_promisc(handle, options.promiscuous ? 1 : 0)
  pcap.set_timeout(handle, HANDOVER_MS)
  pcap.set_buffer_size(handle, options.bufferBytes)
  pcap.set_tstamp_precision(handle, NANOSECONDS) // if unsupported, times stay in microseconds
  const status = pcap.activate(handle)
  if (status < 0) return { kind: 'system', message: activateText(pcap, handle, status) }
  const error = errorBuffer()
  if (pcap.setnonblock(handle, 1, error) !== 0) return { kind: 'system', message: errorText(error) }
  return options.filter === null ? null : setFilter(pcap, handle, options.interfaceName, options.filter)
}

function activateText(pcap: LibpcapFunctions, handle: Pointer, status: number): string {
  const text = pcap.geterr(handle)
  if (status === ACTIVATE_ERROR) return text
  return text === '' ? pcap.statustostr(status) : `${pcap.statustostr(status)} (${text})`
}

function setFilter(
  pcap: LibpcapFunctions,
  handle: Pointer,
  interfaceName: string,
  filter: string,
): OpenFailure | null {
  const net = new Uint8Array(4)
  const mask = new Uint8Array(4)
  const isMaskKnown = pcap.lookupnet(interfaceName, net, mask, errorBuffer()) === 0
  const netmask = isMaskKnown ? new DataView(mask.buffer).getUint32(0, true) : NETMASK_UNKNOWN
  const program = new Uint8Array(16)
  if (pcap.compile(handle, program, filter, 1, netmask) !== 0) {
    const message = pcap.geterr(handle)
    return { kind: 'filter', message, linkType: linkTypeOfDlt(pcap.datalink(handle)) }
  }
  const isSet = pcap.setfilter(handle, program) === 0
  pcap.freecode(program)
  return isSet ? null : { kind: 'system', message: pcap.geterr(handle) }
}
