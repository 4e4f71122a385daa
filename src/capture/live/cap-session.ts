import type { CapCapture, CapModule } from './cap-module.js'
import type { CaptureOptions, OpenFailure } from './live-capture.js'
import { linkTypeOfDlt, pcapFileHeader, RECORD_HEADER_BYTES } from './pcap-stream.js'

/** The snaplen that cap always captures with. */
export const CAP_SNAPLEN = 65_535

const BATCH_BYTES = 64 * 1024
/** Packets between two checks of the stop flag within one turn of the event loop. */
const PACKETS_PER_LOOK = 64
/**
 * Turns of the event loop after a stop request. In one turn cap takes all packets available, so after these turns no
 * packet from before the request is left.
 */
const DRAIN_TURNS = 2
/** Longest time from a stop request to the end, even when packets arrive so fast that the event loop gets no turn. */
const DRAIN_MS = 2_000

// cap's names of the link types it knows.
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  IEEE802_11_RADIO: 127,
  LINKTYPE_LINUX_SLL: 113,
  RAW: 101,
}

/** What a session needs from its process. */
export interface CapParts {
  readonly cap: CapModule
  /** Milliseconds since 1970, with a fraction. */
  readonly now: () => number
  /** Writes bytes of the pcap stream; must be done with them when it returns. */
  readonly write: (bytes: Uint8Array) => void
  /** True once the capture shall end. */
  readonly isToStop: () => boolean
  /** Called after everything was written. */
  readonly onEnd: () => void
}

/**
 * A capture through the package cap, which calls back for each packet on the main thread of the process. cap reports no
 * timestamps, so a packet gets the time of its callback, in microseconds.
 *
 * cap does not let the event loop turn while packets are available. So the callback itself writes full batches and
 * checks the stop flag.
 */
export class CapSession {
  // Invariants: #capture and #frame stay reachable until the end, because cap writes to the frame whenever the event loop
  // turns. #batch[0, #length) holds whole records not yet written, preceded at first by the file header.
  readonly linkType: number
  readonly #parts: CapParts
  readonly #capture: CapCapture
  readonly #frame: Buffer
  readonly #snaplen: number
  readonly #batch = new Uint8Array(BATCH_BYTES + RECORD_HEADER_BYTES + CAP_SNAPLEN)
  readonly #view = new DataView(this.#batch.buffer)
  #length = 0
  #left: number
  #packetsInTurn = 0
  #turnsLeft = DRAIN_TURNS
  #endsAtMs = Number.POSITIVE_INFINITY
  #isEnded = false

  private constructor(
    parts: CapParts,
    capture: CapCapture,
    frame: Buffer,
    options: CaptureOptions,
    linkType: number,
  ) {
    this.#parts = parts
    this.#capture = capture
    this.#frame = frame
    this.#snaplen = Math.min(options.snaplen, CAP_SNAPLEN)
    this.#left = options.packetCount
    this.linkType = linkType
    const header = pcapFileHeader({ isNanosecond: false, snaplen: this.#snaplen, linkType })
    this.#batch.set(header)
    this.#length = header.length
  }

  /** Begins to capture. Packets arrive from the next turn of the event loop on. */
  static open(parts: CapParts, options: CaptureOptions): CapSession | OpenFailure {
    const capture = new parts.cap.Cap()
    const frame = Buffer.alloc(CAP_SNAPLEN + 1)
    let session: CapSession | null = null
    capture.on('packet', (bytes) => session?.packet(bytes))
    let name: string
    try {
      name = capture.open(options.interfaceName, options.filter ?? '', options.bufferBytes, frame)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const isFilters = options.filter !== null && canOpenUnfiltered(parts, options)
      return isFilters ? { kind: 'filter', message, linkType: null } : { kind: 'system', message }
    }
    capture.setMinBytes?.(0)
    session = new CapSession(parts, capture, frame, options, linkTypeOf(name))
    return session
  }

  /** Must be called at every turn of the event loop, at least every few milliseconds. */
  turn(): void {
    if (this.#isEnded) return
    this.#flush()
    this.#packetsInTurn = 0
    if (this.#endsAtMs === Number.POSITIVE_INFINITY) this.#look()
    else this.#turnsLeft -= 1
    if (this.#turnsLeft === 0) this.#end()
  }

  /** Takes the packet of `bytes` bytes that cap put into `#frame`. */
  packet(bytes: number): void {
    if (this.#isEnded) return
    const now = this.#parts.now()
    this.#append(Math.min(bytes, this.#snaplen), bytes, now)
    if (this.#length >= BATCH_BYTES) this.#flush()
    this.#packetsInTurn += 1
    this.#left -= 1
    if (this.#packetsInTurn % PACKETS_PER_LOOK === 0) this.#look()
    if (this.#left === 0 || now >= this.#endsAtMs) this.#end()
  }

  #append(capturedBytes: number, originalBytes: number, nowMs: number): void {
    const at = this.#length
    const sec = Math.floor(nowMs / 1000)
    this.#view.setUint32(at, sec, true)
    this.#view.setUint32(at + 4, Math.floor((nowMs - sec * 1000) * 1000), true)
    this.#view.setUint32(at + 8, capturedBytes, true)
    this.#view.setUint32(at + 12, originalBytes, true)
    const from = at + RECORD_HEADER_BYTES
    this.#batch.set(this.#frame.subarray(0, capturedBytes), from)
    this.#length = from + capturedBytes
  }

  #flush(): void {
    if (this.#length > 0) this.#parts.write(this.#batch.subarray(0, this.#length))
    this.#length = 0
  }

  #look(): void {
    if (this.#endsAtMs !== Number.POSITIVE_INFINITY || !this.#parts.isToStop()) return
    this.#endsAtMs = this.#parts.now() + DRAIN_MS
  }

  #end(): void {
    this.#isEnded = true
    this.#flush()
    this.#capture.close()
    this.#parts.onEnd()
  }
}

function linkTypeOf(name: string): number {
  const [, dlt] = /^Unknown linktype (\d+)$/.exec(name) ?? []
  return LINK_TYPES[name] ?? linkTypeOfDlt(Number(dlt))
}

// cap passes on libpcap's text but not what failed. If opening works without the filter, the filter was wrong.
function canOpenUnfiltered({ cap }: CapParts, { interfaceName, bufferBytes }: CaptureOptions): boolean {
  const capture = new cap.Cap()
  try {
    capture.open(interfaceName, '', bufferBytes, Buffer.alloc(CAP_SNAPLEN + 1))
  } catch {
    return false
  }
  capture.close()
  return true
}
