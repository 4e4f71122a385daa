import { u16be, u32be } from '../bytes/endian.js'
import type { HeaderStatus, IpHeader } from './ip-header.js'

// Field offsets in bytes from the start of the header (RFC 791 §3.1).
const TOTAL_LENGTH = 2
const IDENTIFICATION = 4
const FLAGS_AND_OFFSET = 6
const PROTOCOL = 9
const SRC = 12
const DST = 16
const MIN_HEADER_BYTES = 20

const MORE_FRAGMENTS = 0x2000
const OFFSET_MASK = 0x1fff
/** Bytes in a unit of the fragment offset. */
const OFFSET_UNIT = 8

/**
 * Decodes the IPv4 header in `bytes[from, to)` into `out`, without allocating. The caller has seen its version.
 *
 * The packet ends where its total length says, and with the frame at the latest: a length beyond that may be wrong,
 * and where it is not, sequence numbers show what is missing. A total length of 0 (offloaded captures) means the
 * frame's end.
 *
 * @param to     Offset one past the last captured byte of the frame.
 * @param wireTo Where the frame ended on the wire.
 * @param out    Complete when the result is `'ok'`.
 * @returns `'truncated'` when the bytes end inside the header, `'malformed'` when the header's or the packet's
 *          length cannot be.
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

  const end = Math.min(from + ipBytes, wireTo)
  const flagsAndOffset = u16be(bytes, from + FLAGS_AND_OFFSET)
  out.version = 4
  out.src = u32be(bytes, from + SRC)
  out.dst = u32be(bytes, from + DST)
  out.protocol = bytes[from + PROTOCOL]!
  out.at = from + headerBytes
  out.to = Math.min(end, to)
  out.wireTo = end
  out.ipBytes = ipBytes
  out.isFragment = (flagsAndOffset & (MORE_FRAGMENTS | OFFSET_MASK)) !== 0
  if (out.isFragment) {
    out.fragmentId = u16be(bytes, from + IDENTIFICATION)
    out.fragmentOffset = (flagsAndOffset & OFFSET_MASK) * OFFSET_UNIT
    out.moreFragments = (flagsAndOffset & MORE_FRAGMENTS) !== 0
  }
  return 'ok'
}
