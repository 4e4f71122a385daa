import type { Arrival } from './arrival.js'
import type { Comparison } from './comparison.js'
import { elapsedMs } from './elapsed.js'
import { HeldList } from './held-list.js'
import { type HeldRows, NO_ROW, RowFlag } from './held-rows.js'
import { type HeldStore, NOWHERE } from './held-store.js'

/** A gap is given up this long (capture time) after the peer has acknowledged past it. */
export const GAP_WAIT_MS = 500
/** A gap is also given up when this many bytes have been held since the peer acknowledged past it. */
export const GAP_WAIT_BYTES = 256 * 1024
/** If the peer has sent nothing, it acknowledges nothing. Then a gap is given up this long after a segment above it. */
export const ONE_SIDED_WAIT_MS = 5_000
/** If the peer has sent nothing, a gap is also given up when this many bytes are held above it. */
export const ONE_SIDED_WAIT_BYTES = 1024 * 1024

/** The early segments of one half-stream. A segment is a row of `store.rows`. */
export class HeldSegments {
  // Invariants:
  // - bytes is the sum of the lengths of the rows whose bytes were captured.
  // - a row whose offset is at most #acked has the flag ACKED.
  readonly #store: HeldStore
  readonly #rows: HeldRows
  readonly #half: number
  readonly #comparison: Comparison
  readonly #lastWins: boolean
  /** The segments in order. */
  readonly list: HeldList
  /** Highest stream offset that the peer has acknowledged. */
  #acked = -Infinity
  /** Captured bytes held now. */
  bytes = 0
  /** Bytes that were ever held here, or held on the other side because of what is held here. */
  #arrivedBytes = 0
  /** Bytes of the latest `insert` that were already held. */
  repeatedBytes = 0
  /** The bytes among these that differed. */
  conflictBytes = 0

  /** @param lastWins True if a later copy replaces held bytes (`--overlap last`). */
  constructor(half: number, store: HeldStore, comparison: Comparison, lastWins: boolean) {
    this.#half = half
    this.#store = store
    this.#comparison = comparison
    this.#rows = store.rows
    this.list = new HeldList(store.rows)
    this.#lastWins = lastWins
    store.countList(1)
  }

  get count(): number {
    return this.list.count
  }

  /** Row of the first segment, or `NO_ROW`. */
  get first(): number {
    return this.list.first
  }

  /** Stream offset of the first segment; there must be one. */
  get firstOffset(): number {
    return this.#rows.offset[this.list.first]!
  }

  /**
   * Holds the parts of `[offset, offset + captured + cut)` that are not held yet: the first `to - from` bytes
   * are `bytes[from, to)`, the `cut` bytes after them were not captured. Keeps copies, of `arrival` too.
   */
  insert(offset: number, bytes: Uint8Array, from: number, to: number, cut: number, arrival: Arrival): void {
    this.repeatedBytes = 0
    this.conflictBytes = 0
    const end = offset + (to - from)
    const isTaken = this.#insertRange(offset, end, bytes, from, arrival, true)
    if (cut > 0) this.#insertRange(end, end + cut, null, 0, arrival, !isTaken)
  }

  /** The byte held at `offset`, or -1. */
  byteAt(offset: number): number {
    const rows = this.#rows
    const row = this.list.find(offset)
    if (row === NO_ROW || rows.offset[row]! > offset || rows.place[row] === NOWHERE) return -1
    const { bytes, from } = this.#store.locate(rows.place[row]!, offset - rows.offset[row]!, 1)
    return bytes[from]!
  }

  /** Notes that `bytes` bytes of the other side are held too. */
  countWaiting(bytes: number): void {
    this.#arrivedBytes += bytes
  }

  /** Removes the first segment. Its row stays valid until it is passed to `free`. */
  shift(): number {
    const row = this.list.unlinkFirst()
    if (this.#rows.place[row] !== NOWHERE) this.bytes -= this.#rows.end[row]! - this.#rows.offset[row]!
    return row
  }

  /** Frees the row and the bytes of a removed segment. */
  free(row: number): void {
    const { place, end, offset } = this.#rows
    this.#store.drop(place[row]!, end[row]! - offset[row]!)
    this.#rows.free(row)
  }

  /** Frees everything. The object must not be used afterwards. */
  release(): void {
    this.list.release()
    this.#store.countList(-1)
  }

  /** Notes that the peer has acknowledged up to stream offset `acked`. */
  acknowledge(acked: number, tsSec: number, tsNsec: number): void {
    if (acked <= this.#acked) return
    const { offset, next } = this.#rows
    const { first } = this.list
    let row = first === NO_ROW || offset[first]! > acked ? NO_ROW : this.list.find(this.#acked)
    this.#acked = acked
    for (; row !== NO_ROW && offset[row]! <= acked; row = next[0]![row]!)
      this.#markAcknowledged(row, tsSec, tsNsec)
  }

  /** Drops everything from `end` on. Returns the captured bytes dropped. @param drop Is told where these are. */
  truncate(end: number, drop: (offset: number, bytes: number) => void = () => {}): number {
    const rows = this.#rows
    let dropped = 0
    let row = this.list.find(end)
    if (row !== NO_ROW && rows.offset[row]! < end) {
      if (rows.place[row] !== NOWHERE) {
        const cut = rows.end[row]! - end
        this.#store.shorten(rows.place[row]!, cut)
        this.bytes -= cut
        drop(end, cut)
        dropped += cut
      }
      rows.end[row] = end
      row = this.list.pass(row)
    }
    while (row !== NO_ROW) {
      const after = rows.next[0]![row]!
      const length = rows.end[row]! - rows.offset[row]!
      this.list.unlink(row)
      if (rows.place[row] !== NOWHERE) {
        dropped += length
        drop(rows.offset[row]!, length)
        this.bytes -= length
      }
      this.free(row)
      row = after
    }
    return dropped
  }

  /** Moves all offsets by `distance`. */
  shiftOffsets(distance: number): void {
    this.#acked += distance
    const { offset, end, next } = this.#rows
    for (let row = this.list.first; row !== NO_ROW; row = next[0]![row]!) {
      offset[row]! += distance
      end[row]! += distance
    }
  }

  /** Moves the peer's offsets by `distance`. */
  shiftPeerAcked(distance: number): void {
    const { peerAcked, next } = this.#rows
    for (let row = this.list.first; row !== NO_ROW; row = next[0]![row]!) peerAcked[row]! += distance
  }

  /**
   * True when the gap before the first segment has been waited for long enough at capture time `tsSec`.
   *
   * @param isOneSided True when the peer has sent nothing.
   */
  isGapOver(tsSec: number, tsNsec: number, isOneSided: boolean): boolean {
    const rows = this.#rows
    const row = this.list.first
    if (isOneSided) {
      if (this.bytes >= ONE_SIDED_WAIT_BYTES) return true
      return elapsedMs(rows.tsSec[row]!, rows.tsNsec[row]!, tsSec, tsNsec) >= ONE_SIDED_WAIT_MS
    }
    if ((rows.flags[row]! & RowFlag.ACKED) === 0) return false
    return (
      this.#arrivedBytes - rows.ackedArrived[row]! >= GAP_WAIT_BYTES ||
      elapsedMs(rows.ackedSec[row]!, rows.ackedNsec[row]!, tsSec, tsNsec) >= GAP_WAIT_MS
    )
  }

  // Returns true when any part of the range was new.
  #insertRange(
    offset: number,
    end: number,
    bytes: Uint8Array | null,
    from: number,
    arrival: Arrival,
    mayBeFirst: boolean,
  ): boolean {
    const rows = this.#rows
    let isFirst = mayBeFirst
    let row = this.list.find(offset)
    let at = offset
    while (at < end) {
      const roomEnd = row === NO_ROW ? end : Math.min(end, rows.offset[row]!)
      if (at < roomEnd) {
        this.#insertPiece(at, roomEnd, bytes, from + at - offset, arrival, isFirst)
        isFirst = false
        at = roomEnd
        continue
      }
      const stop = Math.min(end, rows.end[row]!)
      if (bytes !== null && rows.place[row] === NOWHERE) {
        row = this.#replaceCut(row, at, stop, bytes, from + at - offset, arrival, isFirst)
        isFirst = false
      } else {
        if (bytes !== null) this.#compare(row, at, stop, bytes, from + at - offset)
        row = this.list.pass(row)
      }
      at = stop
    }
    return mayBeFirst && !isFirst
  }

  // Inserts a row at the path for `[offset, end)`, of which nothing is held. `bytes` is null if it was not captured.
  #insertPiece(
    offset: number,
    end: number,
    bytes: Uint8Array | null,
    from: number,
    arrival: Arrival,
    isFirst: boolean,
  ): void {
    const length = end - offset
    const place = bytes === null ? NOWHERE : this.#store.keep(bytes, from, from + length)
    const row = this.#rows.take()
    const rows = this.#rows
    rows.offset[row] = offset
    rows.end[row] = end
    rows.place[row] = place
    rows.tsSec[row] = arrival.tsSec
    rows.tsNsec[row] = arrival.tsNsec
    rows.number[row] = arrival.number
    rows.peerAcked[row] = arrival.peerAcked
    if (isFirst) rows.flags[row] = RowFlag.FIRST
    if (bytes !== null) {
      this.bytes += length
      this.#arrivedBytes += length
    }
    if (offset <= this.#acked) this.#markAcknowledged(row, arrival.tsSec, arrival.tsNsec)
    this.list.insert(row)
  }

  // Replaces a part of the row after the path, which was not captured, by `[at, stop)` of the segment. Returns the row
  // that is then after the path.
  #replaceCut(
    row: number,
    at: number,
    stop: number,
    bytes: Uint8Array,
    from: number,
    arrival: Arrival,
    isFirst: boolean,
  ): number {
    const rows = this.#rows
    const end = rows.end[row]!
    const hasLeft = rows.offset[row]! < at
    if (hasLeft) {
      rows.end[row] = at
      this.list.pass(row)
    } else if (stop < end) {
      rows.offset[row] = stop
      rows.flags[row]! &= ~RowFlag.FIRST
    } else {
      this.list.unlink(row)
      this.free(row)
    }
    this.#insertPiece(at, stop, bytes, from, arrival, isFirst)
    if (hasLeft && stop < end) this.list.insert(this.#rows.copyOf(row, stop, end))
    return rows.next[0]![rows.path[0]!]!
  }

  #markAcknowledged(row: number, tsSec: number, tsNsec: number): void {
    const rows = this.#rows
    if (rows.flags[row]! & RowFlag.ACKED) return
    rows.flags[row]! |= RowFlag.ACKED
    rows.ackedSec[row] = tsSec
    rows.ackedNsec[row] = tsNsec
    rows.ackedArrived[row] = this.#arrivedBytes
  }

  #compare(row: number, at: number, stop: number, bytes: Uint8Array, from: number): void {
    const { number, tsSec, tsNsec, place, offset } = this.#rows
    const [stored, begin, length] = [place[row]!, at - offset[row]!, stop - at]
    const { bytes: held, from: heldFrom } = this.#store.locate(stored, begin, length)
    this.#comparison.seen(this.#half, at, length)
    this.#comparison.setFirst(number[row]!, tsSec[row]!, tsNsec[row]!)
    const conflicts = this.#comparison.compare(this.#half, at, held, heldFrom, bytes, from, length)
    this.repeatedBytes += length
    this.conflictBytes += conflicts
    if (conflicts > 0 && this.#lastWins) this.#store.replace(stored, begin, bytes, from, from + length)
  }
}
