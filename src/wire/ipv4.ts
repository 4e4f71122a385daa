import { i32be, u16be } from '../bytes/endian.js'
import type { HeaderStatus, IpHeader } from './ip-header.js'

// Field offsets in bytes from the start of the header (RFC 791 §3.1).
const TOTAL_LENGTH = 2
const IDENTIFICATION = 4
const FLAGS_AND_OFFSET = 6
const TTL = 8
const PROTOCOL = 9
const SRC = 12
const DST = 16
const MIN_HEADER_BYTES = 20

const MORE_FRAGMENTS = 0x2000
const OFFSET_MASK = 0x1fff
/** Bytes in a unit of the fragment offset. */
const OFFSET_UNIT = 8

/**
 * Decodes the IPv4 header in `bytes[from, to)` into `out`, without allocating. The caller has checked the version.
 *
 * The packet ends at its total length or with the frame, whichever comes first. A longer total length may be wrong, and
 * if it is right, sequence numbers show what is missing. A fragment keeps its total length, because the offsets of later
 * fragments depend on it. A total length of 0 (offloaded captures) means the frame's end.
 *
 * @param to     Offset one past the last captured byte of the frame.
 * @param wireTo Offset where the frame ended on the wire.
 * @param out    Complete when the result is `'ok'`.
 * @returns `'truncated'` when the bytes end inside the header, `'malformed'` when the header's or the packet's length is
 *          impossible.
 *
 * Source: RFC 791 §3.1.
 */
export function decodeIpv4(
  bytes: Uint8Array,
  from: number,
  to: number,
  wireTo: number,
  out: IpHeader,
): HeaderStatus {
  if (to - from < MIN_HEADER_BYTES) return 'truncated'
  const headerBytes = (bytes[from]! & 0x0f) * 4
  const totalLength = u16be(bytes, from + TOTAL_LENGTH)
  const ipBytes = totalLength === 0 ? wireTo - from : totalLength
  if (headerBytes < MIN_HEADER_BYTES || ipBytes < headerBytes) return 'malformed'
  if (headerBytes > to - from) return 'truncated'

  const flagsAndOffset = u16be(bytes, from + FLAGS_AND_OFFSET)
  out.isFragment = (flagsAndOffset & (MORE_FRAGMENTS | OFFSET_MASK)) !== 0
  const end = out.isFragment ? from + ipBytes : Math.min(from + ipBytes, wireTo)
  out.version = 4
  out.src = i32be(bytes, from + SRC)
  out.dst = i32be(bytes, from + DST)
  if (headerBytes > MIN_HEADER_BYTES) followRoute(bytes, from + MIN_HEADER_BYTES, from + headerBytes, out)
  out.from = from
  out.identification = u16be(bytes, from + IDENTIFICATION)
  out.hopLimit = bytes[from + TTL]!
  out.protocol = bytes[from + PROTOCOL]!
  out.at = from + headerBytes
  out.to = Math.min(end, to)
  out.wireTo = end
  out.ipBytes = ipBytes
  if (out.isFragment) {
    out.fragmentId = out.identification
    out.fragmentOffset = (flagsAndOffset & OFFSET_MASK) * OFFSET_UNIT
    out.moreFragments = (flagsAndOffset & MORE_FRAGMENTS) !== 0
  }
  return 'ok'
}

const OPTION_END = 0
const OPTION_NO_OPERATION = 1
const OPTION_LOOSE_ROUTE = 131
const OPTION_STRICT_ROUTE = 137
/** Type, length and pointer, before the addresses. */
const ROUTE_HEADER_BYTES = 3
const ADDRESS_BYTES = 4

/** Sets `dst` to the last stop of a source route, because answers come from there and not from the next stop. */
function followRoute(bytes: Uint8Array, from: number, to: number, ip: IpHeader): void {
  for (let at = from; at < to && bytes[at] !== OPTION_END; ) {
    if (bytes[at] === OPTION_NO_OPERATION) {
      at += 1
      continue
    }
    const length = at + 1 < to ? bytes[at + 1]! : 0
    if (length < 2 || length > to - at) return
    const isRoute = bytes[at] === OPTION_LOOSE_ROUTE || bytes[at] === OPTION_STRICT_ROUTE
    const addresses = Math.floor((length - ROUTE_HEADER_BYTES) / ADDRESS_BYTES)
    // The pointer is the 1-based offset of the next stop. It points after the option when no stop is left.
    if (isRoute && addresses > 0 && bytes[at + 2]! <= length - ADDRESS_BYTES + 1) {
      ip.dst = i32be(bytes, at + ROUTE_HEADER_BYTES + (addresses - 1) * ADDRESS_BYTES)
      return
    }
    at += length
  }
}
