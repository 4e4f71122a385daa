import { i32be } from '../bytes/endian.js'
import type { Delivery } from '../stream/delivery.js'
import type { HeldChunk } from '../stream/held-chunks.js'
import { type HeldStore, NOWHERE } from '../stream/held-store.js'
import { Outside } from '../stream/outside.js'
import type { ReassemblerLimits } from '../stream/reassembler-limits.js'
import { seqAdd, seqDiff } from '../stream/seq.js'
import type { TsnStream } from '../stream/tsn-stream.js'
import { SctpChunk, SctpChunks, VERIFICATION_TAG } from '../wire/sctp-chunks.js'
import type { ConnectionTable } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'
import { HistoryLetter, noteOnce } from './history.js'
import { RepeatedChunks } from './repeated-chunks.js'
import { SctpDirection } from './sctp-direction.js'

/**
 * Puts the user data of SCTP associations in the order of TSNs, and drops what comes again. Everything else in their packets
 * is no payload. How many bytes a missing chunk had is not known: its gap has 0. Source: RFC 9260 §6.
 */
export class SctpTracker {
  // Invariants:
  // - #directions has a half-stream once a TSN of it is known.
  // - between calls, the first held chunk of a stream is behind a gap.
  readonly #table: ConnectionTable
  readonly #delivery: Delivery
  readonly #store: HeldStore
  readonly #limits: ReassemblerLimits
  readonly #directions = new Map<number, SctpDirection>()
  readonly #chunks = new SctpChunks()
  /** Gaps given up because so much was held, and because the memory for it was used up. */
  heldSegmentsHits = 0
  heldBytesHits = 0
  heldMemoryHits = 0
  readonly repeated: RepeatedChunks

  constructor(table: ConnectionTable, delivery: Delivery, store: HeldStore, limits: ReassemblerLimits) {
    this.#table = table
    this.#delivery = delivery
    this.#store = store
    this.#limits = limits
    this.repeated = new RepeatedChunks(table, delivery, store)
  }

  /** Takes a packet that `side` of the association sent, whose chunks are its payload. */
  packet(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const half = 2 * connection + side
    const { transportFrom, payloadFrom, payloadBytes, originalPayloadBytes, number, tsSec, tsNsec } = packet
    const chunks = this.#chunks
    const tag = payloadBytes > 0 ? i32be(bytes, transportFrom + VERIFICATION_TAG) : 0
    let isFirst = true
    this.#delivery.recent.comparison.setSecond(number, tsSec, tsNsec)
    chunks.begin(bytes, payloadFrom, payloadFrom + payloadBytes, payloadFrom + originalPayloadBytes)
    while (chunks.next()) {
      switch (chunks.type) {
        case SctpChunk.INIT:
        case SctpChunk.INIT_ACK:
          this.#init(half)
          break
        case SctpChunk.SACK:
          this.#acknowledge(half ^ 1, chunks.tsn, packet)
          break
        case SctpChunk.DATA:
        case SctpChunk.I_DATA:
          this.#data(half, tag, bytes, packet, isFirst)
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
      const direction = this.#directions.get(half)
      if (direction === undefined) continue
      this.#flushStream(half, direction.stream)
      this.#dropStrays(half, direction)
    }
  }

  /** Forgets the association. Call `flush` first. */
  release(connection: number): void {
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      this.#directions.delete(half)
      this.#delivery.recent.release(half)
    }
  }

  #init(half: number): void {
    const { initiateTag, tsn } = this.#chunks
    const direction = this.#directions.get(half)
    if (direction === undefined) this.#directions.set(half, SctpDirection.announced(initiateTag, tsn))
    else direction.announce(initiateTag, tsn)
  }

  #acknowledge(half: number, tsn: number, { tsSec, tsNsec }: FlowPacket): void {
    const direction = this.#directions.get(half)
    if (direction === undefined || !direction.isNear(tsn)) return
    const { stream } = direction
    stream.acknowledge(tsn, tsSec, tsNsec)
    if (stream.look(tsn) !== 'known') return
    const { ackedOffset } = this.#table
    ackedOffset[half] = Math.max(ackedOffset[half]!, stream.foundOffset + stream.foundBytes)
  }

  // The sender has given up all before `next` (RFC 3758 §3.5).
  #forward(half: number, next: number): void {
    const direction = this.#directions.get(half)
    if (direction === undefined || !direction.isNear(next)) return
    const { stream } = direction
    if (seqDiff(next, stream.next) <= 0) return
    for (let { first } = stream.held; first !== undefined; { first } = stream.held) {
      if (seqDiff(first.tsn, next) >= 0) break
      stream.skipTo(first.tsn)
      this.#deliverHeld(half, stream)
    }
    stream.skipTo(next)
    this.#drain(half, stream)
  }

  // No association has the tag 0 (RFC 9260 §5.3.1): with the TSN 0 it is a header that a program made up, for each message the same.
  #data(half: number, tag: number, bytes: Uint8Array, packet: FlowPacket, isFirst: boolean): void {
    const { tsn, dataFrom, dataTo, cut } = this.#chunks
    const length = dataTo - dataFrom
    this.#table.capturedBytes[half]! += length
    noteOnce(this.#table, half, HistoryLetter.DATA)
    let direction = this.#directions.get(half)
    if (direction === undefined) {
      if (tag === 0 && tsn === 0) {
        this.#delivery.datagram(half, bytes, dataFrom, dataTo, cut, packet.tsSec, packet.tsNsec, isFirst)
        return
      }
      direction = SctpDirection.joined(tag, tsn)
      this.#directions.set(half, direction)
    }
    switch (direction.fit(tag, tsn)) {
      case 'former':
        this.#delivery.countOutside(half, Outside.UNCONFIRMED, length, Number.NaN)
        return
      case 'stray':
        if (!direction.confirms(tag, tsn, packet.number)) {
          this.#keepStray(half, direction, tag, bytes, packet)
          return
        }
        this.#adopt(half, direction)
        break
      case 'restart':
        this.#flushStream(half, direction.stream)
        direction.restart(tag)
        break
      default:
    }
    this.#place(half, direction.stream, bytes, packet, isFirst)
  }

  // Takes the chunk to where its TSN belongs.
  #place(half: number, stream: TsnStream, bytes: Uint8Array, packet: FlowPacket, isFirst: boolean): void {
    const { tsn, dataFrom, dataTo, cut } = this.#chunks
    const distance = seqDiff(tsn, stream.next)
    if (distance < 0) this.repeated.countPassed(half, stream, tsn, bytes, dataFrom, dataTo)
    else if (distance > 0) this.#hold(half, stream, bytes, packet)
    else {
      this.#deliver(half, stream, bytes, dataFrom, dataTo, cut, packet, isFirst)
      this.#drain(half, stream)
    }
  }

  #hold(half: number, stream: TsnStream, bytes: Uint8Array, packet: FlowPacket): void {
    const { tsn, dataFrom, dataTo } = this.#chunks
    const first = stream.held.get(tsn)
    if (first === undefined) this.#addHeld(half, stream, this.#keep(bytes, packet))
    else this.repeated.countHeld(half, first, bytes, dataFrom, dataTo)
  }

  #addHeld(half: number, stream: TsnStream, chunk: HeldChunk): void {
    stream.held.add(chunk)
    stream.arrivedBytes += chunk.bytes
    this.#keepLimits(half, stream)
  }

  // Keeps the user data of the chunk.
  #keep(bytes: Uint8Array, { number, tsSec, tsNsec }: FlowPacket): HeldChunk {
    const { tsn, dataFrom, dataTo, cut } = this.#chunks
    const length = dataTo - dataFrom
    const stored = length === 0 ? NOWHERE : this.#store.keep(bytes, dataFrom, dataTo)
    this.#store.countChunk(1)
    return { tsn, stored, bytes: length, cut, tsSec, tsNsec, number }
  }

  #keepStray(
    half: number,
    direction: SctpDirection,
    tag: number,
    bytes: Uint8Array,
    packet: FlowPacket,
  ): void {
    const { tsn, dataFrom, dataTo } = this.#chunks
    const isAgain = direction.hasStray(tag, tsn)
    if (!isAgain && !direction.hasRoom(tag, dataTo - dataFrom)) this.#dropStrays(half, direction)
    if (!isAgain && !this.#store.isFull) {
      direction.addStray(tag, this.#keep(bytes, packet))
      return
    }
    if (!isAgain) this.heldMemoryHits += this.#table.limits.mark(half >> 1, 'held_memory')
    this.#delivery.countOutside(half, Outside.UNCONFIRMED, dataTo - dataFrom, Number.NaN)
  }

  #dropStrays(half: number, direction: SctpDirection): void {
    for (const { stored, bytes } of direction.strays?.chunks ?? []) {
      this.#delivery.countOutside(half, Outside.UNCONFIRMED, bytes, Number.NaN)
      this.#drop(stored, bytes)
    }
    direction.strays = null
  }

  // Another packet has confirmed the strays: they are of an association whose beginning was not captured.
  #adopt(half: number, direction: SctpDirection): void {
    this.#flushStream(half, direction.stream)
    this.#delivery.skip(half, 0)
    for (const chunk of direction.adopt(this.#chunks.tsn)) this.#addHeld(half, direction.stream, chunk)
    this.#drain(half, direction.stream)
  }

  #keepLimits(half: number, stream: TsnStream): void {
    const { limits } = this.#table
    while (stream.held.count > 0) {
      if (stream.held.bytes > this.#limits.heldBytes) {
        this.heldBytesHits += limits.mark(half >> 1, 'held_bytes')
      } else if (stream.held.count > this.#limits.heldSegments) {
        this.heldSegmentsHits += limits.mark(half >> 1, 'held_segments')
      } else if (this.#store.isFull) {
        this.heldMemoryHits += limits.mark(half >> 1, 'held_memory')
      } else return
      this.#giveUpGap(half, stream)
    }
  }

  #giveUpGaps(half: number, { tsSec, tsNsec }: FlowPacket): void {
    const stream = this.#directions.get(half)?.stream
    if (stream === undefined) return
    const isOneSided = this.#table.packets[half ^ 1] === 0
    while (stream.isGapOver(isOneSided, tsSec, tsNsec)) this.#giveUpGap(half, stream)
  }

  #flushStream(half: number, stream: TsnStream): void {
    while (stream.held.count > 0) this.#giveUpGap(half, stream)
  }

  #giveUpGap(half: number, stream: TsnStream): void {
    const { tsn } = stream.held.first!
    if (tsn !== stream.next) this.#delivery.skip(half, 0)
    stream.skipTo(tsn)
    this.#drain(half, stream)
  }

  #drain(half: number, stream: TsnStream): void {
    while (stream.held.first?.tsn === stream.next) this.#deliverHeld(half, stream)
  }

  #deliverHeld(half: number, stream: TsnStream): void {
    const chunk = stream.held.shift()
    const { bytes, from, to } = this.#store.locate(chunk.stored, 0, chunk.bytes)
    this.#deliver(half, stream, bytes, from, to, chunk.cut, chunk, true)
    this.#drop(chunk.stored, chunk.bytes)
  }

  // Delivers `bytes[from, to)`, the user data of the next TSN, and skips the `cut` bytes of it that were not captured.
  #deliver(
    half: number,
    stream: TsnStream,
    bytes: Uint8Array,
    from: number,
    to: number,
    cut: number,
    { number, tsSec, tsNsec }: Pick<FlowPacket, 'number' | 'tsSec' | 'tsNsec'>,
    isFirst: boolean,
  ): void {
    const { recent } = this.#delivery
    stream.passed(this.#table.nextOffset[half]!, to - from)
    if (recent.isWanted && to > from) {
      recent.packetNumber = number
      recent.note(half, bytes, from, to, tsSec, tsNsec)
    }
    this.#delivery.datagram(half, bytes, from, to, cut, tsSec, tsNsec, isFirst)
  }

  #drop(stored: number, bytes: number): void {
    this.#store.drop(stored, bytes)
    this.#store.countChunk(-1)
  }
}
