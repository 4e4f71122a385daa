import type { CaptureReader } from '../../capture/capture-reader.js'
import { blankCapturedPacket } from '../../capture/captured-packet.js'
import type { ShardPart } from '../../config/shard.js'
import { BATCH_PACKETS } from '../../flow/batches.js'
import type { RingProducer } from '../../ring/record-ring.js'
import type { SlabPool } from '../../ring/slab-pool.js'
import { noPackets } from '../../summary.js'
import { flowHash, partOf } from '../../wire/flow-hash.js'
import type { PacketDecoder } from '../../wire/packet-decoder.js'
import { blankTransportPacket } from '../../wire/transport-packet.js'
import type { DatagramSpace } from './datagram-space.js'
import { RecordKind, writeControl, writeHighestTime, writeIcmpError, writePacket } from './descriptor.js'
import { type FramePlaces, PLACE_RECORDS } from './frame-places.js'
import type { PacketFilter } from './packet-filter.js'
import type { PacketRecorder } from './packet-recorder.js'
import { writeLowestTime, writeWindow } from './window-records.js'

/** Packets between two sweeps. */
const SWEEP_PACKETS = 65_536
/** Most records that one packet may put into one ring: its own, that of an ICMP error, a batch's end, and a sweep. */
const RECORDS_PER_PACKET = 4

/** Why the dispatcher stopped: the reader's status, or `'full'` when a ring or the datagram space is full. */
export type DispatchStatus = 'more' | 'end' | 'damaged' | 'full'

/**
 * Moves packets from the capture reader through the decoder to the ring of the worker that owns the connection. It is
 * synchronous and returns when it would have to wait.
 */
export class Dispatcher {
  // Invariants:
  // - every ring has room for #credits more records.
  readonly packets = noPackets()
  /** Selects packets; null for all. */
  readonly filter: PacketFilter | null
  /** Takes the packets that are selected; null: nobody does. */
  recorder: PacketRecorder | null = null
  /** Part of the connections that is wanted; null: all. */
  shard: ShardPart | null = null
  /** Captured bytes of all packets. */
  capturedBytes = 0
  readonly #bytes: Uint8Array
  readonly #rings: readonly RingProducer[]
  readonly #decoder: PacketDecoder
  readonly #space: DatagramSpace
  readonly #hashKey: Uint32Array
  readonly #places: FramePlaces | null
  /** See `RECORDS_PER_PACKET`. */
  readonly #recordsPerPacket: number
  readonly #captured = blankCapturedPacket()
  readonly #packet = blankTransportPacket()
  #credits = 0
  #needsSpace = false
  #sweepIn = SWEEP_PACKETS
  #lowestSec = Infinity
  /** Lowest and highest time since the latest batch ended; Infinity and -1: there is none. */
  #batchLowSec = Infinity
  #batchLowNsec = 0
  #batchHighSec = -1
  #batchHighNsec = 0
  #highestSec = 0
  #highestNsec = 0

  /**
   * @param hashKey For {@link flowHash}. It decides which worker gets which connection, and which part it is of.
   * @param places  Null: no worker asks where packets stand.
   */
  constructor(
    pool: SlabPool,
    rings: readonly RingProducer[],
    decoder: PacketDecoder,
    space: DatagramSpace,
    hashKey: Uint32Array,
    filter: PacketFilter | null = null,
    places: FramePlaces | null = null,
  ) {
    this.#bytes = pool.bytes
    this.#rings = rings
    this.#decoder = decoder
    this.#space = space
    this.#hashKey = hashKey
    this.filter = filter
    this.#places = places
    // The places of a packet and of what it quotes.
    this.#recordsPerPacket = RECORDS_PER_PACKET + (places === null ? 0 : 2 * PLACE_RECORDS)
    if (places !== null) decoder.trail = places.trail
  }

  /** True when the datagram space must be renewed before the dispatcher can continue. */
  get needsSpace(): boolean {
    return this.#needsSpace && !this.#space.hasRoom
  }

  /** Begins a capture, independent of the previous one. Every ring must have room. */
  startCapture(number: number): void {
    this.#decoder.finish()
    this.broadcast(RecordKind.START_CAPTURE, number)
    this.#sweepIn = SWEEP_PACKETS
    this.#startBatch()
    this.#lowestSec = Infinity
    this.#highestSec = 0
    this.#highestNsec = 0
  }

  /** Link type of all frames from now on; null: as the capture says. */
  useLinkType(linkType: number | null): void {
    this.#decoder.linkType = linkType
    this.filter?.useLinkType(linkType)
  }

  /**
   * Announces the reader's window, from which `dispatch` takes the next packets. Every ring must have room.
   *
   * @param readableTo End of the window if it stands in a file like this; otherwise -1.
   */
  startWindow(reader: CaptureReader, input: number, readableTo: number): void {
    const { position } = reader
    const recordBytes = this.#places?.startWindow(input) ?? 0
    for (const ring of this.#rings) {
      const at = ring.next()
      writeControl(ring.words, at, RecordKind.WINDOW, reader.base + position, this.packets.read)
      writeWindow(ring.words, at, position, input, Math.max(0, readableTo - position), recordBytes)
      ring.commit()
    }
    this.#credits -= 1
  }

  /** Dispatches the packets of the reader's window. */
  dispatch(reader: CaptureReader): DispatchStatus {
    const captured = this.#captured
    for (;;) {
      if (this.#credits < this.#recordsPerPacket && !this.hasRoom()) return 'full'
      if (this.#needsSpace && !this.#space.hasRoom) return 'full'
      let isTaken = true
      if (!this.#decoder.hasMore) {
        const status = reader.next(captured)
        if (status !== 'packet') return status
        this.capturedBytes += captured.to - captured.from
        this.#noteTime()
        if (this.#places !== null) this.#places.startFrame(reader, captured)
        if (this.filter !== null) isTaken = this.filter.matches(this.#bytes, captured, reader.isBigEndian)
        if (isTaken && this.recorder !== null) this.recorder.take(this.#bytes, captured, reader)
      } else if (this.#places !== null) {
        this.#places.nextInFrame()
      }
      this.packets.read += 1
      if (isTaken) this.#dispatchPacket()
      else this.packets.filtered += 1
      this.#sweepIn -= 1
      if (this.#sweepIn % BATCH_PACKETS === 0) this.#endBatch()
    }
  }

  /** True when a packet can be dispatched without waiting for a worker. */
  hasRoom(): boolean {
    let credits = Infinity
    for (const ring of this.#rings) credits = Math.min(credits, ring.free())
    this.#credits = credits
    return credits >= this.#recordsPerPacket
  }

  /** Writes a control record to every ring and publishes it. Every ring must have room. */
  broadcast(kind: number, number: number): void {
    this.#foldBatchTimes()
    for (const ring of this.#rings) {
      const at = ring.next()
      writeControl(ring.words, at, kind, number, this.packets.read)
      writeHighestTime(ring.words, at, this.#highestSec, this.#highestNsec)
      ring.commit()
      ring.publish()
    }
    this.#credits -= 1
  }

  // Most packets are later than all before.
  #noteTime(): void {
    const { tsSec, tsNsec } = this.#captured
    if (tsSec === this.#batchHighSec && tsNsec >= this.#batchHighNsec) this.#batchHighNsec = tsNsec
    else this.#widenBatch(tsSec, tsNsec)
  }

  #widenBatch(tsSec: number, tsNsec: number): void {
    if (tsSec < this.#batchLowSec || (tsSec === this.#batchLowSec && tsNsec < this.#batchLowNsec)) {
      this.#batchLowSec = tsSec
      this.#batchLowNsec = tsNsec
    }
    if (tsSec > this.#batchHighSec || (tsSec === this.#batchHighSec && tsNsec > this.#batchHighNsec)) {
      this.#batchHighSec = tsSec
      this.#batchHighNsec = tsNsec
    }
  }

  #dispatchPacket(): void {
    const { packets } = this
    const packet = this.#packet
    const decoder = this.#decoder
    const status = decoder.hasMore
      ? decoder.decodeNext(this.#bytes, this.#captured, packet)
      : decoder.decode(this.#bytes, this.#captured, packet)
    switch (status) {
      case 'delivered':
        this.#push()
        return
      case 'fragment':
        packets.fragments += 1
        this.#needsSpace = true
        return
      case 'copy':
        packets.duplicates += 1
        return
      case 'notIp':
        packets.not_ip += 1
        return
      case 'malformed':
        packets.malformed += 1
    }
  }

  #push(): void {
    const hash = flowHash(this.#bytes, this.#packet, this.#hashKey)
    if (this.#isWanted(hash)) this.#pushPacket(hash)
    else this.packets.other_shard += 1
    // What an error quotes may be of another part than the error.
    if (this.#packet.hasQuote) this.#pushQuoted()
  }

  #pushPacket(hash: number): void {
    this.packets.delivered += 1
    const ring = this.#ringOf(hash)
    const packet = this.#packet
    if (this.#places !== null) this.#credits -= this.#places.write(ring, this.packets.read)
    // Here, beside the record that is read next, it costs no cache miss; in the worker it would.
    const lastByte = packet.payloadBytes > 0 ? this.#bytes[packet.payloadFrom + packet.payloadBytes - 1]! : 0
    writePacket(ring.words, ring.next(), this.#captured, packet, lastByte, hash, this.packets.read)
    ring.commit()
    this.#credits -= 1
  }

  #pushQuoted(): void {
    const hash = flowHash(this.#bytes, this.#packet.quoted, this.#hashKey)
    if (!this.#isWanted(hash)) return
    const ring = this.#ringOf(hash)
    if (this.#places !== null) this.#credits -= this.#places.write(ring, this.packets.read)
    writeIcmpError(ring.words, ring.next(), this.#captured, this.#packet, hash, this.packets.read)
    ring.commit()
    this.#credits -= 1
  }

  #isWanted(hash: number): boolean {
    return this.shard === null || partOf(hash, this.shard.parts) === this.shard.part
  }

  // The high bits choose the worker, because the low bits choose the bucket in the worker's flow index.
  #ringOf(hash: number): RingProducer {
    return this.#rings[((hash >>> 16) * this.#rings.length) >>> 16]!
  }

  // Ends a batch, of which there is none where one frame held all its packets, and perhaps sweeps.
  #endBatch(): void {
    if (Number.isFinite(this.#batchLowSec)) {
      for (const ring of this.#rings) {
        const at = ring.next()
        writeControl(ring.words, at, RecordKind.END_OF_BATCH, 0, this.packets.read)
        writeHighestTime(ring.words, at, this.#batchHighSec, this.#batchHighNsec)
        writeLowestTime(ring.words, at, this.#batchLowSec, this.#batchLowNsec)
        ring.commit()
      }
      this.#credits -= 1
      this.#foldBatchTimes()
      this.#startBatch()
    }
    if (this.#sweepIn === 0) this.#sweep()
  }

  #startBatch(): void {
    this.#batchLowSec = Infinity
    this.#batchHighSec = -1
    this.#batchHighNsec = 0
  }

  // The batch's times count to those of the sweep and the capture.
  #foldBatchTimes(): void {
    if (this.#batchLowSec < this.#lowestSec) this.#lowestSec = this.#batchLowSec
    if (
      this.#batchHighSec > this.#highestSec ||
      (this.#batchHighSec === this.#highestSec && this.#batchHighNsec > this.#highestNsec)
    ) {
      this.#highestSec = this.#batchHighSec
      this.#highestNsec = this.#batchHighNsec
    }
  }

  // A sweep uses the lowest time of many packets, so that one wrong timestamp ends no connection.
  #sweep(): void {
    this.broadcast(RecordKind.SWEEP, Math.max(0, this.#lowestSec))
    this.#lowestSec = Infinity
    this.#sweepIn = SWEEP_PACKETS
  }
}
