import { HalfSeen, type HalfStreams } from './half-streams.js'
import { OUTSIDE_KINDS } from './outside.js'
import type { RecentSegments } from './recent-segments.js'
import { seqAdd } from './seq.js'
import type { StreamSink, TakeFate } from './sink.js'

/** The last step of a half-stream: hands bytes in order to the sink, and counts them. */
export class Delivery {
  readonly #halves: HalfStreams
  readonly #sink: StreamSink
  readonly recent: RecentSegments
  readonly #notes: boolean
  readonly #takeFate: TakeFate | null
  /** Missing bytes that the snaplen cut. */
  cutBytes = 0
  /** Captured bytes that are not part of a stream, by `Outside`. */
  readonly outsideBytes = new Float64Array(OUTSIDE_KINDS.length)

  constructor(halves: HalfStreams, sink: StreamSink, recent: RecentSegments) {
    this.#halves = halves
    this.#sink = sink
    this.recent = recent
    this.#notes = recent.isWanted
    this.#takeFate = sink.fate ?? null
  }

  /**
   * Delivers `bytes[from, to)` at `nextOffset`.
   *
   * @param isFirst True for the first bytes delivered of their packet.
   * @param last    The last of the bytes: to read it here costs a cache miss where nobody else reads payload.
   */
  deliver(
    half: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    tsSec: number,
    tsNsec: number,
    isFirst: boolean,
    last = bytes[to - 1]!,
  ): void {
    if (from === to) return
    if (this.#notes) this.recent.note(half, bytes, from, to, tsSec, tsNsec)
    this.#chunk(half, bytes, from, to, tsSec, tsNsec, isFirst)
    const { lastByte, nextSeq } = this.#halves
    lastByte[half] = last + 1
    nextSeq[half] = seqAdd(nextSeq[half]!, to - from)
  }

  /**
   * Delivers the datagram `bytes[from, to)`, which may be empty, and skips the `cut` bytes that were not captured of it.
   *
   * @param isFirst False for another one of the same packet.
   */
  datagram(
    half: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    cut: number,
    tsSec: number,
    tsNsec: number,
    isFirst = true,
  ): void {
    this.#chunk(half, bytes, from, to, tsSec, tsNsec, isFirst)
    if (cut > 0) this.skipCut(half, cut)
  }

  /** Skips `length` bytes that the capture lost. */
  skip(half: number, length: number): void {
    const halves = this.#halves
    const offset = halves.nextOffset[half]!
    halves.missedBytes[half]! += length
    halves.gaps[half]! += 1
    halves.lastByte[half] = 0
    this.#sink.gap(half, offset, length)
    halves.nextOffset[half] = offset + length
    halves.nextSeq[half] = seqAdd(halves.nextSeq[half]!, length)
  }

  /** Skips bytes that were on the wire but that the snaplen cut. */
  skipCut(half: number, length: number): void {
    this.cutBytes += length
    this.skip(half, length)
  }

  /** Reports the bytes missing before the FIN, if one was seen. */
  skipToFin(half: number): void {
    const { halfSeen, nextOffset, finOffset } = this.#halves
    const missing = finOffset[half]! - nextOffset[half]!
    if (halfSeen[half]! & HalfSeen.FIN && missing > 0) this.skip(half, missing)
  }

  /** Counts a segment with captured bytes seen before, with the same and with other content. */
  countRetransmission(half: number, repeated: number, conflicting: number): void {
    this.#halves.repeatedBytes[half]! += repeated
    this.#halves.conflictBytes[half]! += conflicting
    this.#halves.retransmissions[half]! += 1
  }

  /**
   * Counts captured bytes that are not part of the stream.
   *
   * @param kind   A value of `Outside`.
   * @param offset In the stream; NaN: they have no place there.
   */
  countOutside(half: number, kind: number, bytes: number, offset: number): void {
    this.#halves.outsideBytes[half]! += bytes
    this.outsideBytes[kind]! += bytes
    if (bytes > 0) this.#takeFate?.(half, kind, offset, bytes)
  }

  #chunk(
    half: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    tsSec: number,
    tsNsec: number,
    isFirst: boolean,
  ): void {
    const halves = this.#halves
    halves.payloadBytes[half]! += to - from
    if (isFirst) halves.dataPackets[half]! += 1
    const speaker = (half & 1) + 1
    if (halves.lastSpeaker[half >> 1] !== speaker) {
      halves.lastSpeaker[half >> 1] = speaker
      halves.messages[half]! += 1
    }
    this.#sink.data(half, bytes, from, to, tsSec, tsNsec)
    halves.nextOffset[half]! += to - from
  }
}
