import { i32be, u16be } from '../bytes/endian.js'
import type { HeaderStatus, IpHeader } from './ip-header.js'
import type { TransportPacket } from './transport-packet.js'

// Field offsets in bytes from the start of the header (RFC 9293 §3.1).
const DST_PORT = 2
const SEQ = 4
const ACK = 8
const DATA_OFFSET = 12 // high nibble, in 32-bit words
const FLAGS = 13
const WINDOW = 14
const MIN_HEADER_BYTES = 20
/** Ports and sequence number: without these a packet is of no use. */
const LEAST_CAPTURED_BYTES = 8
/** Where the snaplen cut the window, it is none that means anything. */
const ANY_WINDOW = 0xffff

// Options (RFC 9293 §3.2, RFC 7323 §2.2).
const END_OF_OPTIONS = 0
const NO_OPERATION = 1
const WINDOW_SCALE = 3
const WINDOW_SCALE_BYTES = 3
const MAX_WINDOW_SCALE = 14

/** Control bits of the TCP header (RFC 9293 §3.1). */
export const TcpFlag = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const

/**
 * Decodes the TCP header at `ip.at` into `out`, without allocating. The snaplen may cut the options, and all that follows
 * the sequence number: such a packet has no flags, and what follows the fixed part of its header is payload.
 *
 * @returns `'truncated'` when the captured bytes end before the end of the sequence number, `'malformed'` when the data
 *          offset is below 5 words or lies after the packet's end on the wire.
 *
 * Source: RFC 9293 §3.1.
 */
export function decodeTcp(bytes: Uint8Array, ip: IpHeader, out: TransportPacket): HeaderStatus {
  const { at, to, wireTo } = ip
  if (wireTo - at < MIN_HEADER_BYTES) return 'malformed'
  if (to - at < MIN_HEADER_BYTES) return decodeCut(bytes, ip, out)
  const headerBytes = (bytes[at + DATA_OFFSET]! >> 4) * 4
  if (headerBytes < MIN_HEADER_BYTES || headerBytes > wireTo - at) return 'malformed'

  const payloadFrom = at + headerBytes
  out.srcPort = u16be(bytes, at)
  out.dstPort = u16be(bytes, at + DST_PORT)
  out.seq = i32be(bytes, at + SEQ)
  out.ack = i32be(bytes, at + ACK)
  out.tcpFlags = bytes[at + FLAGS]!
  out.window = u16be(bytes, at + WINDOW)
  out.payloadFrom = Math.min(payloadFrom, to)
  out.payloadBytes = to - out.payloadFrom
  out.originalPayloadBytes = wireTo - payloadFrom
  return 'ok'
}

function decodeCut(bytes: Uint8Array, { at, to, wireTo }: IpHeader, out: TransportPacket): HeaderStatus {
  const captured = to - at
  if (captured < LEAST_CAPTURED_BYTES) return 'truncated'
  const headerBytes = captured > DATA_OFFSET ? (bytes[at + DATA_OFFSET]! >> 4) * 4 : MIN_HEADER_BYTES
  if (headerBytes < MIN_HEADER_BYTES || headerBytes > wireTo - at) return 'malformed'
  out.srcPort = u16be(bytes, at)
  out.dstPort = u16be(bytes, at + DST_PORT)
  out.seq = i32be(bytes, at + SEQ)
  // An acknowledgment number is read only where its flag is there.
  out.ack = captured > FLAGS ? i32be(bytes, at + ACK) : 0
  out.tcpFlags = captured > FLAGS ? bytes[at + FLAGS]! : 0
  out.window = captured >= WINDOW + 2 ? u16be(bytes, at + WINDOW) : ANY_WINDOW
  out.payloadFrom = to
  out.payloadBytes = 0
  out.originalPayloadBytes = wireTo - at - headerBytes
  return 'ok'
}

/**
 * The window scale option of a SYN: the shift of its sender's windows, at most 14; -1 without the option.
 *
 * @param from Start of the TCP header.
 * @param to   End of its captured bytes.
 *
 * Source: RFC 7323 §2.2.
 */
export function windowScaleOf(bytes: Uint8Array, from: number, to: number): number {
  let at = from + MIN_HEADER_BYTES
  while (at < to && bytes[at] !== END_OF_OPTIONS) {
    if (bytes[at] === NO_OPERATION) {
      at += 1
      continue
    }
    const length = at + 1 < to ? bytes[at + 1]! : 0
    if (length < 2) return -1
    if (bytes[at] === WINDOW_SCALE && length === WINDOW_SCALE_BYTES && at + 2 < to)
      return Math.min(bytes[at + 2]!, MAX_WINDOW_SCALE)
    at += length
  }
  return -1
}
