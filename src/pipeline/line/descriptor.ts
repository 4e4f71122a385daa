import type { CapturedPacket } from '../../capture/captured-packet.js'
import type { FlowPacket, FlowQuote } from '../../flow/flow-packet.js'
import type { TransportPacket } from '../../wire/transport-packet.js'

/**
 * Layout of a ring record, in 20 uint32 words:
 *
 *    0  kind (bits 0-3), IPv6 (bit 4), nanosecond clock (bit 5), protocol (8-15), TCP flags (16-23), hop limit (24-31)
 *    1  position of the payload          7  ack                   13  IP total length
 *    2  captured payload bytes (0-20),   8  ports: src << 16|dst  14  packet number, low 32 bits
 *       link type (21-31)                9  source address        15  encapId (0-15), number above 2^32 (16-23),
 *    3  payload bytes on the wire       10  destination address       last byte of the payload (24-31)
 *    4  seconds, low 32 bits            11  flow hash             16  position of the frame
 *    5  nanoseconds                     12  window (0-15),        17  captured bytes of the frame (0-20),
 *    6  seq                                 seconds above 2^32        of the transport header (21-31)
 *                                           (16-31)               18  position of the IP header
 *                                                                 19  IP identification (0-15), interface (16-31)
 *
 * A frame and a payload have at most 1 MiB. IPv4 addresses are values, IPv6 addresses positions. The record of an ICMP
 * error has the 5-tuple, its hash and sequence number (bit 6 of word 0: there is one) of what it quotes. The error's own
 * protocol and IP version are in word 13; its time and places are where those of a packet are.
 * Control records have their number where seconds are, and the number of packets read before them where the packet
 * number is; at the end of a capture or batch its highest time is in words 5 (nanoseconds), 6 and 7 (seconds), at the
 * end of a batch its lowest time in words 8, 9 and 10. Of a window word 1 is the position, word 2 the input, word 3 its
 * bytes if the input can be read twice, otherwise 0.
 */
export const RecordKind = {
  /** A packet of a connection. */
  PACKET: 1,
  /** The packet that an ICMP error quotes, for the worker that owns its connection. */
  ICMP_ERROR: 2,
  /** End connections that have timed out at this second. */
  SWEEP: 3,
  /** No later record refers to the slabs of the epoch with this number. */
  END_OF_EPOCH: 4,
  /** The capture with this number begins; connections of the previous capture end. */
  START_CAPTURE: 5,
  /** The run is over. */
  END: 6,
  /** Write the buffered bytes of all files. Only for live captures. */
  FLUSH: 7,
  /** The packets that follow are in a window that begins at this offset of its input. */
  WINDOW: 8,
  /** So many packets of the capture have come that copies are looked for among others (`flow/batches.ts`). */
  END_OF_BATCH: 9,
  /** A fragment of the packet that the next `PLACE` is of stands at this offset of this input. */
  FRAGMENT: 12,
  /** The next packet stands at this offset of this input. */
  PLACE: 13,
} as const

const KIND_MASK = 0xf
const IPV6_BIT = 0x10
const NANOSECOND_BIT = 0x20
const HAS_SEQ_BIT = 0x40
/** Low bits of a word that hold a number of captured bytes, and their mask. */
const BYTES_BITS = 21
const BYTES_MASK = 2 ** BYTES_BITS - 1
/** The largest link type in a record, which also stands for larger ones. */
const MAX_LINK_TYPE = 2 ** (32 - BYTES_BITS) - 1
export const TWO_32 = 2 ** 32

/**
 * Writes the record of a packet at `words[at]`.
 *
 * @param lastByte Of the captured payload.
 * @param number   Below 2^40.
 */
export function writePacket(
  words: Uint32Array,
  at: number,
  captured: CapturedPacket,
  packet: TransportPacket,
  lastByte: number,
  hash: number,
  number: number,
): void {
  words[at] =
    RecordKind.PACKET |
    (packet.ipVersion === 6 ? IPV6_BIT : 0) |
    (captured.isNanosecond ? NANOSECOND_BIT : 0) |
    (packet.protocol << 8) |
    (packet.tcpFlags << 16) |
    (packet.hopLimit << 24)
  words[at + 1] = packet.payloadFrom
  words[at + 2] = packet.payloadBytes | (Math.min(packet.linkType, MAX_LINK_TYPE) << BYTES_BITS)
  words[at + 3] = packet.originalPayloadBytes
  words[at + 4] = captured.tsSec
  words[at + 5] = captured.tsNsec
  words[at + 6] = packet.seq
  words[at + 7] = packet.ack
  words[at + 8] = (packet.srcPort << 16) | packet.dstPort
  words[at + 9] = packet.src
  words[at + 10] = packet.dst
  words[at + 11] = hash
  words[at + 12] = packet.window | ((captured.tsSec / TWO_32) << 16)
  words[at + 13] = packet.ipBytes
  words[at + 14] = number
  words[at + 15] = packet.encapId | ((number / TWO_32) << 16) | (lastByte << 24)
  words[at + 16] = captured.from
  words[at + 17] = (captured.to - captured.from) | ((packet.payloadFrom - packet.transportFrom) << BYTES_BITS)
  words[at + 18] = packet.ipFrom
  words[at + 19] = packet.identification | (captured.interfaceId << 16)
}

/** Writes the record of the packet that the ICMP error `packet` quotes, whose 5-tuple has this hash. */
export function writeIcmpError(
  words: Uint32Array,
  at: number,
  captured: CapturedPacket,
  packet: TransportPacket,
  hash: number,
  number: number,
): void {
  const { quoted } = packet
  writePacket(words, at, captured, packet, 0, hash, number)
  words[at] =
    RecordKind.ICMP_ERROR |
    (quoted.ipVersion === 6 ? IPV6_BIT : 0) |
    (quoted.hasSeq ? HAS_SEQ_BIT : 0) |
    (quoted.protocol << 8) |
    (packet.hopLimit << 24)
  words[at + 6] = quoted.seq
  words[at + 8] = (quoted.srcPort << 16) | quoted.dstPort
  words[at + 9] = quoted.src
  words[at + 10] = quoted.dst
  words[at + 13] = packet.protocol | (packet.ipVersion << 8)
}

/**
 * Writes a control record.
 *
 * @param number       Depends on the kind: a second, an epoch or a capture. Below 2^48.
 * @param packetNumber Packets read before it. Below 2^40.
 */
export function writeControl(
  words: Uint32Array,
  at: number,
  kind: number,
  number: number,
  packetNumber: number,
): void {
  words[at] = kind
  words[at + 4] = number
  words[at + 12] = (number / TWO_32) << 16
  words[at + 14] = packetNumber
  words[at + 15] = (packetNumber / TWO_32) << 16
}

/** Writes the highest time of a capture or batch into the control record at its end. */
export function writeHighestTime(words: Uint32Array, at: number, sec: number, nsec: number): void {
  words[at + 5] = nsec
  words[at + 6] = sec
  words[at + 7] = sec / TWO_32
}

/** Seconds of the highest time in a control record. */
export function highestSec(words: Uint32Array, at: number): number {
  return words[at + 7]! * TWO_32 + words[at + 6]!
}

/** Nanoseconds of the highest time in a control record. */
export function highestNsec(words: Uint32Array, at: number): number {
  return words[at + 5]!
}

export function recordKind(words: Uint32Array, at: number): number {
  return words[at]! & KIND_MASK
}

/** The number of a control record. */
export function controlNumber(words: Uint32Array, at: number): number {
  return secondsOf(words, at)
}

/** Packets read before a control record. */
export function packetNumber(words: Uint32Array, at: number): number {
  return ((words[at + 15]! >>> 16) & 0xff) * TWO_32 + words[at + 14]!
}

/** Reads the record of an ICMP error. */
export function readIcmpError(words: Uint32Array, at: number, out: FlowQuote): void {
  const { error } = out
  readTuple(words, at, out)
  out.hasSeq = (words[at]! & HAS_SEQ_BIT) !== 0
  out.seq = words[at + 6]! | 0
  out.tsSec = secondsOf(words, at)
  out.tsNsec = words[at + 5]!
  error.protocol = words[at + 13]! & 0xff
  error.ipVersion = words[at + 13]! >>> 8 === 6 ? 6 : 4
  error.number = packetNumber(words, at)
  readPlace(words, at, error)
}

/** False when a recorded packet, or ICMP error, has other numbers, another length or last byte than `packet`. */
export function hasNumbersOf(words: Uint32Array, at: number, packet: FlowPacket): boolean {
  if (words[at + 3] !== packet.originalPayloadBytes || words[at + 15]! >>> 24 !== packet.lastByte)
    return false
  if ((words[at + 19]! & 0xffff) !== packet.identification) return false
  if (recordKind(words, at) !== RecordKind.PACKET) return true
  return ((words[at + 6]! ^ packet.seq) | (words[at + 7]! ^ packet.ack)) === 0
}

/** Seconds of a packet's time; of a control record its number. */
export function secondsOf(words: Uint32Array, at: number): number {
  return (words[at + 12]! >>> 16) * TWO_32 + words[at + 4]!
}

// The 5-tuple and hash of a packet or ICMP error record.
function readTuple(words: Uint32Array, at: number, out: FlowPacket | FlowQuote): void {
  const word = words[at]!
  out.protocol = (word >>> 8) & 0xff
  const isIpv6 = (word & IPV6_BIT) !== 0
  out.ipVersion = isIpv6 ? 6 : 4
  const ports = words[at + 8]!
  out.srcPort = ports >>> 16
  out.dstPort = ports & 0xffff
  out.src = isIpv6 ? words[at + 9]! : words[at + 9]! | 0
  out.dst = isIpv6 ? words[at + 10]! : words[at + 10]! | 0
  out.hash = words[at + 11]! | 0
}

/** Reads the record of a packet. */
export function readPacket(words: Uint32Array, at: number, out: FlowPacket): void {
  readTuple(words, at, out)
  const word = words[at]!
  out.isNanosecond = (word & NANOSECOND_BIT) !== 0
  out.tcpFlags = (word >>> 16) & 0xff
  out.seq = words[at + 6]! | 0
  out.ack = words[at + 7]! | 0
  out.window = words[at + 12]! & 0xffff
  out.ipBytes = words[at + 13]!
  out.number = packetNumber(words, at)
  readPlace(words, at, out)
}

// Time, outer headers, hop limit, and where payload, transport header, IP header and frame are.
function readPlace(words: Uint32Array, at: number, out: FlowPacket): void {
  out.hopLimit = words[at]! >>> 24
  out.payloadFrom = words[at + 1]!
  out.payloadBytes = words[at + 2]! & BYTES_MASK
  out.linkType = words[at + 2]! >>> BYTES_BITS
  out.originalPayloadBytes = words[at + 3]!
  out.tsSec = secondsOf(words, at)
  out.tsNsec = words[at + 5]!
  out.encapId = words[at + 15]! & 0xffff
  out.lastByte = words[at + 15]! >>> 24
  out.frameFrom = words[at + 16]!
  out.frameBytes = words[at + 17]! & BYTES_MASK
  out.transportFrom = out.payloadFrom - (words[at + 17]! >>> BYTES_BITS)
  out.ipFrom = words[at + 18]!
  out.identification = words[at + 19]! & 0xffff
  out.interfaceId = words[at + 19]! >>> 16
}
