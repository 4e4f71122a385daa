import type { Delivery } from '../stream/delivery.js'
import { elapsedMs } from '../stream/elapsed.js'
import { GAP_WAIT_MS } from '../stream/held-segments.js'
import { type HeldStore, NOWHERE } from '../stream/held-store.js'
import { Outside } from '../stream/outside.js'
import type { ReassemblerLimits } from '../stream/reassembler-limits.js'
import { seqAdd, seqDiff } from '../stream/seq.js'
import { TsnStream } from '../stream/tsn-stream.js'
import { SctpChunk, SctpChunks } from '../wire/sctp-chunks.js'
import { ByteHash } from './byte-hash.js'
import type { ConnectionTable } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'
import { HistoryLetter, noteOnce, noteRepetition } from './history.js'

/** TSNs farther than this from the next one are of another association, or of none. */
const NEAR_TSNS = 2 ** 20

/**
 * Puts the user data of SCTP associations in the order of TSNs, and drops what comes again. Everything else in their packets
 * is no payload. How many bytes a missing chunk had is not known: its gap has 0. Source: RFC 9260 §6.
 */
export class SctpTracker {
  // Invariants:
  // - #streams has a direction once a TSN of it is known.
  // - between calls, the first held chunk of a stream is behind a gap.
  readonly #table: ConnectionTable
  readonly #delivery: Delivery
  readonly #store: HeldStore
  readonly #limits: ReassemblerLimits
  readonly #streams = new Map<number, TsnStream>()
  readonly #chunks = new SctpChunks()
  readonly #hash = new ByteHash()
  /** Gaps given up because so much was held, and because the memory for it was used up. */
  heldSegmentsHits = 0
  heldBytesHits = 0
  heldMemoryHits = 0

  constructor(table: ConnectionTable, delivery: Delivery, store: HeldStore, limits: ReassemblerLimits) {
    this.#table = table
    this.#delivery = delivery
    this.#store = store
    this.#limits = limits
  }

  /** Takes a packet that `side` of the association sent, whose chunks are its payload. */
  packet(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const half = 2 * connection + side
    const { payloadFrom, payloadBytes, originalPayloadBytes } = packet
    const chunks = this.#chunks
    let isFirst = true
    chunks.begin(bytes, payloadFrom, payloadFrom + payloadBytes, payloadFrom + originalPayloadBytes)
    while (chunks.next()) {
      switch (chunks.type) {
        case SctpChunk.INIT:
        case SctpChunk.INIT_ACK:
          this.#init(half, chunks.tsn)
          break
        case SctpChunk.SACK:
          this.#acknowledge(half ^ 1, chunks.tsn)
          break
        case SctpChunk.DATA:
        case SctpChunk.I_DATA:
          this.#data(half, bytes, packet, isFirst)
          isFirst = false
          break
        default:
          this.#forward(half, seqAdd(chunks.tsn, 1))
      }
    }
    this.#giveUpGaps(half, packet)
    this.#giveUpGaps(half ^ 1, packet)
  }

  /** Delivers what is held of both sides: nothing more is expected. */
  flush(connection: number): void {
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      const stream = this.#streams.get(half)
      while (stream?.firstHeld !== undefined) this.#giveUpGap(half, stream)
    }
  }

  /** Forgets the association. Call `flush` first. */
  release(connection: number): void {
    this.#streams.delete(2 * connection)
    this.#streams.delete(2 * connection + 1)
  }

  // An INIT that comes again tells the same TSN.
  #init(half: number, tsn: number): void {
    const stream = this.#streams.get(half)
    if (stream === undefined) this.#streams.set(half, new TsnStream(tsn))
    else stream.restart = tsn
  }

  #acknowledge(half: number, tsn: number): void {
    const stream = this.#streams.get(half)
    if (stream === undefined || Math.abs(seqDiff(tsn, stream.next)) > NEAR_TSNS) return
    if (stream.acked === null || seqDiff(tsn, stream.acked) > 0) stream.acked = tsn
  }

  // The sender has given up all before `next` (RFC 3758 §3.5).
  #forward(half: number, next: number): void {
    const stream = this.#streams.get(half)
    if (stream === undefined) return
    const distance = seqDiff(next, stream.next)
    if (distance <= 0 || distance > NEAR_TSNS) return
    for (let held = stream.firstHeld; held !== undefined; held = stream.firstHeld) {
      if (seqDiff(held.tsn, next) >= 0) break
      stream.skipTo(held.tsn)
      this.#deliverHeld(half, stream)
    }
    stream.skipTo(next)
    this.#drain(half, stream)
  }

  #data(half: number, bytes: Uint8Array, packet: FlowPacket, isFirst: boolean): void {
    const { tsn, dataFrom, dataTo } = this.#chunks
    this.#table.capturedBytes[half]! += dataTo - dataFrom
    noteOnce(this.#table, half, HistoryLetter.DATA)
    const stream = this.#streamFor(half, tsn)
    const distance = seqDiff(tsn, stream.next)
    if (Math.abs(distance) > NEAR_TSNS) {
      this.#delivery.countOutside(half, Outside.UNCONFIRMED, dataTo - dataFrom, Number.NaN)
    } else if (distance < 0) {
      this.#again(half, stream.compare(tsn, this.#hashOf(bytes, dataFrom, dataTo)), dataTo - dataFrom)
    } else if (distance > 0) {
      this.#hold(half, stream, bytes, packet)
    } else {
      const { tsSec, tsNsec } = packet
      stream.passed(this.#hashOf(bytes, dataFrom, dataTo))
      this.#delivery.datagram(half, bytes, dataFrom, dataTo, this.#chunks.cut, tsSec, tsNsec, isFirst)
      this.#drain(half, stream)
    }
  }

  // Where no INIT was captured, the first chunk is the start.
  #streamFor(half: number, tsn: number): TsnStream {
    const stream = this.#streams.get(half)
    if (stream !== undefined && (stream.restart !== tsn || stream.next === tsn)) return stream
    // Another association on the same ports.
    while (stream?.firstHeld !== undefined) this.#giveUpGap(half, stream)
    const begun = new TsnStream(tsn)
    this.#streams.set(half, begun)
    return begun
  }

  #again(half: number, found: 'same' | 'other' | 'late', length: number): void {
    if (found === 'late') {
      this.#delivery.countOutside(half, Outside.LATE, length, Number.NaN)
      return
    }
    this.#delivery.countRetransmission(half, found === 'same' ? length : 0, found === 'other' ? length : 0)
    noteRepetition(this.#table, half, HistoryLetter.RETRANSMISSION, this.#table.retransmissions[half]!)
  }

  #hold(half: number, stream: TsnStream, bytes: Uint8Array, { tsSec, tsNsec }: FlowPacket): void {
    const { tsn, dataFrom, dataTo, cut } = this.#chunks
    const length = dataTo - dataFrom
    const position = stream.find(tsn)
    if (position >= 0) {
      const first = stream.at(position)
      const place = this.#store.locate(first.stored, 0, first.bytes)
      const isSame =
        first.bytes === length &&
        this.#hashOf(place.bytes, place.from, place.to) === this.#hashOf(bytes, dataFrom, dataTo)
      this.#again(half, isSame ? 'same' : 'other', length)
      return
    }
    const stored = length === 0 ? NOWHERE : this.#store.keep(bytes, dataFrom, dataTo)
    stream.insert(-1 - position, { tsn, stored, bytes: length, cut, tsSec, tsNsec })
    this.#keepLimits(half, stream)
  }

  #keepLimits(half: number, stream: TsnStream): void {
    const { limits } = this.#table
    while (stream.firstHeld !== undefined) {
      if (stream.heldBytes > this.#limits.heldBytes) {
        this.heldBytesHits += limits.mark(half >> 1, 'held_bytes')
      } else if (stream.heldCount > this.#limits.heldSegments) {
        this.heldSegmentsHits += limits.mark(half >> 1, 'held_segments')
      } else if (this.#store.isFull) {
        this.heldMemoryHits += limits.mark(half >> 1, 'held_memory')
      } else return
      this.#giveUpGap(half, stream)
    }
  }

  // What the receiver has acknowledged was received, and lost by the capture if it does not come soon.
  #giveUpGaps(half: number, { tsSec, tsNsec }: FlowPacket): void {
    const stream = this.#streams.get(half)
    if (stream === undefined) return
    for (let held = stream.firstHeld; held !== undefined; held = stream.firstHeld) {
      if (stream.acked === null || seqDiff(stream.acked, held.tsn) < -1) return
      if (elapsedMs(held.tsSec, held.tsNsec, tsSec, tsNsec) < GAP_WAIT_MS) return
      this.#giveUpGap(half, stream)
    }
  }

  #giveUpGap(half: number, stream: TsnStream): void {
    this.#delivery.skip(half, 0)
    stream.skipTo(stream.firstHeld!.tsn)
    this.#drain(half, stream)
  }

  #drain(half: number, stream: TsnStream): void {
    while (stream.firstHeld?.tsn === stream.next) this.#deliverHeld(half, stream)
  }

  #deliverHeld(half: number, stream: TsnStream): void {
    const { stored, bytes: length, cut, tsSec, tsNsec } = stream.shift()
    const { bytes, from, to } = this.#store.locate(stored, 0, length)
    stream.passed(this.#hashOf(bytes, from, to))
    this.#delivery.datagram(half, bytes, from, to, cut, tsSec, tsNsec)
    this.#store.drop(stored, length)
  }

  #hashOf(bytes: Uint8Array, from: number, to: number): number {
    this.#hash.begin()
    this.#hash.add(bytes, from, to)
    this.#hash.end()
    return this.#hash.low
  }
}
