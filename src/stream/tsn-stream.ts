import { elapsedMs } from './elapsed.js'
import { HeldChunks } from './held-chunks.js'
import { GAP_WAIT_BYTES, GAP_WAIT_MS, ONE_SIDED_WAIT_BYTES, ONE_SIDED_WAIT_MS } from './held-segments.js'
import { seqAdd, seqDiff } from './seq.js'

/** Delivered chunks, and gaps, of which a stream remembers where they were. */
const KNOWN_CHUNKS = 256
const KNOWN_GAPS = 64
const FIRST_CHUNKS = 8

/** What is known of a TSN before `next`. */
export type SeenTsn = 'known' | 'forgotten' | 'gap' | 'before'

/** When the receiver has acknowledged a TSN, and how many bytes had arrived by then. */
interface Ack {
  readonly sec: number
  readonly nsec: number
  readonly arrivedBytes: number
}

/** The chunks of one direction of an SCTP association, by TSN (RFC 9260 §6.2). All TSNs are int32 that wrap around. */
export class TsnStream {
  // Invariants:
  // - what is held is behind `next`.
  // - of the latest KNOWN_CHUNKS TSNs before `next`, #offsets and #lengths have those that were delivered, at their TSN modulo
  //   the size of #tsns, where it stands.
  /** TSN of its first chunk. */
  readonly start: number
  /** The TSN to be delivered next. */
  next: number
  /** Highest TSN that the receiver has acknowledged with all before; null: none. */
  acked: number | null = null
  readonly held = new HeldChunks()
  /** Bytes that were ever held. */
  arrivedBytes = 0
  #latestAck: Ack = { sec: 0, nsec: 0, arrivedBytes: 0 }
  /** Of what is missing before TSN #gapEnd, the first that was held; null: it is not acknowledged. */
  #gapAcked: Ack | null = null
  #gapEnd = 0
  #tsns = new Int32Array(FIRST_CHUNKS)
  #offsets = new Float64Array(FIRST_CHUNKS)
  /** Plus 1; 0: none was delivered. */
  #lengths = new Uint32Array(FIRST_CHUNKS)
  /** First TSN of each gap and the one behind it, latest last. */
  readonly #gaps: number[] = []
  /** Stream offset and bytes of the chunk that `look` has found. */
  foundOffset = 0
  foundBytes = 0

  constructor(start: number) {
    this.start = start
    this.next = start
  }

  /** What is known of a TSN before `next`; of a known one it tells where it is. */
  look(tsn: number): SeenTsn {
    if (seqDiff(tsn, this.start) < 0) return 'before'
    for (let i = this.#gaps.length - 2; i >= 0; i -= 2) {
      if (seqDiff(tsn, this.#gaps[i]!) >= 0 && seqDiff(tsn, this.#gaps[i + 1]!) < 0) return 'gap'
    }
    const at = tsn & (this.#tsns.length - 1)
    if (this.#lengths[at] === 0 || this.#tsns[at] !== tsn) return 'forgotten'
    this.foundOffset = this.#offsets[at]!
    this.foundBytes = this.#lengths[at]! - 1
    return 'known'
  }

  /** `next` is delivered: so many bytes at this stream offset. */
  passed(offset: number, bytes: number): void {
    if (this.#tsns.length < KNOWN_CHUNKS && this.#lengths[this.next & (this.#tsns.length - 1)] !== 0)
      this.#grow()
    const at = this.next & (this.#tsns.length - 1)
    this.#tsns[at] = this.next
    this.#offsets[at] = offset
    this.#lengths[at] = bytes + 1
    this.next = seqAdd(this.next, 1)
  }

  /** All before `tsn` is given up. */
  skipTo(tsn: number): void {
    if (tsn === this.next) return
    if (this.#gaps.length === 2 * KNOWN_GAPS) this.#gaps.splice(0, 2)
    this.#gaps.push(this.next, tsn)
    this.next = tsn
  }

  /** The receiver has told that it has all up to `tsn`. */
  acknowledge(tsn: number, sec: number, nsec: number): void {
    if (this.acked !== null && seqDiff(tsn, this.acked) <= 0) return
    this.acked = tsn
    this.#latestAck = { sec, nsec, arrivedBytes: this.arrivedBytes }
  }

  /**
   * True when the gap before the first held chunk is given up: what the receiver has acknowledged was received, and lost by the
   * capture if it does not come soon.
   *
   * @param isOneSided Nothing of the receiver was captured, so that it acknowledges nothing.
   */
  isGapOver(isOneSided: boolean, sec: number, nsec: number): boolean {
    const { first, bytes } = this.held
    if (first === undefined) return false
    if (isOneSided) {
      const wait = elapsedMs(first.tsSec, first.tsNsec, sec, nsec)
      return bytes >= ONE_SIDED_WAIT_BYTES || wait >= ONE_SIDED_WAIT_MS
    }
    if (this.acked === null || seqDiff(this.acked, first.tsn) < -1) return false
    if (this.#gapAcked === null || this.#gapEnd !== first.tsn) {
      // What comes early within a gap leaves a part of it as old as it was.
      const isPart = this.#gapAcked !== null && seqDiff(this.#gapEnd, first.tsn) > 0
      if (!isPart) this.#gapAcked = this.#latestAck
      this.#gapEnd = first.tsn
    }
    const { sec: ackedSec, nsec: ackedNsec, arrivedBytes } = this.#gapAcked!
    if (this.arrivedBytes - arrivedBytes >= GAP_WAIT_BYTES) return true
    return elapsedMs(ackedSec, ackedNsec, sec, nsec) >= GAP_WAIT_MS
  }

  #grow(): void {
    const [tsns, offsets, lengths] = [this.#tsns, this.#offsets, this.#lengths]
    const size = 2 * tsns.length
    this.#tsns = new Int32Array(size)
    this.#offsets = new Float64Array(size)
    this.#lengths = new Uint32Array(size)
    for (let i = 0; i < tsns.length; i++) {
      if (lengths[i] === 0) continue
      const at = tsns[i]! & (size - 1)
      this.#tsns[at] = tsns[i]!
      this.#offsets[at] = offsets[i]!
      this.#lengths[at] = lengths[i]!
    }
  }
}
