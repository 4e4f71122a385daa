import { seqAdd, seqDiff } from '../stream/seq.js'
import { TcpFlag } from '../wire/tcp.js'
import type { FlowPacket } from './flow-packet.js'
import type { KeptPacket } from './kept-packets.js'
import { NEAR_BYTES } from './tcp-numbers.js'

/** What a candidate keeps of each direction. */
const MAX_SEGMENTS = 16
const MAX_BYTES = 64 * 1024

/** What a packet means for a candidate. */
export type CandidateMatch = 'no' | 'near' | 'confirmed'

/** Packets that fit no connection on their 5-tuple, but each other: perhaps one whose beginning was not captured. */
export class Candidate {
  // Invariants: segments, bytes and ends are those of the packets kept, by direction.
  readonly packets: KeptPacket[] = []
  readonly #segments = [0, 0]
  readonly #bytes = [0, 0]
  /** First sequence number, and the one behind the latest. Meaningful where there are segments. */
  readonly #starts: [number, number] = [0, 0]
  readonly #ends: [number, number] = [0, 0]
  /** Latest acknowledgment number that was sent, null: none yet. */
  readonly #acks: [number | null, number | null] = [null, null]
  lastSec = 0
  lastNsec = 0

  /** What a packet, sent by `side`, means. */
  match(side: 0 | 1, packet: FlowPacket): CandidateMatch {
    const other = side === 0 ? 1 : 0
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    const own = this.#positionOf(side)
    const peer = this.#positionOf(other)
    if (own !== null && !isNear(packet.seq, own)) return 'no'
    if (isAck && peer !== null && !isNear(packet.ack, peer)) return 'no'
    if (own === null && (peer === null || !isAck)) return 'no'
    if (packet.tcpFlags & TcpFlag.SYN && !this.#canBegin(side, packet.seq)) return 'no'
    if (isAck && this.#segments[other]! > 0 && seqDiff(packet.ack, this.#ends[other]) === 0)
      return 'confirmed'
    const goesOn = this.#segments[side]! > 0 && seqDiff(packet.seq, this.#ends[side]) === 0
    const hasContent = packet.originalPayloadBytes > 0 || (packet.tcpFlags & TcpFlag.FIN) !== 0
    return goesOn && hasContent && isAck === (this.#acks[side] !== null) ? 'confirmed' : 'near'
  }

  /** True when there is room for one more packet. */
  hasRoom(side: 0 | 1, packet: FlowPacket): boolean {
    return this.#segments[side]! < MAX_SEGMENTS && this.#bytes[side]! + packet.payloadBytes <= MAX_BYTES
  }

  /** Adds a packet that is kept. */
  add(kept: KeptPacket): void {
    const { side, packet } = kept
    const { payloadBytes, originalPayloadBytes, tcpFlags } = packet
    this.packets.push(kept)
    const controls = (tcpFlags & TcpFlag.SYN ? 1 : 0) + (tcpFlags & TcpFlag.FIN ? 1 : 0)
    const length = originalPayloadBytes + controls
    const end = seqAdd(packet.seq, length)
    if (this.#segments[side] === 0) this.#starts[side] = packet.seq
    if (this.#segments[side] === 0 || seqDiff(end, this.#ends[side]) > 0) this.#ends[side] = end
    this.#segments[side]! += 1
    this.#bytes[side]! += payloadBytes
    if (tcpFlags & TcpFlag.ACK) this.#acks[side] = packet.ack
    if (packet.tsSec > this.lastSec || (packet.tsSec === this.lastSec && packet.tsNsec > this.lastNsec)) {
      this.lastSec = packet.tsSec
      this.lastNsec = packet.tsNsec
    }
  }

  /** First sequence number of a direction as far as it is known: of a segment, or acknowledged by the other; null: none. */
  startOf(side: 0 | 1): number | null {
    return this.#segments[side]! > 0 ? this.#starts[side] : this.#acks[side === 0 ? 1 : 0]
  }

  /** True when what is kept of a direction begins behind a SYN with this number, as near as it may be. */
  isAfterSyn(side: 0 | 1, seq: number): boolean {
    const start = this.startOf(side)
    if (start === null) return false
    const distance = seqDiff(start, seqAdd(seq, 1))
    return distance >= 0 && distance <= MAX_BYTES
  }

  // True when a SYN with this number may be that of what is kept of the direction.
  #canBegin(side: 0 | 1, seq: number): boolean {
    const distance = seqDiff(this.#starts[side], seq)
    return this.#segments[side] === 0 || distance === 0 || distance === 1
  }

  #positionOf(side: 0 | 1): number | null {
    return this.#segments[side]! > 0 ? this.#ends[side] : this.#acks[side === 0 ? 1 : 0]
  }
}

function isNear(a: number, b: number): boolean {
  return Math.abs(seqDiff(a, b)) <= NEAR_BYTES
}
