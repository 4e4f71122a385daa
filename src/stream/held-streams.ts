import type { Arrival } from './arrival.js'
import type { Delivery } from './delivery.js'
import { EarlyStarts } from './early-starts.js'
import { elapsedMs } from './elapsed.js'
import { HalfSeen, type HalfStreams } from './half-streams.js'
import { type HeldRows, RowFlag } from './held-rows.js'
import { GAP_WAIT_MS, HeldSegments } from './held-segments.js'
import { type HeldStore, NOWHERE } from './held-store.js'
import { isBeyondWindow, type ReassemblerLimits } from './reassembler-limits.js'
import { RecentGaps } from './recent-gaps.js'
import { seqAdd } from './seq.js'

/** Bytes that a half-stream joined in the middle holds before it takes the lowest one as its start. */
const SETTLE_BYTES = 64 * 1024

/**
 * The early segments of all half-streams: held until the gap before them is filled or given up.
 *
 * The sides of a connection are delivered in the order of the conversation: a segment that acknowledges bytes of
 * the peer which are held behind a gap waits until they are delivered, so that an answer never comes before what
 * it answers.
 */
export class HeldStreams {
  // Invariants, for each half-stream:
  // - HELD is set exactly while #held has an entry with at least one segment; all held offsets are >= nextOffset,
  //   unless it is UNSETTLED.
  // - between calls, the first held segment follows a gap or waits for the peer, or the half-stream is UNSETTLED.
  readonly #halves: HalfStreams
  readonly #delivery: Delivery
  readonly #store: HeldStore
  readonly #rows: HeldRows
  readonly #limits: ReassemblerLimits
  readonly #lastWins: boolean
  readonly #held = new Map<number, HeldSegments>()
  readonly #arrival: Arrival = { tsSec: 0, tsNsec: 0, number: 0, peerAcked: 0 }
  /** Gaps given up. */
  readonly gaps = new RecentGaps()
  /** Number of gaps given up because `heldSegments` or `heldBytes` was reached. */
  heldSegmentsHits = 0
  heldBytesHits = 0
  readonly early: EarlyStarts
  #memoryHits = 0

  constructor(
    halves: HalfStreams,
    delivery: Delivery,
    store: HeldStore,
    limits: ReassemblerLimits,
    lastWins: boolean,
  ) {
    this.#halves = halves
    this.early = new EarlyStarts(halves)
    this.#delivery = delivery
    this.#store = store
    this.#rows = store.rows
    this.#limits = limits
    this.#lastWins = lastWins
  }

  /** Number of gaps given up, and of starts, because the memory for rows and lists was used up. */
  get heldMemoryHits(): number {
    return this.#memoryHits + this.early.hits
  }

  /**
   * Holds the new parts of `bytes[from, to)` at stream offset `start` and of the `cut` bytes after it, which were not
   * captured. Then delivers what has become deliverable. Keeps copies.
   */
  hold(
    half: number,
    start: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    cut: number,
    tsSec: number,
    tsNsec: number,
  ): void {
    const halves = this.#halves
    let held = this.#held.get(half)
    if (held === undefined) {
      held = new HeldSegments(half, this.#store, this.#delivery.recent.comparison, this.#lastWins)
      held.acknowledge(halves.ackedOffset[half]!, tsSec, tsNsec)
      this.#held.set(half, held)
    }
    halves.halfSeen[half]! |= HalfSeen.HELD
    this.early.peerPayload(half ^ 1)
    const arrival = this.#arrival
    arrival.tsSec = tsSec
    arrival.tsNsec = tsNsec
    arrival.number = this.#delivery.recent.packetNumber
    arrival.peerAcked = halves.ackedOffset[half ^ 1]!
    held.insert(start, bytes, from, to, cut, arrival)
    this.#held.get(half ^ 1)?.countWaiting(to - from)
    const { repeatedBytes, conflictBytes } = held
    if (repeatedBytes > 0)
      this.#delivery.countRetransmission(half, repeatedBytes - conflictBytes, conflictBytes)
    if (halves.halfSeen[half]! & HalfSeen.UNSETTLED) {
      if (held.bytes >= Math.min(SETTLE_BYTES, this.#limits.heldBytes)) this.settle(half)
    } else {
      this.#drain(half)
    }
    this.#keepLimits(half, held)
  }

  /** The peer has acknowledged everything before stream offset `offset`. */
  acknowledge(half: number, offset: number, tsSec: number, tsNsec: number): void {
    const held = this.#held.get(half)
    if (held === undefined) return
    held.acknowledge(offset, tsSec, tsNsec)
    // Where time goes back, what was sent before may come yet.
    const { lastSec, lastNsec } = this.#halves
    const isLatest = tsSec === lastSec[half >> 1] && tsNsec === lastNsec[half >> 1]
    if (isLatest && held.firstOffset < offset) this.settle(half)
  }

  /**
   * True when a segment of this side that acknowledges the peer's stream up to offset `acked` has to wait: the peer
   * holds bytes up to that offset, behind a gap or waiting themselves. Not when they wait for this side in turn.
   */
  isAhead(half: number, acked: number): boolean {
    const peer = half ^ 1
    if ((this.#halves.halfSeen[peer]! & HalfSeen.HELD) === 0) return false
    const peerNext = this.#halves.nextOffset[peer]!
    const held = this.#held.get(peer)!
    if (held.firstOffset > peerNext) return acked >= held.firstOffset
    return acked > peerNext && this.#rows.peerAcked[held.first]! <= this.#halves.nextOffset[half]!
  }

  /** Drops everything held from stream offset `end` on, and tells where. Returns the captured bytes dropped. */
  truncate(half: number, end: number, drop?: (offset: number, bytes: number) => void): number {
    const held = this.#held.get(half)
    if (held === undefined) return 0
    const dropped = held.truncate(end, drop)
    if (held.count === 0) this.#forget(half)
    this.#drain(half) // segments that waited for the dropped bytes can be delivered
    return dropped
  }

  /** Prepares the half-stream's number for reuse. `flush` its connection first. */
  release(half: number): void {
    if (this.#held.has(half)) throw new Error(`bug: half-stream ${half} is released with held segments`)
    this.gaps.forget(half)
    this.early.forget(half)
  }

  /** Gives up gaps that have been waited for long enough at capture time `tsSec`. */
  giveUpGaps(half: number, tsSec: number, tsNsec: number): void {
    if (this.#halves.halfSeen[half]! & HalfSeen.UNSETTLED) {
      const first = this.#held.get(half)?.first
      if (first === undefined) return
      const { tsSec: sec, tsNsec: nsec } = this.#rows
      if (elapsedMs(sec[first]!, nsec[first]!, tsSec, tsNsec) >= GAP_WAIT_MS) this.settle(half)
    }
    const isOneSided = this.#halves.packets[half ^ 1] === 0
    while (this.#hasGap(half) && this.#held.get(half)!.isGapOver(tsSec, tsNsec, isOneSided))
      this.#giveUpGap(half)
  }

  /** Delivers everything held of both sides of a connection, and reports gaps. */
  flush(connection: number): void {
    const [orig, resp] = [2 * connection, 2 * connection + 1] as const
    this.settle(orig)
    this.settle(resp)
    for (let half = this.#nextGap(orig, resp); half >= 0; half = this.#nextGap(orig, resp)) {
      this.#giveUpGap(half)
    }
  }

  /** True when at most one segment is held, perhaps in several pieces. */
  isOneSegment(half: number): boolean {
    return this.#held.get(half)?.list.isOneSegment ?? true
  }

  /** The byte that is held at a stream offset; -1: none. */
  byteAt(half: number, offset: number): number {
    return this.#held.get(half)?.byteAt(offset) ?? -1
  }

  /** Stream offset of the first held segment; 0 when nothing is held. */
  lowestOffset(half: number): number {
    return this.#held.get(half)?.firstOffset ?? 0
  }

  /**
   * Takes `start`, by default the lowest held segment, as the start of a half-stream that was joined in the middle. What
   * has nothing held yet and no start given stays as it is.
   */
  settle(half: number, start?: number): void {
    const halves = this.#halves
    if ((halves.halfSeen[half]! & HalfSeen.UNSETTLED) === 0) return
    const held = this.#held.get(half)
    const distance = start ?? held?.firstOffset
    if (distance === undefined) return
    halves.halfSeen[half]! &= ~HalfSeen.UNSETTLED
    held?.shiftOffsets(-distance)
    this.#held.get(half ^ 1)?.shiftPeerAcked(-distance)
    halves.nextSeq[half] = seqAdd(halves.nextSeq[half]!, distance)
    halves.highOffset[half]! -= distance
    halves.ackedOffset[half]! -= distance
    halves.finOffset[half]! -= distance
    this.#drain(half)
  }

  #keepLimits(half: number, held: HeldSegments): void {
    const { heldSegments } = this.#limits
    const { limits } = this.#halves
    // Hold at least as much as the receiver's window allows.
    const heldBytes = Math.max(this.#limits.heldBytes, this.#halves.windowBytes[half ^ 1]!)
    while (held.count > 0) {
      if (held.bytes > heldBytes) this.heldBytesHits += limits.mark(half >> 1, 'held_bytes')
      else if (held.count > heldSegments) this.heldSegmentsHits += limits.mark(half >> 1, 'held_segments')
      else if (this.#store.isFull) {
        if (!held.list.isOneSegment && this.early.tryAdd(half)) {
          this.settle(half)
          continue
        }
        this.#memoryHits += limits.mark(half >> 1, 'held_memory')
      } else if (!isBeyondWindow(this.#halves, half)) return
      this.settle(half)
      if (this.#hasGap(half)) this.#giveUpGap(half)
      else if (held.count > 0) {
        this.#deliverFirst(half, held) // although it waits for the peer; settling may have delivered all
        this.#drain(half)
      }
    }
  }

  // True when bytes are missing before the first held segment, so that it does not just wait for the peer.
  #hasGap(half: number): boolean {
    const seen = this.#halves.halfSeen[half]!
    if ((seen & HalfSeen.HELD) === 0 || seen & HalfSeen.UNSETTLED) return false
    return this.#held.get(half)!.firstOffset > this.#halves.nextOffset[half]!
  }

  // The side whose gap is given up first: the one whose held segment arrived earlier. -1 when neither has a gap.
  #nextGap(orig: number, resp: number): number {
    if (!this.#hasGap(orig)) return this.#hasGap(resp) ? resp : -1
    if (!this.#hasGap(resp)) return orig
    const { tsSec, tsNsec } = this.#rows
    const a = this.#held.get(orig)!.first
    const b = this.#held.get(resp)!.first
    return elapsedMs(tsSec[b]!, tsNsec[b]!, tsSec[a]!, tsNsec[a]!) > 0 ? resp : orig
  }

  // Reports the bytes missing before the first held segment, then delivers what has become deliverable.
  #giveUpGap(half: number): void {
    const { firstOffset } = this.#held.get(half)!
    const offset = this.#halves.nextOffset[half]!
    this.gaps.add(half, offset, firstOffset)
    this.#delivery.skip(half, firstOffset - offset)
    this.#drain(half)
  }

  // Delivers held segments of this side and of the peer in turn until none is deliverable.
  #drain(half: number): void {
    this.#drainSide(half)
    let side = half ^ 1
    while (this.#drainSide(side)) side ^= 1
  }

  // Returns true when anything was delivered.
  #drainSide(half: number): boolean {
    const { halfSeen, nextOffset } = this.#halves
    if ((halfSeen[half]! & HalfSeen.HELD) === 0 || halfSeen[half]! & HalfSeen.UNSETTLED) return false
    const held = this.#held.get(half)!
    const before = held.count
    const { offset, peerAcked } = this.#rows
    for (let { first } = held; held.count > 0; first = held.first) {
      if (offset[first] !== nextOffset[half] || this.isAhead(half, peerAcked[first]!)) break
      this.#deliverFirst(half, held)
    }
    return held.count < before
  }

  // The first held segment must not follow a gap.
  #deliverFirst(half: number, held: HeldSegments): void {
    const rows = this.#rows
    const row = held.shift()
    const length = rows.end[row]! - rows.offset[row]!
    const stored = rows.place[row]!
    if (held.count === 0) this.#forget(half)
    if (stored === NOWHERE) {
      held.free(row)
      this.#delivery.skipCut(half, length)
      return
    }
    const { bytes, from, to } = this.#store.locate(stored, 0, length)
    this.#delivery.recent.packetNumber = rows.number[row]!
    const isFirst = (rows.flags[row]! & RowFlag.FIRST) !== 0
    this.#delivery.deliver(half, bytes, from, to, rows.tsSec[row]!, rows.tsNsec[row]!, isFirst)
    held.free(row)
  }

  #forget(half: number): void {
    this.#held.get(half)?.release()
    this.#held.delete(half)
    this.#halves.halfSeen[half]! &= ~HalfSeen.HELD
  }
}
