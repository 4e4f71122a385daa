import type { HeldStore, StoredBytes } from './held-store.js'

/** A gap is given up this long after the peer acknowledged past it, in capture time … */
export const GAP_WAIT_MS = 500
/** … or when this much has been held since then. */
const GAP_WAIT_BYTES = 256 * 1024

/** When and how a segment came. */
export interface Arrival {
  tsSec: number
  tsNsec: number
  /** Stream offset of the peer up to which its sender had acknowledged. */
  peerAcked: number
}

/** Part of an early segment. `stored` null: bytes that were on the wire but cut off by the snaplen. */
export interface HeldSegment {
  /** Stream offsets: the segment covers `[offset, end)`. */
  offset: number
  end: number
  stored: StoredBytes | null
  /** Time of the packet that carried it. */
  readonly tsSec: number
  readonly tsNsec: number
  /** First piece of its packet: counts as the packet when it is delivered. */
  readonly isFirst: boolean
  /** Stream offset of the peer up to which its sender had acknowledged. */
  peerAcked: number
  /** When the peer had acknowledged past the bytes before it; -1: not yet. */
  ackedSec: number
  ackedNsec: number
  /** Bytes that had arrived at that moment. */
  ackedArrived: number
}

/** The early segments of one half-stream. */
export class HeldSegments {
  // Invariants:
  // - #items is sorted by offset and its ranges are disjoint.
  // - bytes is the sum of the lengths of the items that have stored bytes.
  // - an item whose offset is at most #acked has its ackedSec set.
  readonly #items: HeldSegment[] = []
  readonly #store: HeldStore
  readonly #lastWins: boolean
  /** Highest stream offset that the peer has acknowledged. */
  #acked = -Infinity
  /** Bytes held now. */
  bytes = 0
  /** Bytes that were ever held here, or held on the other side because of what is held here. */
  #arrivedBytes = 0
  /** Bytes of the latest `insert` that were held already. */
  repeatedBytes = 0
  /** Of these, bytes that differed. */
  conflictBytes = 0

  /** @param lastWins A later copy replaces held bytes (`--overlap last`); otherwise the first copy stays. */
  constructor(store: HeldStore, lastWins: boolean) {
    this.#store = store
    this.#lastWins = lastWins
  }

  get count(): number {
    return this.#items.length
  }

  get first(): HeldSegment | undefined {
    return this.#items[0]
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

  /** Notes that `bytes` bytes of the other side are held too. */
  countWaiting(bytes: number): void {
    this.#arrivedBytes += bytes
  }

  /** Takes out the first segment. Its owner drops `stored` from the store. */
  shift(): HeldSegment | undefined {
    const first = this.#items.shift()
    if (first?.stored) this.bytes -= first.end - first.offset
    return first
  }

  /** Notes that the peer has acknowledged up to stream offset `acked`. */
  acknowledge(acked: number, tsSec: number, tsNsec: number): void {
    if (acked <= this.#acked) return
    let index = this.#firstEndingAfter(this.#acked)
    this.#acked = acked
    for (; index < this.#items.length && this.#items[index]!.offset <= acked; index++) {
      this.#markAcknowledged(this.#items[index]!, tsSec, tsNsec)
    }
  }

  /** Drops what lies at `end` and above. Returns its captured bytes. */
  truncate(end: number): number {
    let dropped = 0
    for (let last = this.#items.at(-1); last !== undefined && last.end > end; last = this.#items.at(-1)) {
      this.#items.pop()
      if (last.stored === null) {
        if (last.offset < end) this.#items.push({ ...last, end })
        else this.#store.drop(null)
      } else {
        dropped += last.end - Math.max(last.offset, end)
        this.bytes -= last.stored.length
        if (last.offset < end) this.#keepBegin(last, last.stored, end)
        this.#store.drop(last.stored)
      }
    }
    return dropped
  }

  /** Moves all offsets by `distance`. */
  shiftOffsets(distance: number): void {
    this.#acked += distance
    for (const item of this.#items) {
      item.offset += distance
      item.end += distance
    }
  }

  /** Moves the peer's offsets by `distance`. */
  shiftPeerAcked(distance: number): void {
    for (const item of this.#items) item.peerAcked += distance
  }

  /** True when the gap before the first segment has been waited for long enough at capture time `tsSec`. */
  isGapOver(tsSec: number, tsNsec: number): boolean {
    const { ackedSec, ackedNsec, ackedArrived } = this.#items[0]!
    if (ackedSec < 0) return false
    return (
      this.#arrivedBytes - ackedArrived >= GAP_WAIT_BYTES ||
      elapsedMs(ackedSec, ackedNsec, tsSec, tsNsec) >= GAP_WAIT_MS
    )
  }

  // Returns whether anything of the range was new.
  #insertRange(
    offset: number,
    end: number,
    bytes: Uint8Array | null,
    from: number,
    arrival: Arrival,
    mayBeFirst: boolean,
  ): boolean {
    let isFirst = mayBeFirst
    let index = this.#firstEndingAfter(offset)
    let at = offset
    while (at < end) {
      const item = this.#items[index]
      const roomEnd = item === undefined ? end : Math.min(end, item.offset)
      if (at < roomEnd) {
        this.#items.splice(index, 0, this.#piece(at, roomEnd, bytes, from + at - offset, arrival, isFirst))
        isFirst = false
        at = roomEnd
      } else if (item !== undefined) {
        const stop = Math.min(end, item.end)
        if (item.stored === null && bytes !== null) {
          index = this.#replaceCut(
            index,
            at,
            stop,
            this.#piece(at, stop, bytes, from + at - offset, arrival, isFirst),
          )
          isFirst = false
        } else if (item.stored !== null && bytes !== null) {
          this.#compare(item, at, stop, bytes, from + at - offset)
        }
        at = stop
      }
      index += 1
    }
    return mayBeFirst && !isFirst
  }

  // Puts the part of `item` before `end` back as the last one.
  #keepBegin(item: HeldSegment, whole: StoredBytes, end: number): void {
    const { bytes, from } = this.#store.locate(whole)
    const stored = this.#store.keep(bytes, from, from + end - item.offset)
    this.bytes += stored.length
    this.#items.push({ ...item, end, stored })
  }

  #firstEndingAfter(offset: number): number {
    let low = 0
    let high = this.#items.length
    // The usual case is a segment above all that are held.
    if (high > 0 && this.#items[high - 1]!.end <= offset) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#items[middle]!.end > offset) high = middle
      else low = middle + 1
    }
    return low
  }

  #piece(
    offset: number,
    end: number,
    bytes: Uint8Array | null,
    from: number,
    arrival: Arrival,
    isFirst: boolean,
  ): HeldSegment {
    const stored = bytes === null ? null : this.#store.keep(bytes, from, from + end - offset)
    if (stored === null) {
      this.#store.keepNothing()
    } else {
      this.bytes += stored.length
      this.#arrivedBytes += stored.length
    }
    const { tsSec, tsNsec, peerAcked } = arrival
    const item: HeldSegment = {
      offset,
      end,
      stored,
      tsSec,
      tsNsec,
      isFirst,
      peerAcked,
      ackedSec: -1,
      ackedNsec: 0,
      ackedArrived: 0,
    }
    if (offset <= this.#acked) this.#markAcknowledged(item, tsSec, tsNsec)
    return item
  }

  #markAcknowledged(item: HeldSegment, tsSec: number, tsNsec: number): void {
    if (item.ackedSec >= 0) return
    item.ackedSec = tsSec
    item.ackedNsec = tsNsec
    item.ackedArrived = this.#arrivedBytes
  }

  // Puts `piece` in the place of `[at, stop)` of the cut-off item at `index`. Returns the piece's index.
  #replaceCut(index: number, at: number, stop: number, piece: HeldSegment): number {
    const cut = this.#items[index]!
    const pieces: HeldSegment[] = []
    if (cut.offset < at) pieces.push({ ...cut, end: at })
    pieces.push(piece)
    if (stop < cut.end) pieces.push({ ...cut, offset: stop, isFirst: false })
    for (let count = 1; count < pieces.length; count++) this.#store.keepNothing()
    this.#store.drop(null)
    this.#items.splice(index, 1, ...pieces)
    return index + (cut.offset < at ? 1 : 0)
  }

  #compare(item: HeldSegment, at: number, stop: number, bytes: Uint8Array, from: number): void {
    const stored = item.stored!
    const length = stop - at
    const place = this.#store.locate(stored, at - item.offset, length)
    const held = place.bytes
    const heldFrom = place.from
    let conflicts = 0
    for (let i = 0; i < length; i++) if (held[heldFrom + i] !== bytes[from + i]) conflicts += 1
    this.repeatedBytes += length
    this.conflictBytes += conflicts
    if (conflicts > 0 && this.#lastWins) {
      this.#store.replace(stored, at - item.offset, bytes, from, from + length)
    }
  }
}

/** Milliseconds of capture time from one moment to another. */
export function elapsedMs(fromSec: number, fromNsec: number, toSec: number, toNsec: number): number {
  return (toSec - fromSec) * 1000 + (toNsec - fromNsec) / 1e6
}
