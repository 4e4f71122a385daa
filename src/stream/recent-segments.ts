import type { Comparison } from './comparison.js'
import type { HalfStreams } from './half-streams.js'
import type { HeldStore } from './held-store.js'
import { SegmentRows } from './segment-rows.js'

/**
 * What comes again is compared with bytes that were delivered in the last second of its connection or that the peer has not
 * acknowledged, as far as these belong to the latest 256 KiB and 256 segments of the half-stream.
 */
const WINDOW_SEC = 1
const WINDOW_BYTES = 256 * 1024
const WINDOW_SEGMENTS = 256
const INITIAL_ROWS = 4096
/** Dead copies are given back once they may take so much more memory than live ones. */
const DEAD_COPY_BYTES = 8 * 1024 * 1024
/** The input of a segment whose bytes were copied. */
const COPY = -1

/** Reads bytes of the inputs again. */
export interface InputBytes {
  /** Fills `target` with what stands at `offset` of input `input`. False: it cannot be read any more. */
  read(input: number, offset: number, target: Uint8Array): boolean
}

/** The part of an input that packets come from now: `bytes[from, to)` of the shared memory. */
export interface InputWindow {
  readonly from: number
  readonly to: number
  readonly input: number
  /** Added to a position in the window it gives the offset in the input. */
  readonly base: number
}

/**
 * Where the bytes are that were delivered last, so that what comes again can be compared with them: in the input, or in a
 * copy if the input cannot be read twice.
 *
 * A segment takes a row, whatever its half-stream. When all rows are taken, those that still count are moved to the front.
 */
export class RecentSegments {
  // Invariants: halves.latestSegment[half] is the row of the latest segment plus 1, `before` leads to those before it, 0 ends
  // the list. A row that no list leads to is dead, and has no copy.
  readonly #halves: HalfStreams
  readonly #copies: HeldStore
  readonly #inputs: InputBytes
  readonly #shared: Uint8Array
  readonly comparison: Comparison
  /** False: nobody wants to know, and nothing is to be noted. */
  readonly isWanted: boolean
  /** Number of the packet that carries what is noted next. */
  packetNumber = 0
  #rows = new SegmentRows(INITIAL_ROWS)
  #count = 0
  #windowFrom = 0
  #windowTo = 0
  #input = COPY
  #base = 0
  /** Bytes of all copies. */
  copiedBytes = 0
  #mostCopiedBytes = DEAD_COPY_BYTES
  #seen = new Uint8Array(0)
  /** Of the latest `compare`: bytes that were compared, and how many of them differ. */
  comparedBytes = 0
  conflictBytes = 0

  /** @param shared The memory that windows are in. */
  constructor(
    halves: HalfStreams,
    copies: HeldStore,
    inputs: InputBytes,
    shared: Uint8Array,
    comparison: Comparison,
    isWanted = true,
  ) {
    this.#halves = halves
    this.#copies = copies
    this.#inputs = inputs
    this.#shared = shared
    this.comparison = comparison
    this.isWanted = isWanted
  }

  /** Packets come from this window now; null: from an input that cannot be read twice. */
  startWindow(window: InputWindow | null): void {
    this.#windowFrom = window?.from ?? 0
    this.#windowTo = window?.to ?? 0
    this.#input = window?.input ?? COPY
    this.#base = window?.base ?? 0
  }

  /** Notes that `bytes[from, to)` are delivered at the half-stream's `nextOffset`. */
  note(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void {
    if (this.#count === this.#rows.capacity || this.copiedBytes > this.#mostCopiedBytes) this.#clean()
    const rows = this.#rows
    const row = this.#count
    const { latestSegment } = this.#halves
    rows.half[row] = half
    rows.before[row] = latestSegment[half]!
    rows.length[row] = to - from
    rows.offset[row] = this.#halves.nextOffset[half]!
    rows.tsSec[row] = tsSec
    rows.tsNsec[row] = tsNsec
    rows.number[row] = this.packetNumber
    if (from >= this.#windowFrom && to <= this.#windowTo && bytes === this.#shared) {
      rows.input[row] = this.#input
      rows.place[row] = from + this.#base
    } else {
      rows.input[row] = COPY
      rows.place[row] = this.#copies.keep(bytes, from, to)
      this.copiedBytes += to - from
    }
    latestSegment[half] = row + 1
    this.#count = row + 1
  }

  /** Compares `bytes[from, to)` with what was delivered from stream offset `start` on, as far as that still counts. */
  compare(half: number, start: number, bytes: Uint8Array, from: number, to: number): void {
    this.comparedBytes = 0
    this.conflictBytes = 0
    const end = start + to - from
    const { offset, length } = this.#rows
    this.#walk(half, (row) => {
      const at = Math.max(start, offset[row]!)
      const count = Math.min(end, offset[row]! + length[row]!) - at
      if (count > 0) this.#compareWith(row, at - offset[row]!, bytes, from + at - start, count)
      return offset[row]! > start
    })
  }

  /** Forgets the segments of a half-stream. */
  release(half: number): void {
    const { latestSegment } = this.#halves
    if (this.copiedBytes > 0) this.#dropCopies(latestSegment[half]!)
    latestSegment[half] = 0
  }

  #compareWith(row: number, at: number, bytes: Uint8Array, from: number, length: number): void {
    const input = this.#rows.input[row]!
    const place = this.#rows.place[row]!
    let seen: Uint8Array = this.#seen
    let seenFrom = 0
    if (input === COPY) ({ bytes: seen, from: seenFrom } = this.#copies.locate(place, at, length))
    else {
      if (seen.length < length) {
        this.#seen = new Uint8Array(2 * length)
        seen = this.#seen
      }
      if (!this.#inputs.read(input, place + at, seen.subarray(0, length))) return
    }
    const rows = this.#rows
    const comparison = this.comparison
    comparison.setFirst(rows.number[row]!, rows.tsSec[row]!, rows.tsNsec[row]!)
    this.comparedBytes += length
    this.conflictBytes += comparison.compare(
      rows.half[row]!,
      rows.offset[row]! + at,
      seen,
      seenFrom,
      bytes,
      from,
      length,
    )
  }

  // Visits the segments that count, the latest first, until `visit` returns false. Returns the number (row plus 1) of the
  // first that does not count, which it never will again, nor those before it; 0: there is none, or it was not looked for.
  #walk(half: number, visit: (row: number) => boolean): number {
    const { before, offset, length, tsSec, tsNsec } = this.#rows
    const { latestSegment, ackedOffset, lastSec, lastNsec } = this.#halves
    const leastSec = lastSec[half >> 1]! + lastNsec[half >> 1]! / 1e9 - WINDOW_SEC
    let earliestSec = Infinity
    let bytes = 0
    let segments = 0
    for (let number = latestSegment[half]!; number !== 0; number = before[number - 1]!) {
      const row = number - 1
      earliestSec = Math.min(earliestSec, tsSec[row]! + tsNsec[row]! / 1e9)
      const isAcknowledged = offset[row]! + length[row]! <= ackedOffset[half]!
      if (isAcknowledged && earliestSec < leastSec) return number
      if (bytes >= WINDOW_BYTES || segments === WINDOW_SEGMENTS) return number
      bytes += length[row]!
      segments += 1
      if (!visit(row)) return 0
    }
    return 0
  }

  // Moves the segments that count to the front, and gives back the copies of all others.
  #clean(): void {
    const { latestSegment } = this.#halves
    const rows = this.#rows
    const spare = new SegmentRows(rows.capacity)
    const moved: number[] = []
    let count = 0
    for (let last = this.#count - 1; last >= 0; last--) {
      const half = rows.half[last]!
      if (latestSegment[half] !== last + 1) continue
      const first = count
      const dead = this.#walk(half, (row) => {
        spare.copy(rows, row, count)
        if (count > first) spare.before[count - 1] = count + 1
        count += 1
        return true
      })
      this.#dropCopies(dead)
      latestSegment[half] = count > first ? -(first + 1) : 0 // no number of a row that is still to be looked at
      moved.push(half)
    }
    for (const half of moved) latestSegment[half] = -latestSegment[half]!
    this.#rows = spare
    this.#count = count
    this.#mostCopiedBytes = this.copiedBytes + Math.max(this.copiedBytes, DEAD_COPY_BYTES)
    if (count > spare.capacity / 2) spare.grow(2 * spare.capacity)
  }

  // Gives back the copies of a list from segment `number` on.
  #dropCopies(number: number): void {
    const { before, input, length, place } = this.#rows
    for (let at = number; at !== 0; at = before[at - 1]!) {
      if (input[at - 1] !== COPY) continue
      this.#copies.drop(place[at - 1]!, length[at - 1]!)
      this.copiedBytes -= length[at - 1]!
    }
  }
}
