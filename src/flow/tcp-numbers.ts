import { HalfSeen } from '../stream/half-streams.js'
import { seqAdd, seqDiff } from '../stream/seq.js'
import type { TcpReassembler } from '../stream/tcp-reassembler.js'
import { TcpFlag } from '../wire/tcp.js'
import { ConnectionFlag, type ConnectionTable } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'

/** Numbers of one half-stream are not farther than this from what was seen: more than the windows of fast paths. */
export const NEAR_BYTES = 2 ** 26
/** Bits of a distance plus {@link NEAR_BYTES} that is near. */
const NEAR_BITS = 27
/** Distance of a number that is not the connection's. */
export const FAR = Number.POSITIVE_INFINITY
/** Distance of a number of which the connection knows nothing yet: it fits, but less than any that is known. */
const UNKNOWN = 2 ** 33
const SYN_SEEN = HalfSeen.SYN | HalfSeen.SYN_ACK
const SYN_RST_ACK = TcpFlag.SYN | TcpFlag.RST | TcpFlag.ACK
/** A SYN that comes so soon after the RST which answered it is a copy; later it is another attempt. */
const COPY_SEC = 0.02

/** Compares the sequence and acknowledgment numbers of packets with what connections have shown. */
export class TcpNumbers {
  readonly #table: ConnectionTable
  readonly #reassembler: TcpReassembler

  constructor(table: ConnectionTable, reassembler: TcpReassembler) {
    this.#table = table
    this.#reassembler = reassembler
  }

  /**
   * True when a packet of `side` plainly belongs to a connection that is open and alone on its 5-tuple: both numbers are
   * near what is expected next. False says nothing.
   */
  isPlain(connection: number, side: 0 | 1, packet: FlowPacket): boolean {
    const { flags, group, halfSeen, nextSeq } = this.#table
    const half = 2 * connection + side
    const peer = half ^ 1
    const distances =
      (seqDiff(packet.seq, nextSeq[half]!) + NEAR_BYTES) | (seqDiff(packet.ack, nextSeq[peer]!) + NEAR_BYTES)
    return (
      distances >>> NEAR_BITS === 0 &&
      (packet.tcpFlags & SYN_RST_ACK) === TcpFlag.ACK &&
      (halfSeen[half]! & halfSeen[peer]! & HalfSeen.STARTED) !== 0 &&
      group[connection] === 0 &&
      (flags[connection]! & ConnectionFlag.CLOSED) === 0
    )
  }

  /** How far a packet that `side` sent is from the connection's numbers; `FAR`: it is not one of its packets. */
  distance(connection: number, side: 0 | 1, packet: FlowPacket): number {
    const half = 2 * connection + side
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    const ack = isAck ? this.#numberDistance(half ^ 1, packet.ack, 0) : 0
    if (ack === FAR) return FAR
    if (packet.tcpFlags & TcpFlag.SYN) return this.#synDistance(half, packet) + ack
    return this.#numberDistance(half, packet.seq, packet.originalPayloadBytes) + ack
  }

  /** How far sequence number `seq` is from those of the half-stream. */
  numberDistance(half: number, seq: number): number {
    return this.#numberDistance(half, seq, 0)
  }

  /** True when something is known of the half-stream's numbers, and `seq` is near them. */
  isKnown(half: number, seq: number): boolean {
    return this.#numberDistance(half, seq, 0) < UNKNOWN
  }

  #numberDistance(half: number, seq: number, length: number): number {
    const { halfSeen, nextOffset, highOffset, ackedOffset, finOffset } = this.#table
    const seen = halfSeen[half]!
    if ((seen & HalfSeen.STARTED) === 0) return UNKNOWN
    const offset = this.#reassembler.offsetOf(half, seq)
    const isFin = (seen & HalfSeen.FIN) !== 0
    // After both FINs nothing lies beyond them: what does is of another connection on the same ports.
    if (isFin && halfSeen[half ^ 1]! & HalfSeen.FIN && offset + length > finOffset[half]! + 1) return FAR
    const high = Math.max(highOffset[half]!, ackedOffset[half]!, isFin ? finOffset[half]! + 1 : 0)
    if (offset > high) return offset - high > NEAR_BYTES ? FAR : offset - high
    if (offset >= 0) return nextOffset[half]! - offset > 2 ** 31 ? FAR : 0
    return seen & SYN_SEEN ? (offset === -1 ? 0 : FAR) : -offset > NEAR_BYTES ? FAR : -offset
  }

  // The connection that a SYN belongs to has its ISN, or none yet and no bytes where the stream would begin.
  #synDistance(half: number, packet: FlowPacket): number {
    const { halfSeen, isn } = this.#table
    const seen = halfSeen[half]!
    const peerSeen = halfSeen[half ^ 1]!
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    if (seen & SYN_SEEN) {
      if (isn[half] !== packet.seq || (!isAck && this.#isRefused(half, packet))) return FAR
      return 0
    }
    if (seen & HalfSeen.STARTED) {
      return this.#reassembler.canStartAt(half, seqAdd(packet.seq, 1)) ? 0 : FAR
    }
    // A simultaneous open; or the answer to a SYN, or to one that was not captured and after which nothing came yet.
    if (!isAck) return peerSeen & HalfSeen.SYN ? UNKNOWN : FAR
    if (peerSeen & SYN_SEEN || (peerSeen & HalfSeen.DATA) === 0) return UNKNOWN
    return this.#reassembler.canStartAt(half ^ 1, packet.ack) ? UNKNOWN : FAR
  }

  // The half-stream's SYN was answered by a RST, and this one is another attempt.
  #isRefused(half: number, packet: FlowPacket): boolean {
    const { flags, halfSeen, closedSec, closedNsec } = this.#table
    const connection = half >> 1
    if ((flags[connection]! & ConnectionFlag.CLOSED) === 0) return false
    const peerSeen = halfSeen[half ^ 1]!
    if ((peerSeen & HalfSeen.RST) === 0 || peerSeen & SYN_SEEN) return false
    const lateSec = packet.tsSec - closedSec[connection]! + (packet.tsNsec - closedNsec[connection]!) / 1e9
    return lateSec > COPY_SEC
  }
}
