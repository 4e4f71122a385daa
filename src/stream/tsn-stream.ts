import { HeldChunks } from './held-chunks.js'
import { seqAdd, seqDiff } from './seq.js'

/** Delivered chunks, and gaps, of which a stream remembers where they were. */
const KNOWN_CHUNKS = 256
const KNOWN_GAPS = 64
const FIRST_CHUNKS = 8

/** What is known of a TSN before `next`. */
export type SeenTsn = 'known' | 'forgotten' | 'gap' | 'before'

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
  /** When `acked` was told, and how many bytes had arrived by then; the same of the first gap: null until it is acknowledged. */
  #ackedAt = { sec: 0, nsec: 0, arrivedBytes: 0 }
  #gapAckedAt: { readonly sec: number; readonly nsec: number; readonly arrivedBytes: number } | null = null
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
    if (this.#tsns.length < KNOWN_CHUNKS && this.#lengths[this.next & (this.#tsns.length - 1)] !== 0) this.#grow()
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
    this.#ackedAt = { sec, nsec, arrivedBytes: this.arrivedBytes }
  }

  /** Since when the receiver has what is missing before the first held chunk; null: it has not, or that is not known. */
  gapAckedAt(): { readonly sec: number; readonly nsec: number; readonly arrivedBytes: number } | null {
    const { first } = this.held
    if (first === undefined || this.acked === null || seqDiff(this.acked, first.tsn) < -1) return null
    if (this.#gapAckedAt === null || this.#gapEnd !== first.tsn) {
      // What comes early within a gap leaves a part of it as old as it was.
      const isPart = this.#gapAckedAt !== null && seqDiff(this.#gapEnd, first.tsn) > 0
      if (!isPart) this.#gapAckedAt = this.#ackedAt
      this.#gapEnd = first.tsn
    }
    return this.#gapAckedAt
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
