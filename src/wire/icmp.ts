import { u16be, u32be } from '../bytes/endian.js'
import type { HeaderStatus, IpHeader } from './ip-header.js'
import { blankIpHeader } from './ip-header.js'
import { decodeIpv4 } from './ipv4.js'
import { decodeIpv6, walkExtensionHeaders } from './ipv6.js'
import { IpProtocol, type QuotedPacket, type TransportPacket } from './transport-packet.js'

/** Type, code, checksum, and four bytes whose meaning depends on the type. */
const HEADER_BYTES = 8
/** The shortest message: type, code and checksum. */
const MIN_HEADER_BYTES = 4
const PORTS_BYTES = 4
/** Ports and sequence number of a TCP header. */
const SEQ_BYTES = 8

/** Destination unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792, RFC 1122 §3.2.2). */
const ICMP_ERRORS: readonly number[] = [3, 4, 5, 11, 12]
/** Types 1 to 4, RFC 4443 §2.1. */
const ICMPV6_LAST_ERROR = 4

const quotedIp = blankIpHeader()

/**
 * Decodes the ICMP or ICMPv6 message at `ip.at`. `seq` becomes type and code. The payload is everything after the first
 * eight bytes, as Zeek counts it. An error message also quotes the packet that caused it, see
 * {@link TransportPacket.hasQuote}.
 *
 * @returns `'truncated'` when the captured bytes end inside type, code and checksum; `'malformed'` when the packet does.
 *
 * Source: RFC 792; RFC 4443 §2.1.
 */
export function decodeIcmp(bytes: Uint8Array, ip: IpHeader, out: TransportPacket): HeaderStatus {
  const { at, to, wireTo } = ip
  if (wireTo - at < MIN_HEADER_BYTES) return 'malformed'
  if (to - at < MIN_HEADER_BYTES) return 'truncated'
  out.seq = u16be(bytes, at)
  const payloadFrom = at + HEADER_BYTES
  out.payloadFrom = Math.min(payloadFrom, to)
  out.payloadBytes = to - out.payloadFrom
  out.originalPayloadBytes = wireTo > payloadFrom ? wireTo - payloadFrom : 0
  out.hasQuote =
    isError(ip.protocol, bytes[at]!) && decodeQuote(bytes, out.payloadFrom, to, wireTo, out.quoted)
  return 'ok'
}

function isError(protocol: number, type: number): boolean {
  return protocol === IpProtocol.ICMP ? ICMP_ERRORS.includes(type) : type >= 1 && type <= ICMPV6_LAST_ERROR
}

/**
 * Decodes the 5-tuple of the quoted packet `bytes[from, to)`, in that packet's direction. Ports need only the first four
 * bytes of its transport header, a sequence number the first eight.
 *
 * @returns False when the quote is too short or is a fragment without ports; then `out` is undefined.
 */
function decodeQuote(
  bytes: Uint8Array,
  from: number,
  to: number,
  wireTo: number,
  out: QuotedPacket,
): boolean {
  if (from >= to) return false
  const version = bytes[from]! >> 4
  const decode = version === 4 ? decodeIpv4 : version === 6 ? decodeIpv6 : null
  if (decode === null || decode(bytes, from, to, wireTo, quotedIp) !== 'ok') return false
  if (quotedIp.isFragment && quotedIp.fragmentOffset !== 0) return false
  if (walkExtensionHeaders(bytes, quotedIp) !== 'ok') return false
  out.protocol = quotedIp.protocol
  out.ipVersion = quotedIp.version
  out.src = quotedIp.src
  out.dst = quotedIp.dst
  out.srcPort = 0
  out.dstPort = 0
  out.hasSeq = false
  if (!hasPorts(quotedIp.protocol)) return true
  if (quotedIp.to - quotedIp.at < PORTS_BYTES) return false
  out.srcPort = u16be(bytes, quotedIp.at)
  out.dstPort = u16be(bytes, quotedIp.at + 2)
  if (quotedIp.protocol === IpProtocol.TCP && quotedIp.to - quotedIp.at >= SEQ_BYTES) {
    out.seq = u32be(bytes, quotedIp.at + 4) | 0
    out.hasSeq = true
  }
  return true
}

function hasPorts(protocol: number): boolean {
  switch (protocol) {
    case IpProtocol.TCP:
    case IpProtocol.UDP:
    case IpProtocol.UDPLITE:
    case IpProtocol.SCTP:
    case IpProtocol.DCCP:
      return true
    default:
      return false
  }
}
