import { HalfSeen } from '../stream/half-streams.js'
import { Outside } from '../stream/outside.js'
import { seqAdd, seqDiff } from '../stream/seq.js'
import type { TcpReassembler } from '../stream/tcp-reassembler.js'
import { TcpFlag, windowScaleOf } from '../wire/tcp.js'
import { ConnectionFlag, type ConnectionTable } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'
import { HistoryLetter, noteOnce, noteRepetition } from './history.js'
import { DOUBTFUL, isKeepAlive, LoneBytes } from './lone-bytes.js'
import { isNear, NEAR_BYTES } from './tcp-numbers.js'

/** A RST counts when its sequence number is this near to what was seen: 1 MiB, RFC 7323's usual windows. */
const RST_WINDOW_BYTES = 1024 * 1024
const SYN_SEEN = HalfSeen.SYN | HalfSeen.SYN_ACK
/** From this value of the column `windowScale` on a window may be of more than 64 MiB. */
const LARGE_SCALE = 12

/** Of these flags a predicted packet has only the ACK. */
const PREDICTED_FLAGS = TcpFlag.SYN | TcpFlag.FIN | TcpFlag.RST | TcpFlag.ACK
const NOT_PREDICTED = HalfSeen.HELD | HalfSeen.UNSETTLED | HalfSeen.FIN | HalfSeen.RST

/** What a packet did to its connection. */
export type TcpOutcome = 'open' | 'finished' | 'reset'

/** Follows TCP connections: where their streams start and end, and what goes to the reassembler. */
export class TcpTracker {
  readonly #table: ConnectionTable
  readonly #reassembler: TcpReassembler
  readonly #lone: LoneBytes

  constructor(table: ConnectionTable, reassembler: TcpReassembler) {
    this.#table = table
    this.#reassembler = reassembler
    this.#lone = new LoneBytes(table, reassembler)
  }

  /**
   * Header prediction: true when a packet of `side` has both numbers where its connection is, alone on its 5-tuple, only
   * acknowledges or brings what is next, and nothing of either side is held, doubtful or about to end.
   */
  isPredicted(connection: number, side: 0 | 1, packet: FlowPacket): boolean {
    const { flags, group, halfSeen, nextSeq, windowScale } = this.#table
    const half = 2 * connection + side
    const seen = halfSeen[half]!
    const peerSeen = halfSeen[half ^ 1]!
    return (
      (packet.tcpFlags & PREDICTED_FLAGS) === TcpFlag.ACK &&
      (seen & peerSeen & HalfSeen.STARTED) !== 0 &&
      ((seen | peerSeen) & NOT_PREDICTED) === 0 &&
      packet.seq === nextSeq[half]! &&
      isNear(packet.ack, nextSeq[half ^ 1]!) &&
      packet.originalPayloadBytes === packet.payloadBytes &&
      packet.window !== 0 &&
      windowScale[half]! < LARGE_SCALE &&
      group[connection] === 0 &&
      (flags[connection]! & ConnectionFlag.CLOSED) === 0
    )
  }

  /** Takes a predicted packet: `packet` would do the same, and come to nothing with the rest. */
  predicted(half: number, bytes: Uint8Array, packet: FlowPacket): void {
    const table = this.#table
    this.#reassembler.acknowledge(half ^ 1, packet.ack, packet.tsSec, packet.tsNsec)
    if (packet.payloadBytes === 0) {
      noteOnce(table, half, HistoryLetter.ACK)
      return
    }
    table.halfSeen[half]! |= HalfSeen.DATA
    this.#reassembler.pushNext(half, bytes, packet)
    noteOnce(table, half, HistoryLetter.DATA)
  }

  /** Takes a packet that `side` sent. */
  packet(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): TcpOutcome {
    const table = this.#table
    const half = 2 * connection + side
    const peer = half ^ 1
    const { tcpFlags } = packet
    this.#noteFlags(half, packet)
    if (table.flags[connection]! & DOUBTFUL) this.#lone.dispel(half, bytes, packet)
    if (table.windowScale[half]! >= LARGE_SCALE) this.#noteWindow(half, packet)
    const gaps = table.gaps[half]!
    const peerGaps = table.gaps[peer]!

    let seq = packet.seq
    if (tcpFlags & TcpFlag.SYN) {
      this.#syn(half, bytes, packet)
      seq = seqAdd(seq, 1)
    }
    if (tcpFlags & TcpFlag.ACK) {
      if (table.halfSeen[peer]! & HalfSeen.STARTED)
        this.#reassembler.acknowledge(peer, packet.ack, packet.tsSec, packet.tsNsec)
      else table.ackedOffset[peer] = (packet.ack >>> 0) + 1
    }
    if (tcpFlags & TcpFlag.RST) {
      const isPlaced = (table.halfSeen[half]! & HalfSeen.STARTED) !== 0
      const offset = isPlaced ? this.#reassembler.offsetOf(half, packet.seq) : Number.NaN
      this.#reassembler.delivery.countOutside(half, Outside.RESET_TEXT, packet.payloadBytes, offset)
      if (this.#isPlausibleReset(half, packet.seq)) {
        this.#noteReset(half, packet.seq)
        return 'reset'
      }
      return 'open'
    }
    if (packet.originalPayloadBytes > 0) this.#payload(half, seq, bytes, packet)
    else if ((table.halfSeen[half]! & HalfSeen.STARTED) === 0 && (tcpFlags & TcpFlag.FIN) === 0) {
      this.#reassembler.join(half, seq)
    }
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

  /** A connection is touched by the limit of memory. */
  touch(connection: number): void {
    this.#table.limits.mark(connection, 'held_memory')
  }

  /** Counts captured bytes that have no place in the stream. @param kind One of `Outside`. */
  countOutside(half: number, kind: number, bytes: number): void {
    this.#reassembler.delivery.countOutside(half, kind, bytes, Number.NaN)
  }

  /**
   * The half-stream goes on at sequence number `seq`, far from all that was seen of it: what lies between was lost. Where it
   * is that of a SYN, and no other SYN was acknowledged, the stream begins behind it.
   *
   * @returns False, and nothing was done: the half-stream has a FIN, or it is the SYN of another connection; or the number is
   *          near, but lower: nearly 4 GiB would have been lost.
   */
  jump(half: number, seq: number, isSyn: boolean): boolean {
    const { halfSeen, nextOffset, ackedOffset } = this.#table
    const seen = halfSeen[half]!
    if (seen & HalfSeen.FIN) return false
    if ((seen & HalfSeen.STARTED) === 0) return !isSyn // only acknowledged so far, and again by the next packet
    if (isSyn) {
      if (nextOffset[half] !== 0 || seen & (HalfSeen.DATA | HalfSeen.HELD) || ackedOffset[half]! >= 0)
        return false
      this.#reassembler.restart(half, seqAdd(seq, 1))
      return true
    }
    const back = seqDiff(this.#table.nextSeq[half]!, seq)
    if (back > 0 && back <= NEAR_BYTES) return false
    const gaps = this.#table.gaps[half]!
    this.#reassembler.jump(half, seq)
    this.#noteGaps(half, gaps)
    return true
  }

  /** True when more than a SYN has been seen of the half-stream, or anything of its peer. */
  isAnswered(half: number): boolean {
    const { halfSeen } = this.#table
    return ((halfSeen[half]! & HalfSeen.DATA) | (halfSeen[half ^ 1]! & HalfSeen.STARTED)) !== 0
  }

  /**
   * Lets a connection begin again of which nothing is certain: no SYN was seen, nothing delivered, and no segment goes on
   * where another one ended, or was acknowledged.
   *
   * @returns False, and nothing was done: it is certain.
   */
  restart(connection: number): boolean {
    const table = this.#table
    const { halfSeen, nextOffset, highOffset, ackedOffset } = table
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      if (halfSeen[half]! & (SYN_SEEN | HalfSeen.RST) || nextOffset[half] !== 0) return false
      if (!this.#reassembler.held.isOneSegment(half)) return false
      if (halfSeen[half]! & HalfSeen.HELD && ackedOffset[half] === highOffset[half]) return false
    }
    table.flags[connection]! &= ~DOUBTFUL
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      this.countOutside(half, Outside.UNCONFIRMED, this.#reassembler.discard(half))
    }
    return true
  }

  #syn(half: number, bytes: Uint8Array, packet: FlowPacket): void {
    const table = this.#table
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    const first = seqAdd(packet.seq, 1)
    const seen = table.halfSeen[half]!
    const isEmpty = (seen & (HalfSeen.DATA | HalfSeen.HELD)) === 0 && table.nextOffset[half] === 0
    if (!isEmpty && seen & HalfSeen.STARTED && !this.#reassembler.canStartAt(half, first)) return
    table.halfSeen[half]! |= isAck ? HalfSeen.SYN_ACK : HalfSeen.SYN
    table.isn[half] = packet.seq
    table.windowScale[half] = windowScaleOf(bytes, packet.transportFrom, packet.payloadFrom) + 1
    if (table.nextOffset[half] === 0) this.#reassembler.start(half, first)
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
    const seen = table.halfSeen[half]!
    if (isKeepAlive(packet)) {
      if ((seen & HalfSeen.STARTED) === 0) this.#lone.doubt(half)
      else if (seen & HalfSeen.UNSETTLED && (seen & HalfSeen.HELD) === 0) {
        // The side itself has told that it comes behind this byte.
        if (this.#reassembler.offsetOf(half, seq) === -1) {
          this.#reassembler.delivery.countOutside(half, Outside.KEEP_ALIVE, packet.payloadBytes, -1)
          return
        }
      }
    }
    if ((seen & HalfSeen.STARTED) === 0) this.#reassembler.join(half, seq)
    table.halfSeen[half]! |= HalfSeen.DATA
    const retransmissions = table.retransmissions[half]!
    this.#reassembler.push(half, seq, bytes, packet)
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

  // What lies below a reset's number was sent.
  #noteReset(half: number, seq: number): void {
    const { halfSeen, highOffset } = this.#table
    if (halfSeen[half]! & HalfSeen.STARTED) {
      highOffset[half] = Math.max(highOffset[half]!, this.#reassembler.offsetOf(half, seq))
    }
    halfSeen[half]! |= HalfSeen.RST
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
