import { u16be, u32be } from '../bytes/endian.js'
import type { HeaderStatus, IpHeader } from './ip-header.js'
import { IpProtocol } from './transport-packet.js'

// Field offsets in bytes from the start of the header (RFC 8200 §3).
const PAYLOAD_LENGTH = 4
const NEXT_HEADER = 6
const HOP_LIMIT = 7
const SRC = 8
const DST = 24
const HEADER_BYTES = 40

/** Smallest extension header, and the unit of most of their lengths. */
const EXTENSION_UNIT = 8
// Extension headers of the common form that are often the last header and then are the payload themselves.
const MOBILITY = 135
const HIP = 139
const SHIM6 = 140

/**
 * Decodes the IPv6 header in `bytes[from, to)` and its extension headers into `out`, without allocating. The caller has
 * checked the version.
 *
 * The packet ends at its payload length or with the frame, whichever comes first. A payload length of 0 means a
 * jumbogram (RFC 2675 §2) or, without that option, an offloaded packet that ends with the frame.
 *
 * @param to     Offset one past the last captured byte of the frame.
 * @param wireTo Offset where the frame ended on the wire.
 * @param out    Complete when the result is `'ok'`.
 * @returns `'truncated'` when the captured bytes end inside a header, `'malformed'` when the packet does.
 *
 * Source: RFC 8200 §3, §4.
 */
export function decodeIpv6(
  bytes: Uint8Array,
  from: number,
  to: number,
  wireTo: number,
  out: IpHeader,
): HeaderStatus {
  if (to - from < HEADER_BYTES) return 'truncated'
  const payloadLength = u16be(bytes, from + PAYLOAD_LENGTH)
  const nextHeader = bytes[from + NEXT_HEADER]!
  const isToFrameEnd =
    payloadLength === 0 && nextHeader !== IpProtocol.IPV6_NONXT && wireTo - from > HEADER_BYTES
  const ipEnd = isToFrameEnd ? wireTo : from + HEADER_BYTES + payloadLength
  const end = Math.min(ipEnd, wireTo)

  out.version = 6
  out.src = from + SRC
  out.dst = from + DST
  out.from = from
  out.identification = 0
  out.hopLimit = bytes[from + HOP_LIMIT]!
  out.protocol = nextHeader
  out.at = from + HEADER_BYTES
  out.to = Math.min(end, to)
  out.wireTo = end
  out.ipBytes = ipEnd - from
  out.isFragment = false
  if (isToFrameEnd && nextHeader === IpProtocol.HOPOPT) return walkJumbogram(bytes, from, to, out)
  const status = walkExtensionHeaders(bytes, out)
  if (out.isFragment) out.wireTo = ipEnd // offsets of later fragments depend on its length
  return status
}

/**
 * Moves `ip` past the extension headers at `ip.at`. An IPv4 packet can only have AH (RFC 4302 §3.1). Stops at the
 * Fragment header of a real fragment, but skips an atomic one (RFC 6946).
 *
 * @returns `'truncated'` when the captured bytes end inside a header, `'malformed'` when the packet does.
 */
export function walkExtensionHeaders(bytes: Uint8Array, ip: IpHeader): HeaderStatus {
  while (isExtension(ip, bytes)) {
    const { at, protocol } = ip
    if (ip.wireTo - at < EXTENSION_UNIT) return 'malformed'
    if (ip.to - at < EXTENSION_UNIT) return 'truncated'
    const headerBytes = extensionBytes(protocol, bytes[at + 1]!)
    if (ip.wireTo - at < headerBytes) return 'malformed'
    if (ip.to - at < headerBytes) return 'truncated'
    ip.protocol = bytes[at]!
    ip.at = at + headerBytes
    if (protocol === IpProtocol.IPV6_FRAG) {
      readFragmentHeader(bytes, at, ip)
      if (ip.isFragment) return 'ok'
    }
  }
  return 'ok'
}

function isExtension(ip: IpHeader, bytes: Uint8Array): boolean {
  switch (ip.protocol) {
    case IpProtocol.AH:
      return true
    case IpProtocol.HOPOPT:
    case IpProtocol.IPV6_ROUTE:
    case IpProtocol.IPV6_FRAG:
    case IpProtocol.IPV6_OPTS:
      return ip.version === 6
    case MOBILITY:
    case HIP:
    case SHIM6:
      return ip.version === 6 && ip.to > ip.at && bytes[ip.at] !== IpProtocol.IPV6_NONXT
    default:
      return false
  }
}

/** @param lengthField The header's second byte. */
function extensionBytes(protocol: number, lengthField: number): number {
  if (protocol === IpProtocol.IPV6_FRAG) return EXTENSION_UNIT
  if (protocol === IpProtocol.AH) return Math.max((lengthField + 2) * 4, EXTENSION_UNIT)
  return (lengthField + 1) * EXTENSION_UNIT
}

/** RFC 8200 §4.5. */
function readFragmentHeader(bytes: Uint8Array, at: number, ip: IpHeader): void {
  const offsetAndMore = u16be(bytes, at + 2)
  ip.fragmentOffset = offsetAndMore & 0xfff8
  ip.moreFragments = (offsetAndMore & 1) !== 0
  ip.fragmentId = u32be(bytes, at + 4)
  ip.isFragment = ip.fragmentOffset !== 0 || ip.moreFragments
}

const OPTION_PAD1 = 0
const OPTION_JUMBO = 0xc2

/** Reads the length of a jumbogram from its hop-by-hop options (RFC 2675 §2), cut to the frame's end. */
function walkJumbogram(bytes: Uint8Array, from: number, to: number, ip: IpHeader): HeaderStatus {
  if (to - ip.at < EXTENSION_UNIT) return 'truncated'
  const optionsTo = Math.min(ip.at + extensionBytes(IpProtocol.HOPOPT, bytes[ip.at + 1]!), to)
  for (let at = ip.at + 2; at + 6 <= optionsTo; ) {
    if (bytes[at] === OPTION_PAD1) {
      at += 1
    } else if (bytes[at] === OPTION_JUMBO && bytes[at + 1] === 4) {
      ip.wireTo = Math.min(from + HEADER_BYTES + u32be(bytes, at + 2), ip.wireTo)
      ip.to = Math.min(ip.wireTo, to)
      ip.ipBytes = ip.wireTo - from
      break
    } else {
      at += 2 + bytes[at + 1]!
    }
  }
  return walkExtensionHeaders(bytes, ip)
}
