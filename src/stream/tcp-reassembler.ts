import { Delivery } from './delivery.js'
import { HalfSeen, type HalfStreams } from './half-streams.js'
import type { HeldStore } from './held-store.js'
import { HeldStreams } from './held-streams.js'
import { Outside } from './outside.js'
import type { ReassemblerLimits } from './reassembler-limits.js'
import type { RecentSegments } from './recent-segments.js'
import type { Segment } from './segment.js'
import { seqDiff } from './seq.js'
import type { StreamSink } from './sink.js'

/** Bits that take a segment off the in-order path. */
const NOT_PLAIN = HalfSeen.HELD | HalfSeen.UNSETTLED | HalfSeen.FIN

/**
 * Puts the segments of all half-streams of one worker in order. When two segments disagree about the same byte,
 * the one captured first wins (or the last before delivery, with `lastWins`).
 *
 * Offsets are stream offsets: 0 is the first payload byte of the half-stream, whatever its sequence number.
 */
export class TcpReassembler {
  // Invariant, for each half-stream: nextSeq is the sequence number of the byte at stream offset nextOffset.
  readonly #halves: HalfStreams
  readonly #limits: ReassemblerLimits
  readonly #lastWins: boolean
  readonly recent: RecentSegments
  readonly delivery: Delivery
  readonly held: HeldStreams
  /** Segments that came again for bytes too far back to be compared with. */
  conflictWindowHits = 0
  readonly #countLate = (half: number, offset: number, bytes: number) =>
    this.delivery.countOutside(half, Outside.LATE, bytes, offset)

  constructor(
    halves: HalfStreams,
    sink: StreamSink,
    store: HeldStore,
    recent: RecentSegments,
    limits: ReassemblerLimits,
    lastWins: boolean,
  ) {
    this.#halves = halves
    this.delivery = new Delivery(halves, sink, recent)
    this.held = new HeldStreams(halves, this.delivery, store, limits, lastWins)
    this.#limits = limits
    this.#lastWins = lastWins
    this.recent = recent
  }

  /**
   * Sets the sequence number of stream offset 0, after the half-stream's SYN or the ACK of it was seen. Nothing of the
   * half-stream may have been delivered.
   */
  start(half: number, firstSeq: number): void {
    const halves = this.#halves
    if (halves.halfSeen[half]! & HalfSeen.UNSETTLED) {
      this.held.settle(half, this.offsetOf(half, firstSeq))
      return
    }
    halves.nextSeq[half] = firstSeq
    if ((halves.halfSeen[half]! & HalfSeen.STARTED) === 0) halves.ackedOffset[half] = -1 // nor is the SYN
    halves.halfSeen[half]! |= HalfSeen.STARTED
  }

  /**
   * Joins in the middle, with a segment or FIN that has sequence number `seq`: the lowest of the first few segments
   * will be the start.
   */
  join(half: number, seq: number): void {
    this.#halves.nextSeq[half] = seq
    this.#halves.halfSeen[half]! |= HalfSeen.STARTED | HalfSeen.UNSETTLED
    // An acknowledgment can only be converted to an offset once something of the stream was seen.
    this.#halves.ackedOffset[half] = Number.NEGATIVE_INFINITY
  }

  /** The byte with sequence number `firstSeq` is stream offset 0 after all; nothing has come of the half-stream. */
  restart(half: number, firstSeq: number): void {
    const halves = this.#halves
    halves.halfSeen[half]! &= ~HalfSeen.UNSETTLED
    halves.highOffset[half] = 0
    halves.ackedOffset[half] = -1
    this.start(half, firstSeq)
  }

  /**
   * The half-stream goes on at sequence number `seq`: everything from what was seen up to there is a gap, whose length is
   * only known modulo 2^32. What is held of both sides is delivered.
   */
  jump(half: number, seq: number): void {
    const halves = this.#halves
    this.held.flush(half >> 1)
    if (halves.halfSeen[half]! & HalfSeen.UNSETTLED) {
      this.join(half, seq)
      return
    }
    const offset = halves.nextOffset[half]!
    const length = seqDiff(seq, halves.nextSeq[half]!) >>> 0
    this.held.gaps.add(half, offset, offset + length)
    this.delivery.skip(half, length)
    halves.highOffset[half] = Math.max(halves.highOffset[half]!, halves.nextOffset[half]!)
  }

  /** Forgets a half-stream of which nothing was delivered. Returns the captured bytes that were held. */
  discard(half: number): number {
    const halves = this.#halves
    const bytes = this.held.truncate(half, Number.NEGATIVE_INFINITY)
    halves.halfSeen[half] = 0
    halves.nextSeq[half] = 0
    halves.highOffset[half] = 0
    halves.ackedOffset[half] = 0
    halves.finOffset[half] = 0
    return bytes
  }

  /** Stream offset of sequence number `seq`. */
  offsetOf(half: number, seq: number): number {
    return this.#halves.nextOffset[half]! + seqDiff(seq, this.#halves.nextSeq[half]!)
  }

  /** Takes a segment whose first byte of payload has sequence number `seq`. Keeps nothing of `bytes` after the call. */
  push(half: number, seq: number, bytes: Uint8Array, segment: Segment): void {
    const { halfSeen, nextSeq } = this.#halves
    const held = halfSeen[half ^ 1]! & HalfSeen.HELD
    if (seqDiff(seq, nextSeq[half]!) !== 0 || ((halfSeen[half]! & NOT_PLAIN) | held) !== 0) {
      this.#pushOutOfOrder(half, seq, bytes, segment)
    } else {
      this.pushNext(half, bytes, segment)
    }
  }

  /** Takes a segment that begins at `nextSeq`, while nothing is held of either side, or unsettled, and there was no FIN. */
  pushNext(half: number, bytes: Uint8Array, segment: Segment): void {
    const { nextOffset, highOffset } = this.#halves
    const { payloadFrom, payloadBytes, originalPayloadBytes, tsSec, tsNsec, lastByte } = segment
    this.recent.packetNumber = segment.number
    this.delivery.deliver(half, bytes, payloadFrom, payloadFrom + payloadBytes, tsSec, tsNsec, true, lastByte)
    if (originalPayloadBytes > payloadBytes) this.delivery.skipCut(half, originalPayloadBytes - payloadBytes)
    if (nextOffset[half]! > highOffset[half]!) highOffset[half] = nextOffset[half]!
  }

  /** The peer has acknowledged everything before sequence number `ack`. */
  acknowledge(half: number, ack: number, tsSec: number, tsNsec: number): void {
    const halves = this.#halves
    const offset = this.offsetOf(half, ack)
    if (offset <= halves.ackedOffset[half]!) return
    halves.ackedOffset[half] = offset
    if (halves.halfSeen[half]! & HalfSeen.HELD) this.held.acknowledge(half, offset, tsSec, tsNsec)
    else if (offset < 0) this.held.early.miss(half)
  }

  /**
   * True when the half-stream, as seen so far, may begin at sequence number `firstSeq`: exactly there, or, if its start
   * is not settled, within the reach of the held segments.
   */
  canStartAt(half: number, firstSeq: number): boolean {
    const offset = this.offsetOf(half, firstSeq)
    if ((this.#halves.halfSeen[half]! & HalfSeen.UNSETTLED) === 0) {
      if (offset < 0) this.held.early.miss(half)
      return offset === 0
    }
    return offset <= this.held.lowestOffset(half) && offset >= -this.#limits.heldBytes
  }

  /** Sets the FIN at sequence number `seq`, after all payload. The first FIN seen counts. */
  finish(half: number, seq: number): void {
    const halves = this.#halves
    halves.finOffset[half] = this.offsetOf(half, seq)
    halves.halfSeen[half]! |= HalfSeen.FIN
    this.held.settle(half)
    this.held.truncate(half, halves.finOffset[half]!, (offset, bytes) =>
      this.delivery.countOutside(half, Outside.AFTER_FIN, bytes, offset),
    )
  }

  /** True when every byte up to the FIN is delivered; false while some wait for the start of the stream. */
  isFinished(half: number): boolean {
    const { halfSeen, nextOffset, finOffset } = this.#halves
    return (
      (halfSeen[half]! & (HalfSeen.FIN | HalfSeen.HELD)) === HalfSeen.FIN &&
      nextOffset[half]! >= finOffset[half]!
    )
  }

  /**
   * Ends the connection: delivers everything held of both sides, reports gaps, and reports bytes missing before a FIN.
   */
  flush(connection: number): void {
    this.held.flush(connection)
    this.delivery.skipToFin(2 * connection)
    this.delivery.skipToFin(2 * connection + 1)
  }

  /** Frees everything kept for the connection. Call `flush` first. */
  release(connection: number): void {
    this.held.release(2 * connection)
    this.held.release(2 * connection + 1)
    this.recent.release(2 * connection)
    this.recent.release(2 * connection + 1)
  }

  #pushOutOfOrder(half: number, seq: number, bytes: Uint8Array, segment: Segment): void {
    const halves = this.#halves
    const { originalPayloadBytes: wireBytes, number, tsSec, tsNsec } = segment
    let from = segment.payloadFrom
    let to = from + segment.payloadBytes
    this.recent.packetNumber = number
    this.recent.comparison.setSecond(number, tsSec, tsNsec)
    let start = this.offsetOf(half, seq)
    if (wireBytes === 1 && this.#isKeepAlive(half, start)) {
      if (to > from && this.#byteAt(half, start) === bytes[from]) {
        this.delivery.countRetransmission(half, 1, 0)
        this.recent.comparison.seen(half, start, 1)
      } else this.delivery.countOutside(half, Outside.KEEP_ALIVE, to - from, start)
      return
    }
    let end = start + wireBytes
    if (halves.halfSeen[half]! & HalfSeen.FIN && end > halves.finOffset[half]!) {
      const inside = Math.max(halves.finOffset[half]!, start) - start
      end = start + inside
      const insideTo = Math.min(to, from + inside)
      this.delivery.countOutside(half, Outside.AFTER_FIN, to - insideTo, start + insideTo - from)
      to = insideTo
    }
    const isUnsettled = (halves.halfSeen[half]! & HalfSeen.UNSETTLED) !== 0
    const lowest = isUnsettled ? halves.highOffset[half]! - this.#limits.heldBytes : halves.nextOffset[half]!
    if (start < lowest) {
      const seen = Math.min(end, lowest) - start
      const captured = Math.min(seen, to - from)
      if (isUnsettled) this.delivery.countOutside(half, Outside.BEFORE_START, captured, start)
      else this.#countSeenAgain(half, start, start + seen, bytes, from, captured)
      start += seen
      from += captured
    }
    if (end <= start) return
    if (end > halves.highOffset[half]!) halves.highOffset[half] = end
    if (
      start === halves.nextOffset[half] &&
      (halves.halfSeen[half]! & (HalfSeen.HELD | HalfSeen.UNSETTLED)) === 0 &&
      !this.held.isAhead(half, halves.ackedOffset[half ^ 1]!)
    ) {
      this.delivery.deliver(half, bytes, from, to, tsSec, tsNsec, true)
      if (end > halves.nextOffset[half]!) this.delivery.skipCut(half, end - halves.nextOffset[half]!)
      return
    }
    this.held.hold(half, start, bytes, from, to, end - start - (to - from), tsSec, tsNsec)
  }

  // A keep-alive repeats the last byte, with any content (RFC 9293 §3.8.4), when that has been acknowledged. Where a later
  // copy wins, one that has not may be the better one.
  #isKeepAlive(half: number, start: number): boolean {
    const { halfSeen, nextOffset, highOffset, ackedOffset } = this.#halves
    if ((halfSeen[half]! & HalfSeen.UNSETTLED) === 0 && start === nextOffset[half]! - 1) return true
    if (start !== highOffset[half]! - 1 || this.held.byteAt(half, start) < 0) return false
    return !this.#lastWins || ackedOffset[half]! > start
  }

  // The byte at an offset that is held, or the latest delivered; -1: it is none of these.
  #byteAt(half: number, offset: number): number {
    const { nextOffset, lastByte } = this.#halves
    return offset === nextOffset[half]! - 1 ? lastByte[half]! - 1 : this.held.byteAt(half, offset)
  }

  // Counts `[start, end)`, which lies below what is delivered: it was seen before, was lost, or precedes the start. Its
  // first `captured` bytes were captured: `bytes[from]` and those after it.
  #countSeenAgain(
    half: number,
    start: number,
    end: number,
    bytes: Uint8Array,
    from: number,
    captured: number,
  ): void {
    const capturedEnd = start + captured
    const before = Math.max(0, Math.min(0, capturedEnd) - start)
    if (before > 0) {
      this.delivery.countOutside(half, Outside.BEFORE_START, before, start)
      this.held.early.miss(half)
    }
    if (end <= 0) return
    const first = start + before
    const late = this.held.gaps.overlap(half, first, capturedEnd, this.#countLate)
    const again = captured - before - late
    if (late > 0 && again === 0 && capturedEnd === end) return
    if (again > 0) this.recent.comparison.seen(half, first, capturedEnd - first)
    this.recent.compare(half, first, bytes, from + before, from + captured)
    const { comparedBytes, conflictBytes } = this.recent
    if (comparedBytes < again && this.recent.isWanted) {
      this.conflictWindowHits += 1
      this.#halves.limits.mark(half >> 1, 'conflict_window')
    }
    this.delivery.countRetransmission(half, again - conflictBytes, conflictBytes)
  }
}
