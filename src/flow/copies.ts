import { HalfSeen } from '../stream/half-streams.js'
import { seqDiff } from '../stream/seq.js'
import { TcpFlag } from '../wire/tcp.js'
import { IpProtocol } from '../wire/transport-packet.js'
import { ConnectionFlag, type ConnectionTable, NONE } from './connection-table.js'
import { type CopyFinder, latestHalf } from './copy-finder.js'
import type { FlowPacket, FlowQuote } from './flow-packet.js'
import type { RecentPackets } from './recent-packets.js'

/** Row of no packet. */
const NO_ROW = 0

/** Finds copies among the packets of connections, and counts them there. */
export class Copies implements CopyFinder {
  // Invariant: `latestPacket` and `latestError` are the same of all connections on a 5-tuple.
  readonly #table: ConnectionTable
  readonly recent: RecentPackets
  count = 0
  lives: CopyFinder['lives'] = null
  see: CopyFinder['see'] = null
  /** Row of the latest packet that is no copy. */
  #row = NO_ROW

  constructor(table: ConnectionTable, recent: RecentPackets) {
    this.#table = table
    this.recent = recent
  }

  has(connection: number, side: 0 | 1, isPlain: boolean, bytes: Uint8Array, packet: FlowPacket): boolean {
    if (connection === NONE) {
      this.#row = this.recent.add(NO_ROW, packet)
      return false
    }
    const { latestPacket, group } = this.#table
    const latest = latestPacket[connection]!
    if (!this.#isNew(2 * connection + side, isPlain, packet) && this.recent.isCopy(latest, bytes, packet)) {
      const half = 2 * connection + side
      this.#count(
        group[connection] === 0 ? half : latestHalf(this.lives!, connection, side, packet.encapId),
        bytes,
        packet,
      )
      return true
    }
    this.#row = this.recent.add(latest, packet)
    if (group[connection] === 0) latestPacket[connection] = this.#row
    else for (const life of this.lives!.livesOf(connection)) latestPacket[life] = this.#row
    return false
  }

  hasPredicted(connection: number, half: number, bytes: Uint8Array, packet: FlowPacket): boolean {
    const { latestPacket } = this.#table
    const latest = latestPacket[connection]!
    if (!this.#isNewPredicted(half, packet)) {
      if (this.recent.isCopy(latest, bytes, packet)) {
        this.#count(half, bytes, packet)
        return true
      }
    }
    this.#row = this.recent.add(latest, packet)
    latestPacket[connection] = this.#row
    return false
  }

  move(connection: number): void {
    if (connection !== NONE) this.#table.latestPacket[connection] = this.#row
  }

  hasError(connection: number, bytes: Uint8Array, { error }: FlowQuote): boolean {
    const { latestError } = this.#table
    const latest = latestError[connection]!
    if (this.recent.isCopy(latest, bytes, error)) return true
    const row = this.recent.add(latest, error)
    for (const life of this.lives!.livesOf(connection)) latestError[life] = row
    return false
  }

  #count(half: number, bytes: Uint8Array, packet: FlowPacket): void {
    this.count += 1
    this.#table.copies[half]! += 1
    this.see?.(half, bytes, packet)
  }

  // True when nothing like the packet can have come before: it has the side's first SYN or FIN, or payload behind all that was
  // seen, or it acknowledges more than was.
  #isNew(half: number, isPlain: boolean, packet: FlowPacket): boolean {
    const { halfSeen, nextSeq, nextOffset, highOffset, flags } = this.#table
    // A connection that was not alone may have begun again, and forgotten what it had seen.
    if (flags[half >> 1]! & ConnectionFlag.GROUPED) return false
    if (!isPlain) return this.#isFirstSyn(half, packet)
    const seen = halfSeen[half]!
    if (seen & HalfSeen.FIN) return false
    if (packet.originalPayloadBytes > 0)
      return nextOffset[half]! + seqDiff(packet.seq, nextSeq[half]!) >= highOffset[half]!
    if (packet.tcpFlags & TcpFlag.FIN) return true
    return this.#acknowledgesMore(half, packet)
  }

  // The same of a packet that begins at `nextSeq`, where nothing is held.
  #isNewPredicted(half: number, packet: FlowPacket): boolean {
    const { nextOffset, highOffset, flags } = this.#table
    if (flags[half >> 1]! & ConnectionFlag.GROUPED) return false
    return packet.payloadBytes > 0
      ? nextOffset[half]! >= highOffset[half]!
      : this.#acknowledgesMore(half, packet)
  }

  // True when a packet acknowledges more than was. It was sent, so that this is not from before the peer's stream was placed.
  #acknowledgesMore(half: number, packet: FlowPacket): boolean {
    const { nextSeq, nextOffset, highOffset, ackedOffset } = this.#table
    const peer = half ^ 1
    const acked = nextOffset[peer]! + seqDiff(packet.ack, nextSeq[peer]!)
    return acked > ackedOffset[peer]! && acked <= highOffset[peer]! && ackedOffset[peer]! >= 0
  }

  #isFirstSyn(half: number, { protocol, tcpFlags }: FlowPacket): boolean {
    const { halfSeen, flags, group } = this.#table
    const isSyn = (tcpFlags & (TcpFlag.SYN | TcpFlag.RST)) === TcpFlag.SYN
    if (!isSyn || protocol !== IpProtocol.TCP || halfSeen[half]! & HalfSeen.STARTED) return false
    return group[half >> 1] === 0 && (flags[half >> 1]! & ConnectionFlag.CLOSED) === 0
  }
}
