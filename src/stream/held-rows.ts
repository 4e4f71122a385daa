import { grown, grownRows } from '../bytes/grown.js'

/** Levels of a list of rows: with a quarter of the rows in each next one, enough for a million. */
export const MOST_LEVELS = 10
/** No row. Row 0 is never given out. */
export const NO_ROW = 0
const INITIAL_CAPACITY = 256

/** Bits of the column `flags`. */
export const RowFlag = {
  /** The first piece of its packet: counts as the packet when it is delivered. */
  FIRST: 1,
  /** The peer has acknowledged past the bytes before it. */
  ACKED: 2,
} as const

/**
 * The early segments of all half-streams of a worker, in columns: nothing for the garbage collector to see. A row is one
 * piece of a segment. Lists of rows (`held-segments.ts`) are linked through `next`: level 0 has all rows of a list in
 * their order, each level above some of those below it, so that a place in it is found as fast as by bisection.
 */
export class HeldRows {
  // Invariants:
  // - every row from 1 to #used - 1 is taken or in the list of free ones, which begins at #free and is linked by next[0].
  // - a taken row is linked in the levels below its height.
  #capacity = INITIAL_CAPACITY
  #used = 1
  #free = NO_ROW
  #random = 1
  /** Rows that are taken. */
  count = 0

  /** Stream offsets: the row covers `[offset, end)`. */
  offset = new Float64Array(INITIAL_CAPACITY)
  end = new Float64Array(INITIAL_CAPACITY)
  /** Place of its bytes, see `HeldStore`; `NOWHERE`: the snaplen cut them off. */
  place = new Float64Array(INITIAL_CAPACITY)
  /** Time of the packet that carried it. */
  tsSec = new Float64Array(INITIAL_CAPACITY)
  tsNsec = new Uint32Array(INITIAL_CAPACITY)
  /** Stream offset of the peer up to which its sender had acknowledged. */
  peerAcked = new Float64Array(INITIAL_CAPACITY)
  /** When the peer had acknowledged past the bytes before it, and how many bytes had arrived by then. */
  ackedSec = new Float64Array(INITIAL_CAPACITY)
  ackedNsec = new Uint32Array(INITIAL_CAPACITY)
  ackedArrived = new Float64Array(INITIAL_CAPACITY)
  /** Bits of {@link RowFlag}. */
  flags = new Uint8Array(INITIAL_CAPACITY)
  /** Next row by level. */
  readonly next = Array.from({ length: MOST_LEVELS }, () => new Int32Array(INITIAL_CAPACITY))
  /** Row before a place by level: what a search leaves for its caller. */
  readonly path = new Int32Array(MOST_LEVELS)

  /** Takes a row; its columns hold anything, but `flags`, which are 0. */
  take(): number {
    let row = this.#free
    if (row !== NO_ROW) {
      this.#free = this.next[0]![row]!
    } else {
      if (this.#used === this.#capacity) this.#grow()
      row = this.#used
      this.#used += 1
    }
    this.flags[row] = 0
    this.count += 1
    return row
  }

  /** Takes the row that a list begins with, which holds no segment: an empty list. */
  takeHead(): number {
    const head = this.take()
    for (const level of this.next) level[head] = NO_ROW
    return head
  }

  /** Takes a row for the part `[offset, end)` of `row`, which is not its first. */
  copyOf(row: number, offset: number, end: number): number {
    const copy = this.take()
    this.offset[copy] = offset
    this.end[copy] = end
    this.place[copy] = this.place[row]!
    this.tsSec[copy] = this.tsSec[row]!
    this.tsNsec[copy] = this.tsNsec[row]!
    this.peerAcked[copy] = this.peerAcked[row]!
    this.ackedSec[copy] = this.ackedSec[row]!
    this.ackedNsec[copy] = this.ackedNsec[row]!
    this.ackedArrived[copy] = this.ackedArrived[row]!
    this.flags[copy] = this.flags[row]! & ~RowFlag.FIRST
    return copy
  }

  free(row: number): void {
    this.next[0]![row] = this.#free
    this.#free = row
    this.count -= 1
  }

  /** A height at random, 1 to {@link MOST_LEVELS}: above any, every fourth is higher. */
  height(): number {
    // xorshift (Marsaglia 2003): what lists look like depends on it, results don't.
    let bits = this.#random
    bits ^= bits << 13
    bits ^= bits >>> 17
    bits ^= bits << 5
    this.#random = bits
    let height = 1
    for (; height < MOST_LEVELS && (bits & 3) === 0; height++) bits >>>= 2
    return height
  }

  #grow(): void {
    const rows = grownRows(this.#capacity, this.#capacity + 1)
    this.offset = grown(this.offset, rows)
    this.end = grown(this.end, rows)
    this.place = grown(this.place, rows)
    this.tsSec = grown(this.tsSec, rows)
    this.tsNsec = grown(this.tsNsec, rows)
    this.peerAcked = grown(this.peerAcked, rows)
    this.ackedSec = grown(this.ackedSec, rows)
    this.ackedNsec = grown(this.ackedNsec, rows)
    this.ackedArrived = grown(this.ackedArrived, rows)
    this.flags = grown(this.flags, rows)
    for (let level = 0; level < MOST_LEVELS; level++) this.next[level] = grown(this.next[level]!, rows)
    this.#capacity = rows
  }
}
