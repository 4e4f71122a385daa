import { u16be } from '../bytes/endian.js'
import { decodeIcmp } from './icmp.js'
import type { HeaderStatus, IpHeader } from './ip-header.js'
import { IpProtocol, type TransportPacket } from './transport-packet.js'

const PORTS_BYTES = 4

/**
 * Decodes the transport header at `ip.at` of any protocol but TCP into `out`, without allocating. An unknown protocol
 * has no ports, and everything after the IP header is its payload.
 *
 * @returns `'truncated'` when the captured bytes end inside the header, `'malformed'` when the packet does or the header
 *          length is impossible.
 */
export function decodeOtherThanTcp(bytes: Uint8Array, ip: IpHeader, out: TransportPacket): HeaderStatus {
  out.srcPort = 0
  out.dstPort = 0
  out.seq = 0
  out.ack = 0
  out.tcpFlags = 0
  out.window = 0
  switch (ip.protocol) {
    case IpProtocol.UDP:
      return decodeUdp(bytes, ip, out)
    case IpProtocol.ICMP:
    case IpProtocol.IPV6_ICMP:
      return decodeIcmp(bytes, ip, out)
    case IpProtocol.UDPLITE:
      return decodePortsHeader(bytes, ip, UDP_HEADER_BYTES, out) // RFC 3828 §3.1; its length is the checksum coverage
    case IpProtocol.SCTP:
      return decodePortsHeader(bytes, ip, SCTP_HEADER_BYTES, out) // RFC 9260 §3.1; its chunks are the payload
    case IpProtocol.DCCP:
      return decodeDccp(bytes, ip, out)
    default:
      setPayload(ip, 0, out)
      return 'ok'
  }
}

/** Sets the payload to the bytes after `headerBytes` of transport header. The packet must be at least that long. */
function setPayload(ip: IpHeader, headerBytes: number, out: TransportPacket): void {
  const payloadFrom = ip.at + headerBytes
  out.payloadFrom = Math.min(payloadFrom, ip.to)
  out.payloadBytes = ip.to - out.payloadFrom
  out.originalPayloadBytes = ip.wireTo - payloadFrom
}

function setPorts(bytes: Uint8Array, ip: IpHeader, out: TransportPacket): void {
  out.srcPort = u16be(bytes, ip.at)
  out.dstPort = u16be(bytes, ip.at + 2)
}

const UDP_LENGTH = 4
const UDP_HEADER_BYTES = 8

/**
 * Decodes the UDP header at `ip.at`. The datagram ends at its length. A length of 0 (jumbograms, offloaded captures) or
 * an impossible one is replaced by the IP length.
 *
 * Source: RFC 768; RFC 2675 §4.
 */
function decodeUdp(bytes: Uint8Array, ip: IpHeader, out: TransportPacket): HeaderStatus {
  const { at } = ip
  if (ip.wireTo - at < UDP_HEADER_BYTES) return 'malformed'
  if (ip.to - at < UDP_HEADER_BYTES) return 'truncated'
  const length = u16be(bytes, at + UDP_LENGTH)
  if (length >= UDP_HEADER_BYTES && at + length < ip.wireTo) {
    ip.wireTo = at + length
    if (ip.wireTo < ip.to) ip.to = ip.wireTo
  }
  setPorts(bytes, ip, out)
  setPayload(ip, UDP_HEADER_BYTES, out)
  return 'ok'
}

const SCTP_HEADER_BYTES = 12

const DCCP_DATA_OFFSET = 4 // in 32-bit words
const DCCP_MIN_HEADER_BYTES = 12

/** DCCP: the payload begins at the data offset. Source: RFC 4340 §5.1. */
function decodeDccp(bytes: Uint8Array, ip: IpHeader, out: TransportPacket): HeaderStatus {
  if (ip.wireTo - ip.at < DCCP_MIN_HEADER_BYTES) return 'malformed'
  if (ip.to - ip.at < DCCP_MIN_HEADER_BYTES) return 'truncated'
  const headerBytes = bytes[ip.at + DCCP_DATA_OFFSET]! * 4
  if (headerBytes < DCCP_MIN_HEADER_BYTES || headerBytes > ip.wireTo - ip.at) return 'malformed'
  setPorts(bytes, ip, out)
  setPayload(ip, headerBytes, out)
  return 'ok'
}

function decodePortsHeader(
  bytes: Uint8Array,
  ip: IpHeader,
  headerBytes: number,
  out: TransportPacket,
): HeaderStatus {
  if (ip.wireTo - ip.at < headerBytes) return 'malformed'
  if (ip.to - ip.at < PORTS_BYTES) return 'truncated'
  setPorts(bytes, ip, out)
  setPayload(ip, headerBytes, out)
  return 'ok'
}
