import { HalfSeen } from '../stream/half-streams.js'
import { Outside } from '../stream/outside.js'
import { seqAdd, seqDiff } from '../stream/seq.js'
import type { TcpReassembler } from '../stream/tcp-reassembler.js'
import { TcpFlag, windowScaleOf } from '../wire/tcp.js'
import type { ConnectionTable } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'
import { HistoryLetter, noteOnce, noteRepetition } from './history.js'

/** A RST counts when its sequence number is this near to what was seen: 1 MiB, RFC 7323's usual windows. */
const RST_WINDOW_BYTES = 1024 * 1024
/** Numbers of one half-stream are not farther than this from what was seen: more than the windows of fast paths. */
const NEAR_BYTES = 64 * 1024 * 1024
const SYN_SEEN = HalfSeen.SYN | HalfSeen.SYN_ACK

/** What a packet did to its connection. */
export type TcpOutcome = 'open' | 'finished' | 'reset'

/** Follows TCP connections: where their streams start and end, and what goes to the reassembler. */
export class TcpTracker {
  readonly #table: ConnectionTable
  readonly #reassembler: TcpReassembler

  constructor(table: ConnectionTable, reassembler: TcpReassembler) {
    this.#table = table
    this.#reassembler = reassembler
  }

  /**
   * True when the packet, sent by `side`, opens another connection on the same 5-tuple: a SYN whose sequence
   * number is not the one that this connection began with.
   */
  isReuse(connection: number, side: 0 | 1, packet: FlowPacket): boolean {
    if ((packet.tcpFlags & TcpFlag.SYN) === 0) return false
    const half = 2 * connection + side
    const seen = this.#table.halfSeen[half]!
    const peerSeen = this.#table.halfSeen[half ^ 1]!
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    if (seen & SYN_SEEN) {
      if (seqDiff(this.#table.isn[half]!, packet.seq) === 0) return false
      return !(isAck && (seen & HalfSeen.DATA) === 0)
    }
    // No SYN from this side yet. It belongs here when it fits what the sides have sent.
    if (seen & HalfSeen.STARTED) return !this.#reassembler.canStartAt(half, seqAdd(packet.seq, 1))
    if (!isAck) return (peerSeen & HalfSeen.SYN) === 0
    // A SYN+ACK answers the peer's SYN; where that was not captured, it must answer before all of its data.
    if (peerSeen & SYN_SEEN || (peerSeen & HalfSeen.DATA) === 0) return false
    return !this.#reassembler.canStartAt(half ^ 1, packet.ack)
  }

  /** True when sequence number `seq` may be one of the half-stream, as far as that has been seen. */
  isNear(half: number, seq: number): boolean {
    const table = this.#table
    if ((table.halfSeen[half]! & HalfSeen.STARTED) === 0) return true
    const offset = this.#reassembler.offsetOf(half, seq)
    return offset >= -NEAR_BYTES && offset <= table.highOffset[half]! + NEAR_BYTES
  }

  /** Takes a packet that `side` sent. */
  packet(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): TcpOutcome {
    const table = this.#table
    const half = 2 * connection + side
    const peer = half ^ 1
    const { tcpFlags } = packet
    this.#noteFlags(half, packet)
    const gaps = table.gaps[half]!
    const peerGaps = table.gaps[peer]!

    let seq = packet.seq
    if (tcpFlags & TcpFlag.SYN) {
      this.#syn(half, bytes, packet)
      seq = seqAdd(seq, 1)
    }
    if (tcpFlags & TcpFlag.ACK && table.halfSeen[peer]! & HalfSeen.STARTED) {
      this.#reassembler.acknowledge(peer, packet.ack, packet.tsSec, packet.tsNsec)
    }
    if (tcpFlags & TcpFlag.RST) {
      this.#reassembler.delivery.countOutside(half, Outside.RESET_TEXT, packet.payloadBytes)
      if (this.#isPlausibleReset(half, packet.seq)) {
        table.halfSeen[half]! |= HalfSeen.RST
        return 'reset'
      }
      return 'open'
    }
    if (packet.originalPayloadBytes > 0) this.#payload(half, seq, bytes, packet)
    if (tcpFlags & TcpFlag.FIN) this.#fin(half, seqAdd(seq, packet.originalPayloadBytes))
    if ((table.halfSeen[half]! | table.halfSeen[peer]!) & HalfSeen.HELD) {
      this.#noteWindow(half, packet)
      this.#reassembler.held.giveUpGaps(half, packet.tsSec, packet.tsNsec)
      this.#reassembler.held.giveUpGaps(peer, packet.tsSec, packet.tsNsec)
    }
    if (table.gaps[half] !== gaps) this.#noteGaps(half, gaps)
    if (table.gaps[peer] !== peerGaps) this.#noteGaps(peer, peerGaps)
    return this.#reassembler.isFinished(half) && this.#reassembler.isFinished(peer) ? 'finished' : 'open'
  }

  /** Delivers what is held of both sides: nothing more is expected. */
  flush(connection: number): void {
    const { gaps } = this.#table
    const origGaps = gaps[2 * connection]!
    const respGaps = gaps[2 * connection + 1]!
    this.#reassembler.flush(connection)
    this.#noteGaps(2 * connection, origGaps)
    this.#noteGaps(2 * connection + 1, respGaps)
  }

  release(connection: number): void {
    this.#reassembler.release(connection)
  }

  #syn(half: number, bytes: Uint8Array, packet: FlowPacket): void {
    const table = this.#table
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    table.halfSeen[half]! |= isAck ? HalfSeen.SYN_ACK : HalfSeen.SYN
    table.isn[half] = packet.seq
    table.windowScale[half] = windowScaleOf(bytes, packet.transportFrom, packet.payloadFrom) + 1
    if (table.nextOffset[half] === 0) this.#reassembler.start(half, seqAdd(packet.seq, 1))
    if (isAck) this.#startAnswered(half ^ 1, packet.ack)
  }

  // A SYN+ACK acknowledges the peer's SYN: where that was not captured, it gives the start of the peer's stream.
  #startAnswered(half: number, ack: number): void {
    const seen = this.#table.halfSeen[half]!
    if ((seen & HalfSeen.STARTED) === 0) this.#reassembler.start(half, ack)
    else if (seen & HalfSeen.UNSETTLED && this.#reassembler.canStartAt(half, ack))
      this.#reassembler.start(half, ack)
  }

  #payload(half: number, seq: number, bytes: Uint8Array, packet: FlowPacket): void {
    const table = this.#table
    if ((table.halfSeen[half]! & HalfSeen.STARTED) === 0) this.#reassembler.join(half, seq)
    table.halfSeen[half]! |= HalfSeen.DATA
    const retransmissions = table.retransmissions[half]!
    this.#reassembler.push(
      half,
      seq,
      bytes,
      packet.payloadFrom,
      packet.payloadFrom + packet.payloadBytes,
      packet.originalPayloadBytes,
      packet.tsSec,
      packet.tsNsec,
    )
    if (table.retransmissions[half] !== retransmissions) {
      noteRepetition(table, half, HistoryLetter.RETRANSMISSION, table.retransmissions[half]!)
    }
  }

  #fin(half: number, seq: number): void {
    const table = this.#table
    if (table.halfSeen[half]! & HalfSeen.FIN) return
    if ((table.halfSeen[half]! & HalfSeen.STARTED) === 0) this.#reassembler.join(half, seq)
    this.#reassembler.finish(half, seq)
  }

  #isPlausibleReset(half: number, seq: number): boolean {
    const table = this.#table
    if ((table.halfSeen[half]! & HalfSeen.STARTED) === 0) return true
    const offset = this.#reassembler.offsetOf(half, seq)
    return (
      offset >= table.nextOffset[half]! - RST_WINDOW_BYTES &&
      offset <= table.highOffset[half]! + RST_WINDOW_BYTES
    )
  }

  #noteFlags(half: number, packet: FlowPacket): void {
    const table = this.#table
    const flags = packet.tcpFlags
    const isSyn = (flags & TcpFlag.SYN) !== 0
    const isFin = (flags & TcpFlag.FIN) !== 0
    const isRst = (flags & TcpFlag.RST) !== 0
    const isAck = (flags & TcpFlag.ACK) !== 0
    if (isSyn) noteOnce(table, half, isAck ? HistoryLetter.SYN_ACK : HistoryLetter.SYN)
    if (isFin) noteOnce(table, half, HistoryLetter.FIN)
    if (isRst) noteOnce(table, half, HistoryLetter.RST)
    if (isSyn && (isFin || isRst)) noteOnce(table, half, HistoryLetter.MULTI_FLAG)
    else if (isFin && isRst) noteOnce(table, half, HistoryLetter.INCONSISTENT)
    if (packet.originalPayloadBytes > 0) noteOnce(table, half, HistoryLetter.DATA)
    else if (isAck && !isSyn && !isFin && !isRst) noteOnce(table, half, HistoryLetter.ACK)
    if (packet.window === 0 && !isRst) {
      table.zeroWindows[half]! += 1
      noteRepetition(table, half, HistoryLetter.ZERO_WINDOW, table.zeroWindows[half]!)
    }
  }

  // Windows are shifted when both SYNs say so; that of a SYN itself never is (RFC 7323 §2.2).
  #noteWindow(half: number, packet: FlowPacket): void {
    const { windowScale, windowBytes } = this.#table
    const isScaled = windowScale[half]! > 0 && windowScale[half ^ 1]! > 0 && !(packet.tcpFlags & TcpFlag.SYN)
    const bytes = packet.window * 2 ** (isScaled ? windowScale[half]! - 1 : 0)
    if (bytes > windowBytes[half]!) windowBytes[half] = bytes
  }

  #noteGaps(half: number, before: number): void {
    for (let count = before + 1; count <= this.#table.gaps[half]!; count++) {
      noteRepetition(this.#table, half, HistoryLetter.GAP, count)
    }
  }
}
