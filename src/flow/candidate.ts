import { seqAdd, seqDiff } from '../stream/seq.js'
import { TcpFlag } from '../wire/tcp.js'
import type { FlowPacket } from './flow-packet.js'
import type { KeptPacket } from './kept-packets.js'
import { NEAR_BYTES } from './tcp-numbers.js'

/** What a candidate keeps of each direction: segments, and bytes of payload. A datagram of IP is not longer. */
const MAX_SEGMENTS = 16
const MAX_BYTES = 64 * 1024
/** Packets that it keeps: a segment may have been captured in pieces. */
const MAX_PACKETS = 256

/** What a packet means for a candidate. */
export type CandidateMatch = 'no' | 'near' | 'confirmed'

/** What is kept of one direction. */
interface Direction {
  segments: number
  bytes: number
  /** Sequence number of the first byte, and the one behind the latest. Meaningful where there are segments. */
  start: number
  end: number
  /** The one behind its SYN; null: none was seen. */
  synEnd: number | null
  /** Time of its latest segment. */
  sec: number
  nsec: number
  /** Latest acknowledgment number that it sent; null: none yet. */
  ack: number | null
}

/** Packets that fit no connection on their 5-tuple, but each other: perhaps one whose beginning was not captured. */
export class Candidate {
  // Invariant: the directions have what the packets kept add up to.
  readonly packets: KeptPacket[] = []
  readonly #directions: readonly [Direction, Direction] = [blankDirection(), blankDirection()]
  lastSec = 0
  lastNsec = 0

  /** True when it began with a SYN without ACK. */
  get isOpening(): boolean {
    return this.packets.some(({ packet }) => (packet.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN)
  }

  /** True when a RST has come. */
  get hasReset(): boolean {
    return this.packets.some(({ packet }) => (packet.tcpFlags & TcpFlag.RST) !== 0)
  }

  /** True when segments are kept of the direction. */
  hasSegments(side: 0 | 1): boolean {
    return this.#directions[side].segments > 0
  }

  /** True when a SYN is kept of the direction. */
  hasSyn(side: 0 | 1): boolean {
    return this.#directions[side].synEnd !== null
  }

  /** What a packet, sent by `side`, means. */
  match(side: 0 | 1, packet: FlowPacket): CandidateMatch {
    const own = this.#directions[side]
    const other = this.#directions[side === 0 ? 1 : 0]
    const isAck = (packet.tcpFlags & TcpFlag.ACK) !== 0
    const ownAt = own.segments > 0 ? own.end : other.ack
    const otherAt = other.segments > 0 ? other.end : own.ack
    if (ownAt === null && (otherAt === null || !isAck)) return 'no'
    if (ownAt !== null && !isNear(packet.seq, ownAt)) return 'no'
    if (isAck && otherAt !== null && !isNear(packet.ack, otherAt)) return 'no'
    if (packet.tcpFlags & TcpFlag.SYN && !canBegin(own, packet.seq)) return 'no'
    if (isAck && other.segments > 0 && (packet.ack === other.end || packet.ack === other.synEnd))
      return 'confirmed'
    return own.segments > 0 && goesOn(own, packet) ? 'confirmed' : 'near'
  }

  /** True when there is room for one more packet. */
  hasRoom(side: 0 | 1, packet: FlowPacket): boolean {
    const own = this.#directions[side]
    return (
      this.packets.length < MAX_PACKETS &&
      own.bytes + packet.payloadBytes <= MAX_BYTES &&
      (own.segments < MAX_SEGMENTS || isSameSegment(own, packet))
    )
  }

  /** Adds a packet that is kept. */
  add(kept: KeptPacket): void {
    const { side, packet } = kept
    const own = this.#directions[side]
    this.packets.push(kept)
    const { seq, tcpFlags } = packet
    const end = endOf(packet)
    if (own.segments === 0 || seqDiff(seq, own.start) < 0) own.start = seq
    if (!isSameSegment(own, packet)) own.segments += 1
    if (own.segments === 1 || seqDiff(end, own.end) > 0) own.end = end
    if (tcpFlags & TcpFlag.SYN) own.synEnd = seqAdd(seq, 1)
    if (tcpFlags & TcpFlag.ACK) own.ack = packet.ack
    own.bytes += packet.payloadBytes
    own.sec = packet.tsSec
    own.nsec = packet.tsNsec
    if (packet.tsSec > this.lastSec || (packet.tsSec === this.lastSec && packet.tsNsec > this.lastNsec)) {
      this.lastSec = packet.tsSec
      this.lastNsec = packet.tsNsec
    }
  }

  /** First sequence number of a direction as far as it is known: of a segment, or acknowledged by the other; null: none. */
  startOf(side: 0 | 1): number | null {
    const own = this.#directions[side]
    return own.segments > 0 ? own.start : this.#directions[side === 0 ? 1 : 0].ack
  }
}

function blankDirection(): Direction {
  return { segments: 0, bytes: 0, start: 0, end: 0, synEnd: null, sec: 0, nsec: 0, ack: null }
}

function isNear(a: number, b: number): boolean {
  return Math.abs(seqDiff(a, b)) <= NEAR_BYTES
}

/** Sequence number behind a packet: SYN and FIN take one each. */
function endOf({ seq, originalPayloadBytes, tcpFlags }: FlowPacket): number {
  const controls = (tcpFlags & TcpFlag.SYN ? 1 : 0) + (tcpFlags & TcpFlag.FIN ? 1 : 0)
  return seqAdd(seq, originalPayloadBytes + controls)
}

// True when a SYN with this number may be that of what is kept of the direction.
function canBegin(own: Direction, seq: number): boolean {
  if (own.segments === 0) return true
  if (own.synEnd !== null) return own.synEnd === seqAdd(seq, 1)
  const distance = seqDiff(own.start, seqAdd(seq, 1))
  return distance >= 0 && distance <= MAX_BYTES
}

// True when a packet begins exactly where what is kept ends, or ends where it begins.
function goesOn(own: Direction, packet: FlowPacket): boolean {
  const { seq, tcpFlags, originalPayloadBytes } = packet
  if (tcpFlags & TcpFlag.RST) return false
  if (tcpFlags & TcpFlag.SYN) return own.synEnd === null && own.start === seqAdd(seq, 1)
  if (own.synEnd !== null && seq === own.synEnd) return true
  if (originalPayloadBytes === 0 && (tcpFlags & TcpFlag.FIN) === 0) return false
  if (((tcpFlags & TcpFlag.ACK) !== 0) !== (own.ack !== null)) return false
  return (seq === own.end || endOf(packet) === own.start) && !isSameSegment(own, packet)
}

// What was captured at one moment without a break may be one segment that the network card or its driver has cut: it says no
// more than the whole would.
function isSameSegment(own: Direction, packet: FlowPacket): boolean {
  return (
    own.bytes > 0 &&
    packet.originalPayloadBytes > 0 &&
    packet.seq === own.end &&
    packet.tsSec === own.sec &&
    packet.tsNsec === own.nsec &&
    own.bytes + packet.originalPayloadBytes <= MAX_BYTES
  )
}
