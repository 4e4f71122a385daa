import { HalfSeen, type HalfStreams } from './half-streams.js'
import { seqAdd } from './seq.js'
import type { StreamSink } from './sink.js'

/** The last step of a half-stream: hands bytes in order to the sink, and keeps the columns that count. */
export class Delivery {
  readonly #halves: HalfStreams
  readonly #sink: StreamSink
  /** Missing bytes that were cut off by the snaplen. */
  cutBytes = 0

  constructor(halves: HalfStreams, sink: StreamSink) {
    this.#halves = halves
    this.#sink = sink
  }

  /**
   * Delivers `bytes[from, to)` at `nextOffset`.
   *
   * @param isFirst It is the first that is delivered of its packet.
   */
  deliver(
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

  /** Goes on behind `length` bytes that the capture lost. */
  skip(half: number, length: number): void {
    const halves = this.#halves
    const offset = halves.nextOffset[half]!
    halves.missedBytes[half]! += length
    halves.gaps[half]! += 1
    this.#sink.gap(half, offset, length)
    halves.nextOffset[half] = offset + length
    halves.nextSeq[half] = seqAdd(halves.nextSeq[half]!, length)
  }

  /** Goes on behind bytes that were on the wire and were cut off by the snaplen. */
  skipCut(half: number, length: number): void {
    this.cutBytes += length
    this.skip(half, length)
  }

  /** Reports what is missing before the FIN, if one was seen. */
  skipToFin(half: number): void {
    const { halfSeen, nextOffset, finOffset } = this.#halves
    const missing = finOffset[half]! - nextOffset[half]!
    if (halfSeen[half]! & HalfSeen.FIN && missing > 0) this.skip(half, missing)
  }

  /** Counts payload bytes that were seen before, `conflicts` of them with other content. */
  countRetransmission(half: number, bytes: number, conflicts: number): void {
    this.#halves.retransBytes[half]! += bytes
    this.#halves.retransmissions[half]! += 1
    this.#halves.conflicts[half >> 1]! += conflicts
  }
}
