import { BATCH_PACKETS, Batches, type BatchTimes, COPY_NSEC, nsecBetween } from './batches.js'
import { ByteHash } from './byte-hash.js'
import { blankFlowPacket, type FlowPacket } from './flow-packet.js'
import { type DedupMode, isIdentified, PacketContent } from './packet-content.js'
import { placeHash } from './seen-place.js'

/** The bytes of so many epochs before the latest are there when it ends. */
export const KEPT_EPOCHS = 4
/** A copy is looked for among so many packets of its 5-tuple, those of both directions. */
const COPY_PACKETS = 64
const INITIAL_ROWS = 1024

/** The packets that a worker has taken, by the positions of their records: int32 that wraps around. */
export interface PacketLog {
  /** Forgets what is before a position. */
  forgetTo(row: number): void
  /** True when there is a packet, or an ICMP error, at this position. */
  hasPacket(row: number): boolean
  /** False when the packet at this position has other numbers than `packet`, so that neither is a copy of the other. */
  isAlike(row: number, packet: FlowPacket): boolean
  /** Reads the packet, or ICMP error, at this position. */
  read(row: number, out: FlowPacket): void
}

/** What is left of a packet whose bytes are gone. */
interface HashedPacket {
  readonly high: number
  readonly low: number
  readonly place: number
}

/**
 * The latest packets of one worker, and which of those that follow are copies of them that the way of capturing made.
 *
 * Bytes are compared where they stand. A worker keeps the slabs of a few epochs longer for that; what may still have copies
 * when they go, by its time, is hashed: in captures below 3 Gbit/s that is nothing.
 */
export class RecentPackets {
  // Invariants:
  // - a row is the position of a packet in #log; those from #first on are there.
  // - the bytes of rows from #thereFrom on are there; of those before, #hashed has what may still have copies.
  // - row r has its words at `r & #mask`; #previous leads to rows of its 5-tuple before it, as long as these are there.
  readonly #log: PacketLog
  readonly #content: PacketContent
  readonly #other: PacketContent
  readonly #otherPacket = blankFlowPacket()
  readonly #hash = new ByteHash()
  readonly #hashed = new Map<number, HashedPacket>()
  readonly #batches: Batches
  /** Where each of the latest epochs ended, oldest first. */
  readonly #epochEnds: number[] = []
  #previous = new Int32Array(INITIAL_ROWS)
  #mask = INITIAL_ROWS - 1
  #first = 1
  #thereFrom = 1
  /** Packets that were forgotten although copies of them might still come, because there were too many. */
  limitHits = 0

  /** @param limit Packets of the capture among which copies are looked for; at least twice {@link BATCH_PACKETS}. */
  constructor(mode: DedupMode, limit: number, log: PacketLog) {
    this.#log = log
    this.#content = new PacketContent(mode)
    this.#other = new PacketContent(mode)
    this.#batches = new Batches(Math.floor(limit / BATCH_PACKETS) - 1, this.#first)
  }

  /**
   * True when the packet is a copy of one of the latest 64 of its 5-tuple. Its frame is in `bytes`.
   *
   * @param latest Row of the latest of them.
   */
  isCopy(latest: number, bytes: Uint8Array, packet: FlowPacket): boolean {
    const { record } = packet
    const age = (record - this.#first) | 0
    let row = latest
    for (let count = 0; count < COPY_PACKETS; count++) {
      const back = (record - row) | 0
      if (back <= 0 || back > age) return false
      if (this.#log.isAlike(row, packet) && this.#isCopyOf(row, bytes, packet)) return true
      row = this.#previous[row & this.#mask]!
    }
    return false
  }

  /**
   * Remembers a packet that is no copy.
   *
   * @param previous Row of the latest packet of its 5-tuple before it.
   * @returns Its own.
   */
  add(previous: number, { record }: FlowPacket): number {
    if (((record - this.#first) | 0) > this.#mask) this.#grow(record)
    this.#previous[record & this.#mask] = previous
    return record
  }

  /** {@link BATCH_PACKETS} packets of the capture have come since this was called before; those that follow have rows from `next` on. */
  endBatch(next: number, times: BatchTimes): void {
    const batches = this.#batches
    batches.end(next, times)
    this.#forgetTo(batches.firstRow)
    if (!batches.isOverfull) return
    batches.dropOldest()
    for (let row = this.#first; row !== batches.firstRow; row = (row + 1) | 0) {
      if (this.#mayHaveCopies(row)) this.limitHits += 1
    }
    this.#forgetTo(batches.firstRow)
  }

  /**
   * An epoch is over, and the packets that follow have rows from `next` on. What the slabs hold of the epoch
   * {@link KEPT_EPOCHS} before it goes after this call.
   */
  endEpoch(next: number, bytes: Uint8Array): void {
    this.#epochEnds.push(next)
    if (this.#epochEnds.length <= KEPT_EPOCHS) return
    const to = this.#epochEnds.shift()!
    for (; ((this.#thereFrom - to) | 0) < 0; this.#thereFrom = (this.#thereFrom + 1) | 0) {
      if (this.#mayHaveCopies(this.#thereFrom)) this.#hashRow(this.#thereFrom, bytes)
    }
  }

  /** A capture begins, with rows from `next` on: packets of the one before have no copies in it. */
  startCapture(next: number): void {
    this.#forgetTo(next)
    this.#batches.clear(next)
  }

  #forgetTo(row: number): void {
    this.#first = row
    this.#log.forgetTo(row)
    if (((this.#thereFrom - row) | 0) < 0) this.#thereFrom = row
    for (const hashed of this.#hashed.keys()) {
      if (((hashed - row) | 0) >= 0) break
      this.#hashed.delete(hashed)
    }
  }

  // Leaves the packet in `#otherPacket`.
  #mayHaveCopies(row: number): boolean {
    if (!this.#log.hasPacket(row)) return false
    const other = this.#otherPacket
    this.#log.read(row, other)
    return !this.#batches.isTooOld(row, other.tsSec, other.tsNsec)
  }

  #isCopyOf(row: number, bytes: Uint8Array, packet: FlowPacket): boolean {
    const other = this.#otherPacket
    this.#log.read(row, other)
    const age = nsecBetween(other.tsSec, other.tsNsec, packet.tsSec, packet.tsNsec)
    if (Math.abs(age) > COPY_NSEC || this.#batches.isTooOld(row, other.tsSec, other.tsNsec)) return false
    this.#content.of(packet)
    const hashed = this.#hashed.get(row)
    if (hashed !== undefined) {
      this.#content.hash(bytes, this.#hash)
      if (hashed.high !== this.#hash.high || hashed.low !== this.#hash.low) return false
    } else {
      this.#other.of(other)
      if (!this.#content.equals(bytes, this.#other)) return false
    }
    return (
      other.interfaceId !== packet.interfaceId ||
      other.encapId !== packet.encapId ||
      other.hopLimit !== packet.hopLimit ||
      (hashed?.place ?? placeHash(bytes, other)) !== placeHash(bytes, packet) ||
      isIdentified(bytes, packet)
    )
  }

  // The packet is in `#otherPacket`.
  #hashRow(row: number, bytes: Uint8Array): void {
    this.#other.of(this.#otherPacket)
    this.#other.hash(bytes, this.#hash)
    const { high, low } = this.#hash
    this.#hashed.set(row, { high, low, place: placeHash(bytes, this.#otherPacket) })
  }

  // Makes room for a row, behind which there is none yet.
  #grow(row: number): void {
    let mask = 2 * this.#mask + 1
    while (((row - this.#first) | 0) > mask) mask = 2 * mask + 1
    const previous = new Int32Array(mask + 1)
    const end = Math.min((row - this.#first) | 0, this.#mask + 1)
    for (let i = 0, from = this.#first; i < end; i++, from = (from + 1) | 0) {
      previous[from & mask] = this.#previous[from & this.#mask]!
    }
    this.#previous = previous
    this.#mask = mask
  }
}
