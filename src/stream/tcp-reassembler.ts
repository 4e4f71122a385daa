import { HalfSeen, type HalfStreams } from './half-streams.js'
import { HeldSegments } from './held-segments.js'
import type { HeldStore } from './held-store.js'
import { seqAdd, seqDiff } from './seq.js'
import type { StreamSink } from './sink.js'

/** A gap is given up this long after the peer acknowledged past it, in capture time … */
const GAP_WAIT_MS = 500
/** … or when this much has been held since then. */
const GAP_WAIT_BYTES = 256 * 1024
/** Segments that a half-stream joined in the middle holds before it takes the lowest one as its start. */
const SETTLE_SEGMENTS = 4
/** Gaps of a half-stream that are remembered, to tell late data from retransmissions. */
const REMEMBERED_GAPS = 64
/** Bits that take a segment off the in-order path. */
const NOT_PLAIN = HalfSeen.HELD | HalfSeen.UNSETTLED | HalfSeen.FIN

export interface ReassemblerLimits {
  /** Early segments held for one half-stream. */
  readonly heldSegments: number
  /** Early bytes held for one half-stream before its first gap is given up. */
  readonly heldBytes: number
}

/**
 * Puts the segments of all half-streams of one worker in order. When two segments disagree about the same byte,
 * the one captured first wins (or the last before delivery, with `lastWins`).
 *
 * Offsets are stream offsets: 0 is the first payload byte of the half-stream, whatever its sequence number.
 */
export class TcpReassembler {
  // Invariants, for each half-stream:
  // - nextSeq is the sequence number of the byte at stream offset nextOffset.
  // - HELD is set exactly while #held has an entry with at least one segment; all held offsets are >= nextOffset,
  //   unless it is UNSETTLED.
  readonly #halves: HalfStreams
  readonly #sink: StreamSink
  readonly #store: HeldStore
  readonly #limits: ReassemblerLimits
  readonly #lastWins: boolean
  readonly #held = new Map<number, HeldSegments>()
  /** Gaps given up, as offset and end in turn, the latest last. */
  readonly #gaps = new Map<number, number[]>()

  /** Payload bytes below the start of a half-stream that was joined in the middle. */
  beforeStartBytes = 0
  /** Payload bytes that arrived for a gap already given up. */
  lateBytes = 0
  /** Payload bytes beyond a FIN. */
  afterFinBytes = 0
  /** Missing bytes that were cut off by the snaplen. */
  cutBytes = 0
  /** Times that a gap was given up because `heldSegments` or `heldBytes` was reached. */
  heldSegmentsHits = 0
  heldBytesHits = 0

  constructor(
    halves: HalfStreams,
    sink: StreamSink,
    store: HeldStore,
    limits: ReassemblerLimits,
    lastWins: boolean,
  ) {
    this.#halves = halves
    this.#sink = sink
    this.#store = store
    this.#limits = limits
    this.#lastWins = lastWins
  }

  /** The byte with sequence number `firstSeq` is stream offset 0: the half-stream's SYN was seen, or its ACK. */
  start(half: number, firstSeq: number): void {
    this.#halves.nextSeq[half] = firstSeq
    this.#halves.halfSeen[half]! |= HalfSeen.STARTED
  }

  /** Joins in the middle: the lowest of the first few segments will be the start. */
  join(half: number, seq: number): void {
    this.#halves.nextSeq[half] = seq
    this.#halves.halfSeen[half]! |= HalfSeen.STARTED | HalfSeen.UNSETTLED
    // An acknowledgment can only be placed once something of the stream was seen.
    this.#halves.ackedOffset[half] = -1
  }

  /** Stream offset of sequence number `seq`. */
  offsetOf(half: number, seq: number): number {
    return this.#halves.nextOffset[half]! + seqDiff(seq, this.#halves.nextSeq[half]!)
  }

  /**
   * Takes the payload `bytes[from, to)` of a segment whose first byte has sequence number `seq`, and which had
   * `wireBytes` (at least `to - from`) bytes of payload on the wire. Keeps nothing of `bytes` after the call.
   */
  push(
    half: number,
    seq: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    wireBytes: number,
    tsSec: number,
    tsNsec: number,
  ): void {
    const halves = this.#halves
    if (seq === halves.nextSeq[half] && (halves.halfSeen[half]! & NOT_PLAIN) === 0) {
      this.#deliver(half, bytes, from, to, tsSec, tsNsec, true)
      if (wireBytes > to - from) this.#skipCut(half, wireBytes - (to - from))
      if (halves.nextOffset[half]! > halves.highOffset[half]!)
        halves.highOffset[half] = halves.nextOffset[half]!
      return
    }
    this.#pushOutOfOrder(half, seq, bytes, from, to, wireBytes, tsSec, tsNsec)
  }

  /** The peer has acknowledged everything before sequence number `ack`. */
  acknowledge(half: number, ack: number, tsSec: number, tsNsec: number): void {
    const halves = this.#halves
    const offset = this.offsetOf(half, ack)
    if (offset <= halves.ackedOffset[half]!) return
    halves.ackedOffset[half] = offset
    const seen = halves.halfSeen[half]!
    if ((seen & HalfSeen.HELD) === 0) return
    const held = this.#held.get(half)!
    held.acknowledge(offset, tsSec, tsNsec)
    if (seen & HalfSeen.UNSETTLED && held.first!.offset < offset) this.settle(half)
  }

  /** The FIN stands at sequence number `seq`, behind all payload. The first FIN seen counts. */
  finish(half: number, seq: number): void {
    const halves = this.#halves
    halves.finOffset[half] = this.offsetOf(half, seq)
    halves.halfSeen[half]! |= HalfSeen.FIN
    this.settle(half)
  }

  /** True when every byte up to the FIN is delivered. */
  isFinished(half: number): boolean {
    const halves = this.#halves
    return (
      (halves.halfSeen[half]! & HalfSeen.FIN) !== 0 && halves.nextOffset[half]! >= halves.finOffset[half]!
    )
  }

  /** Gives up gaps that have been waited for long enough at capture time `tsSec`. */
  giveUpGaps(half: number, tsSec: number, tsNsec: number): void {
    if (this.#halves.halfSeen[half]! & HalfSeen.UNSETTLED) {
      const first = this.#held.get(half)!.first!
      if (elapsedMs(first.tsSec, first.tsNsec, tsSec, tsNsec) >= GAP_WAIT_MS) this.settle(half)
    }
    while (this.#halves.halfSeen[half]! & HalfSeen.HELD && this.#isGapOver(half, tsSec, tsNsec))
      this.#giveUpGap(half)
  }

  /** No more is expected: delivers all that is held, with gaps, and reports what is missing before a FIN. */
  flush(half: number): void {
    const halves = this.#halves
    this.settle(half)
    while (halves.halfSeen[half]! & HalfSeen.HELD) this.#giveUpGap(half)
    if (halves.halfSeen[half]! & HalfSeen.FIN && halves.nextOffset[half]! < halves.finOffset[half]!) {
      this.#skip(half, halves.finOffset[half]! - halves.nextOffset[half]!)
    }
  }

  /** Forgets what was kept for the half-stream; call `flush` first. */
  release(half: number): void {
    this.#gaps.delete(half)
  }

  /** Takes the lowest held segment as the start of a half-stream that was joined in the middle. */
  settle(half: number): void {
    const halves = this.#halves
    if ((halves.halfSeen[half]! & HalfSeen.UNSETTLED) === 0) return
    halves.halfSeen[half]! &= ~HalfSeen.UNSETTLED
    const first = this.#held.get(half)?.first
    if (first === undefined) return
    const distance = first.offset
    if (distance !== 0) {
      this.#held.get(half)!.shiftOffsets(-distance)
      halves.nextSeq[half] = seqAdd(halves.nextSeq[half]!, distance)
      halves.highOffset[half]! -= distance
      halves.ackedOffset[half]! -= distance
      halves.finOffset[half]! -= distance
    }
    this.#drain(half)
  }

  #pushOutOfOrder(
    half: number,
    seq: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    wireBytes: number,
    tsSec: number,
    tsNsec: number,
  ): void {
    const halves = this.#halves
    let start = this.offsetOf(half, seq)
    // A keep-alive repeats the last byte, with any content (RFC 9293 §3.8.4).
    if (
      wireBytes === 1 &&
      (start === halves.nextOffset[half]! - 1 || start === halves.highOffset[half]! - 1)
    ) {
      if ((halves.halfSeen[half]! & HalfSeen.UNSETTLED) === 0 || start >= 0) return
    }
    let end = start + wireBytes
    if (halves.halfSeen[half]! & HalfSeen.FIN && end > halves.finOffset[half]!) {
      const inside = Math.max(halves.finOffset[half]!, start) - start
      this.afterFinBytes += wireBytes - inside
      end = start + inside
      to = Math.min(to, from + inside)
    }
    const isUnsettled = (halves.halfSeen[half]! & HalfSeen.UNSETTLED) !== 0
    const lowest = isUnsettled ? halves.highOffset[half]! - this.#limits.heldBytes : halves.nextOffset[half]!
    if (start < lowest) {
      const seen = Math.min(end, lowest) - start
      this.#countSeenAgain(half, start, start + seen)
      start += seen
      from = Math.min(to, from + seen)
    }
    if (end <= start) return
    if (end > halves.highOffset[half]!) halves.highOffset[half] = end
    if (
      start === halves.nextOffset[half] &&
      (halves.halfSeen[half]! & (HalfSeen.HELD | HalfSeen.UNSETTLED)) === 0
    ) {
      this.#deliver(half, bytes, from, to, tsSec, tsNsec, true)
      if (end > halves.nextOffset[half]!) this.#skipCut(half, end - halves.nextOffset[half]!)
      return
    }
    this.#hold(half, start, bytes, from, to, end - start - (to - from), tsSec, tsNsec)
  }

  #hold(
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
      held = new HeldSegments(this.#store, this.#lastWins)
      held.acknowledge(halves.ackedOffset[half]!, tsSec, tsNsec)
      this.#held.set(half, held)
    }
    halves.halfSeen[half]! |= HalfSeen.HELD
    held.insert(start, bytes, from, to, cut, tsSec, tsNsec)
    if (held.repeatedBytes > 0) this.#countRetransmission(half, held.repeatedBytes, held.conflictBytes)
    if (halves.halfSeen[half]! & HalfSeen.UNSETTLED) {
      if (held.count >= SETTLE_SEGMENTS) this.settle(half)
    } else {
      this.#drain(half)
    }
    while (held.count > this.#limits.heldSegments || held.bytes > this.#limits.heldBytes) {
      if (held.bytes > this.#limits.heldBytes) this.heldBytesHits += 1
      else this.heldSegmentsHits += 1
      this.#giveUpGap(half)
    }
  }

  #isGapOver(half: number, tsSec: number, tsNsec: number): boolean {
    const held = this.#held.get(half)!
    const first = held.first!
    if (first.ackedSec < 0) return false
    return (
      held.arrivedBytes - first.ackedArrived >= GAP_WAIT_BYTES ||
      elapsedMs(first.ackedSec, first.ackedNsec, tsSec, tsNsec) >= GAP_WAIT_MS
    )
  }

  // Reports the missing bytes before the first held segment, then delivers what follows in order.
  #giveUpGap(half: number): void {
    const first = this.#held.get(half)!.first!
    const offset = this.#halves.nextOffset[half]!
    this.#rememberGap(half, offset, first.offset)
    this.#skip(half, first.offset - offset)
    this.#drain(half)
  }

  // Delivers held segments that have become contiguous.
  #drain(half: number): void {
    const halves = this.#halves
    const held = this.#held.get(half)!
    while (held.first !== undefined && held.first.offset === halves.nextOffset[half]) {
      const { offset, end, stored, tsSec, tsNsec, isFirst } = held.shift()!
      if (stored === null) {
        this.#skipCut(half, end - offset)
      } else {
        const bytes = this.#store.bytesOf(stored)
        this.#deliver(half, bytes, 0, bytes.length, tsSec, tsNsec, isFirst)
        this.#store.drop(stored)
      }
    }
    if (held.count === 0) {
      this.#held.delete(half)
      halves.halfSeen[half]! &= ~HalfSeen.HELD
    }
  }

  #deliver(
    half: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    tsSec: number,
    tsNsec: number,
    isFirst: boolean,
  ): void {
    if (from === to) return
    const halves = this.#halves
    const length = to - from
    halves.payloadBytes[half]! += length
    if (isFirst) halves.dataPackets[half]! += 1
    const speaker = (half & 1) + 1
    if (halves.lastSpeaker[half >> 1] !== speaker) {
      halves.lastSpeaker[half >> 1] = speaker
      halves.messages[half]! += 1
    }
    this.#sink.data(half, bytes, from, to, tsSec, tsNsec)
    halves.nextOffset[half]! += length
    halves.nextSeq[half] = seqAdd(halves.nextSeq[half]!, length)
  }

  // Goes on behind `length` bytes that the capture lost.
  #skip(half: number, length: number): void {
    const halves = this.#halves
    const offset = halves.nextOffset[half]!
    halves.missedBytes[half]! += length
    halves.gaps[half]! += 1
    this.#sink.gap(half, offset, length)
    halves.nextOffset[half] = offset + length
    halves.nextSeq[half] = seqAdd(halves.nextSeq[half]!, length)
  }

  // Goes on behind bytes that were on the wire and were cut off by the snaplen.
  #skipCut(half: number, length: number): void {
    this.cutBytes += length
    this.#skip(half, length)
  }

  #rememberGap(half: number, offset: number, end: number): void {
    let gaps = this.#gaps.get(half)
    if (gaps === undefined) {
      gaps = []
      this.#gaps.set(half, gaps)
    }
    if (gaps.length >= 2 * REMEMBERED_GAPS) gaps.splice(0, 2)
    gaps.push(offset, end)
  }

  // `[from, to)` is below what is delivered: seen before, lost before, or from before the start.
  #countSeenAgain(half: number, from: number, to: number): void {
    if (from < 0) {
      this.beforeStartBytes += Math.min(0, to) - from
      from = 0
    }
    if (from >= to) return
    let late = 0
    const gaps = this.#gaps.get(half)
    if (gaps !== undefined) {
      for (let i = 0; i < gaps.length; i += 2) {
        late += Math.max(0, Math.min(to, gaps[i + 1]!) - Math.max(from, gaps[i]!))
      }
    }
    this.lateBytes += late
    if (to - from > late) this.#countRetransmission(half, to - from - late, 0)
  }

  #countRetransmission(half: number, bytes: number, conflicts: number): void {
    this.#halves.retransBytes[half]! += bytes
    this.#halves.retransmissions[half]! += 1
    this.#halves.conflicts[half >> 1]! += conflicts
  }
}

function elapsedMs(fromSec: number, fromNsec: number, toSec: number, toNsec: number): number {
  return (toSec - fromSec) * 1000 + (toNsec - fromNsec) / 1e6
}
