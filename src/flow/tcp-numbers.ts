import { HalfSeen } from '../stream/half-streams.js'
import { seqAdd, seqDiff } from '../stream/seq.js'
import type { TcpReassembler } from '../stream/tcp-reassembler.js'
import { TcpFlag } from '../wire/tcp.js'
import { ConnectionFlag, type ConnectionTable } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'

/**
 * Numbers of one half-stream are not farther than this from what was seen, or than the largest window where that is larger:
 * more than the windows of fast paths.
 */
export const NEAR_BYTES = 2 ** 26
/** Bits of a distance plus {@link NEAR_BYTES} that is near. */
const NEAR_BITS = 27
const SYN_SEEN = HalfSeen.SYN | HalfSeen.SYN_ACK
const SYN_RST_ACK = TcpFlag.SYN | TcpFlag.RST | TcpFlag.ACK
/** A SYN that comes so soon after the RST which answered it is a copy; later it is another attempt. */
const COPY_SEC = 0.02

/** How the numbers of a packet fit a connection. */
export const Fit = {
  /** They are not the connection's. */
  NO: 0,
  /** They are near what was seen, or nothing was seen of a direction. */
  NEAR: 1,
  /** They go on exactly where the connection is. */
  NEXT: 2,
} as const

/** True when two sequence numbers are not farther than {@link NEAR_BYTES} from each other. */
export function isNear(seq: number, other: number): boolean {
  return (seqDiff(seq, other) + NEAR_BYTES) >>> NEAR_BITS === 0
}

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
    return (
      isNear(packet.seq, nextSeq[half]!) &&
      isNear(packet.ack, nextSeq[peer]!) &&
      (packet.tcpFlags & SYN_RST_ACK) === TcpFlag.ACK &&
      (halfSeen[half]! & halfSeen[peer]! & HalfSeen.STARTED) !== 0 &&
      group[connection] === 0 &&
      (flags[connection]! & ConnectionFlag.CLOSED) === 0
    )
  }

  /** How both numbers of a packet that `side` sent fit the connection. One of `Fit`. */
  fit(connection: number, side: 0 | 1, packet: FlowPacket): number {
    const half = 2 * connection + side
    const ack = packet.tcpFlags & TcpFlag.ACK ? this.#ackFit(half ^ 1, packet) : Fit.NEXT
    if (ack === Fit.NO) return Fit.NO
    const seq = packet.tcpFlags & TcpFlag.SYN ? this.#synFit(half, packet) : this.#segmentFit(half, packet)
    return Math.min(seq, ack)
  }

  /** True when sequence number `seq` is near those of the half-stream, or nothing is known of these. */
  isNear(half: number, seq: number): boolean {
    const { halfSeen, ackedOffset } = this.#table
    if ((halfSeen[half]! & HalfSeen.STARTED) === 0) {
      const acked = ackedOffset[half]!
      return acked === 0 || Math.abs(seqDiff(seq, (acked - 1) | 0)) <= this.#nearBytes(half)
    }
    const offset = this.#reassembler.offsetOf(half, seq)
    const high = this.#highOf(half)
    if (offset > high) return offset - high <= this.#nearBytes(half)
    if (offset >= 0) return true
    // Nothing is before a SYN.
    return halfSeen[half]! & SYN_SEEN ? offset === -1 : -offset <= this.#nearBytes(half)
  }

  #ackFit(half: number, { ack, originalPayloadBytes, tcpFlags }: FlowPacket): number {
    const { halfSeen, ackedOffset } = this.#table
    const isUnseen = (halfSeen[half]! & HalfSeen.STARTED) === 0
    // Bare acknowledgments of what is not captured may leap.
    if (isUnseen && originalPayloadBytes === 0 && (tcpFlags & TcpFlag.SYN) === 0) return Fit.NEAR
    if (!this.isNear(half, ack)) return Fit.NO
    if (isUnseen) return Fit.NEAR
    const offset = this.#reassembler.offsetOf(half, ack)
    return offset >= ackedOffset[half]! && offset <= this.#highOf(half) ? Fit.NEXT : Fit.NEAR
  }

  // True when a packet acknowledges exactly all that the half-stream has sent, of which payload was seen, but no SYN.
  #confirms(half: number, { ack, tcpFlags }: FlowPacket): boolean {
    const { halfSeen, highOffset } = this.#table
    const seen = halfSeen[half]! & (HalfSeen.DATA | SYN_SEEN)
    if ((tcpFlags & TcpFlag.ACK) === 0 || seen !== HalfSeen.DATA) return false
    return this.#reassembler.offsetOf(half, ack) === highOffset[half]
  }

  #segmentFit(half: number, packet: FlowPacket): number {
    const { halfSeen, nextOffset, highOffset, ackedOffset, finOffset } = this.#table
    const seen = halfSeen[half]!
    if ((seen & HalfSeen.STARTED) === 0) {
      // What the peer has acknowledged says less than a packet that acknowledges exactly what the peer has sent.
      if (this.isNear(half, packet.seq)) return Fit.NEAR
      return this.#confirms(half ^ 1, packet) ? Fit.NEAR : Fit.NO
    }
    if (!this.isNear(half, packet.seq)) return Fit.NO
    const offset = this.#reassembler.offsetOf(half, packet.seq)
    const isPayload = packet.originalPayloadBytes > 0
    const bothSeen = seen & halfSeen[half ^ 1]!
    // What lies beyond the FINs, or beyond all that was seen before a RST, may be of another connection on the same ports.
    if (bothSeen & HalfSeen.FIN && offset > finOffset[half]! - (isPayload ? 1 : -1)) return Fit.NO
    const isReset = ((seen | halfSeen[half ^ 1]!) & HalfSeen.RST) !== 0
    if (isReset && isPayload && offset > Math.max(highOffset[half]!, ackedOffset[half]!)) return Fit.NO
    return offset === nextOffset[half]! || offset === this.#highOf(half) ? Fit.NEXT : Fit.NEAR
  }

  // Offset behind all that is known to have been sent.
  #highOf(half: number): number {
    const { halfSeen, highOffset, ackedOffset, finOffset } = this.#table
    return Math.max(
      highOffset[half]!,
      ackedOffset[half]!,
      halfSeen[half]! & HalfSeen.FIN ? finOffset[half]! + 1 : 0,
    )
  }

  #nearBytes(half: number): number {
    return Math.max(NEAR_BYTES, this.#table.windowBytes[half ^ 1]!)
  }

  // The connection that a SYN belongs to has its ISN, or none yet and no bytes where the stream would begin.
  #synFit(half: number, packet: FlowPacket): number {
    const { halfSeen, isn } = this.#table
    const seen = halfSeen[half]!
    const peerSeen = halfSeen[half ^ 1]!
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    if (seen & SYN_SEEN) {
      return isn[half] !== packet.seq || (!isAck && this.#isRefused(half, packet)) ? Fit.NO : Fit.NEXT
    }
    if (seen & HalfSeen.STARTED) {
      return this.#reassembler.canStartAt(half, seqAdd(packet.seq, 1)) ? Fit.NEXT : Fit.NO
    }
    if (!this.isNear(half, seqAdd(packet.seq, 1))) return Fit.NO
    // A simultaneous open; or the answer to a SYN, or to one that was not captured and after which nothing came yet.
    if (!isAck) return peerSeen & HalfSeen.SYN ? Fit.NEAR : Fit.NO
    if (peerSeen & SYN_SEEN || (peerSeen & HalfSeen.DATA) === 0) return Fit.NEAR
    return this.#reassembler.canStartAt(half ^ 1, packet.ack) ? Fit.NEAR : Fit.NO
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
