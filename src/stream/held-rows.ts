import { grown, grownRows } from '../bytes/grown.js'

/** Most levels of a list. Each level has a quarter of the rows of the one below, so this is enough for a million rows. */
export const MOST_LEVELS = 10
/** Stands for no row: row 0 is never used. */
export const NO_ROW = 0
const INITIAL_CAPACITY = 256

/** Bits of the column `flags`. */
export const RowFlag = {
  /** The first piece of its packet. Delivering it counts the packet. */
  FIRST: 1,
  /** The peer has acknowledged past the bytes before it. */
  ACKED: 2,
} as const

/**
 * The early segments of all half-streams of a worker, in columns, so that the garbage collector has no objects to trace.
 * A row is a piece of a segment. Lists of rows (`held-segments.ts`) are linked by `next`: level 0 has all rows of a list
 * in order, and each higher level has some of the rows below it, so that a position is found as fast as by bisection.
 */
export class HeldRows {
  // Invariants:
  // - every row from 1 to #used - 1 is taken, or in the list of free rows, which begins at #free and is linked by next[0].
  // - a taken row is linked in the levels below its height.
  #capacity = INITIAL_CAPACITY
  #used = 1
  #free = NO_ROW
  #random = 1
  /** Number of rows taken. */
  count = 0

  /** Stream offsets: the row covers `[offset, end)`. */
  offset = new Float64Array(INITIAL_CAPACITY)
  end = new Float64Array(INITIAL_CAPACITY)
  /** Place of its bytes, see `HeldStore`; `NOWHERE` for bytes that the snaplen cut. */
  place = new Float64Array(INITIAL_CAPACITY)
  /** Time of the packet that carried it. */
  tsSec = new Float64Array(INITIAL_CAPACITY)
  tsNsec = new Uint32Array(INITIAL_CAPACITY)
  /** Its number in the run. */
  number = new Float64Array(INITIAL_CAPACITY)
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
  /** By level, the row before the position that a search found. */
  readonly path = new Int32Array(MOST_LEVELS)

  /** Takes a row. Its `flags` are 0; its other columns have arbitrary values. */
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

  /** Takes a head row, which holds no segment, for an empty list. */
  takeHead(): number {
    const head = this.take()
    for (const level of this.next) level[head] = NO_ROW
    return head
  }

  /** Takes a row for the part `[offset, end)` of `row`, which must not be its first part. */
  copyOf(row: number, offset: number, end: number): number {
    const copy = this.take()
    this.offset[copy] = offset
    this.end[copy] = end
    this.place[copy] = this.place[row]!
    this.tsSec[copy] = this.tsSec[row]!
    this.tsNsec[copy] = this.tsNsec[row]!
    this.number[copy] = this.number[row]!
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

  /** A random height from 1 to {@link MOST_LEVELS}. A quarter of the rows on each level reach the next. */
  height(): number {
    // xorshift (Marsaglia 2003). The shape of lists depends on it, but no result does.
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
    this.number = grown(this.number, rows)
    this.peerAcked = grown(this.peerAcked, rows)
    this.ackedSec = grown(this.ackedSec, rows)
    this.ackedNsec = grown(this.ackedNsec, rows)
    this.ackedArrived = grown(this.ackedArrived, rows)
    this.flags = grown(this.flags, rows)
    for (let level = 0; level < MOST_LEVELS; level++) this.next[level] = grown(this.next[level]!, rows)
    this.#capacity = rows
  }
}
