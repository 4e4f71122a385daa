import type { CapCapture, CapModule } from './cap-module.js'
import type { CaptureOptions, OpenFailure } from './live-capture.js'
import { linkTypeOfDlt, pcapFileHeader, RECORD_HEADER_BYTES } from './pcap-stream.js'

/** Bytes of a frame that cap captures, whatever it is asked for. */
export const CAP_SNAPLEN = 65_535

const BATCH_BYTES = 64 * 1024
/** Packets between two looks at the stop flag while the event loop gets no turn. */
const PACKETS_PER_LOOK = 64
/**
 * In one turn of the event loop cap takes all packets that are there. After so many turns no packet from before the end
 * is left.
 */
const DRAIN_TURNS = 2
/** The end comes at the latest after this, even where packets come so fast that the event loop gets no turn. */
const DRAIN_MS = 2_000

// cap's words for the link types it knows.
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  IEEE802_11_RADIO: 127,
  LINKTYPE_LINUX_SLL: 113,
  RAW: 101,
}

/** What the session needs of its process. */
export interface CapParts {
  readonly cap: CapModule
  /** Milliseconds since 1970, with a fraction. */
  readonly now: () => number
  /** Takes bytes of the pcap stream before it returns. */
  readonly write: (bytes: Uint8Array) => void
  /** True when the capture is to end. */
  readonly isToStop: () => boolean
  /** Everything has been written. */
  readonly onEnd: () => void
}

/**
 * A capture through the package cap, which calls for each packet on the first thread of the process. Its packets have
 * no times of their own: they get that of their receipt here, in microseconds.
 *
 * While packets are there cap gives the event loop no turn; so full batches are written where they are filled, and the
 * stop flag is looked at there too.
 */
export class CapSession {
  // Invariants: #capture and #frame live until the end: cap writes to the frame whenever the event loop turns.
  // #batch[0, #length) holds whole records (before the first: the file's header) that are yet to be written.
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

  /** Begins to capture; packets come from the event loop's next turn on. */
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

  /** To be called at every turn of the event loop, at least every few milliseconds. */
  turn(): void {
    if (this.#isEnded) return
    this.#flush()
    this.#packetsInTurn = 0
    if (this.#endsAtMs === Number.POSITIVE_INFINITY) this.#look()
    else this.#turnsLeft -= 1
    if (this.#turnsLeft === 0) this.#end()
  }

  /** A packet of so many bytes is in the frame. */
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

// cap passes on libpcap's text without saying what failed. If opening works without the filter, the filter was wrong.
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
