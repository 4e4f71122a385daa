import { u16le, u32be, u32le } from '../../bytes/endian.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { decodeWlan, decodeWlanFrame } from './wlan.js'

// Headers that capture hardware and drivers put before IEEE 802.11 frames.

/** Frame check sequence at the end of a frame. */
const FCS_BYTES = 4

const RADIOTAP_HEADER_BYTES = 8
const RADIOTAP_LENGTH = 2
const RADIOTAP_PRESENT = 4
const PRESENT_TSFT = 0x1
const PRESENT_FLAGS = 0x2
const PRESENT_MORE = 0x8000_0000
const TSFT_BYTES = 8
const FLAG_FCS = 0x10
const FLAG_PADDED = 0x20
const FLAG_BAD_FCS = 0x40

/**
 * LINKTYPE_IEEE802_11_RADIOTAP: a bitmap of the fields present, in one or more words, then the fields, each aligned to
 * its size relative to the header. Only the field Flags is needed; at most the timestamp comes before it.
 *
 * Source: https://www.radiotap.org, "Radiotap" and "Flags".
 */
export function decodeRadiotap(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < RADIOTAP_HEADER_BYTES) return Layer.TRUNCATED
  if (bytes[at] !== 0) return Layer.NOT_IP // version
  const headerBytes = u16le(bytes, at + RADIOTAP_LENGTH)
  if (headerBytes < RADIOTAP_HEADER_BYTES || headerBytes > cursor.wireTo - at) return Layer.MALFORMED
  if (headerBytes > to - at) return Layer.TRUNCATED

  cursor.at = at + headerBytes
  const present = u32le(bytes, at + RADIOTAP_PRESENT)
  if ((present & PRESENT_FLAGS) === 0) return decodeWlan(bytes, cursor)
  let field = RADIOTAP_PRESENT
  do {
    if (field + 4 > headerBytes) return Layer.MALFORMED
    field += 4
  } while ((u32le(bytes, at + field - 4) & PRESENT_MORE) !== 0)
  if ((present & PRESENT_TSFT) !== 0) field = ((field + 7) & ~7) + TSFT_BYTES
  if (field >= headerBytes) return Layer.MALFORMED
  const flags = bytes[at + field]!
  if ((flags & FLAG_BAD_FCS) !== 0) return Layer.DAMAGED
  if ((flags & FLAG_FCS) !== 0) dropFcs(cursor)
  return decodeWlanFrame(bytes, cursor, (flags & FLAG_PADDED) !== 0)
}

const PPI_HEADER_BYTES = 8
const PPI_LENGTH = 2
const PPI_LINK_TYPE = 4
const PPI_FIELD_HEADER_BYTES = 4
const PPI_FIELD_COMMON = 2
const PPI_COMMON_FLAGS = 8
const PPI_COMMON_BYTES = 20
const PPI_FLAG_FCS = 0x1
const PPI_FLAG_BAD_FCS = 0x4
const LINK_TYPE_WLAN = 105

/**
 * LINKTYPE_PPI: type-length-value fields, and the link type of the frame that follows. The field "802.11-Common" has the
 * flags about the frame check sequence.
 *
 * Source: CACE "PPI Per-Packet Information Header Specification" 1.0.10, §3, §4.1.2.
 */
export function decodePpi(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < PPI_HEADER_BYTES) return Layer.TRUNCATED
  if (bytes[at] !== 0) return Layer.NOT_IP // version
  const headerBytes = u16le(bytes, at + PPI_LENGTH)
  if (headerBytes < PPI_HEADER_BYTES || headerBytes > cursor.wireTo - at) return Layer.MALFORMED
  if (headerBytes > to - at) return Layer.TRUNCATED

  cursor.at = at + headerBytes
  cursor.linkType = u32le(bytes, at + PPI_LINK_TYPE)
  if (cursor.linkType !== LINK_TYPE_WLAN) return Layer.LINK_TYPE
  const flags = ppiCommonFlags(bytes, at + PPI_HEADER_BYTES, cursor.at)
  if ((flags & PPI_FLAG_FCS) !== 0) {
    if ((flags & PPI_FLAG_BAD_FCS) !== 0) return Layer.DAMAGED
    dropFcs(cursor)
  }
  return decodeWlan(bytes, cursor)
}

/** The flags of the field "802.11-Common" in `bytes[from, to)`; 0 without that field. */
function ppiCommonFlags(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; to - at >= PPI_FIELD_HEADER_BYTES; ) {
    const fieldBytes = u16le(bytes, at + 2)
    const contentAt = at + PPI_FIELD_HEADER_BYTES
    if (u16le(bytes, at) === PPI_FIELD_COMMON && fieldBytes >= PPI_COMMON_BYTES) {
      return to - contentAt >= PPI_COMMON_BYTES ? u16le(bytes, contentAt + PPI_COMMON_FLAGS) : 0
    }
    at = contentAt + fieldBytes
  }
  return 0
}

const PRISM_HEADER_BYTES = 144
const AVS_LENGTH = 4
const AVS_MIN_HEADER_BYTES = 8
/** First word of an AVS header, without its version. */
const AVS_MAGIC = 0x80211000

/** LINKTYPE_IEEE802_11_PRISM: a header of fixed length. Some drivers write the header of IEEE802_11_AVS instead. */
export function decodePrism(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < AVS_MIN_HEADER_BYTES) return Layer.TRUNCATED
  if ((u32be(bytes, at) & 0xffff_f000) >>> 0 === AVS_MAGIC) return decodeAvs(bytes, cursor)
  if (to - at < PRISM_HEADER_BYTES) return Layer.TRUNCATED
  cursor.at = at + PRISM_HEADER_BYTES
  return decodeWlan(bytes, cursor)
}

/** LINKTYPE_IEEE802_11_AVS: a version, and the length of the header in network byte order. */
export function decodeAvs(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < AVS_MIN_HEADER_BYTES) return Layer.TRUNCATED
  const headerBytes = u32be(bytes, at + AVS_LENGTH)
  if (headerBytes < AVS_MIN_HEADER_BYTES || headerBytes > cursor.wireTo - at) return Layer.MALFORMED
  if (headerBytes > to - at) return Layer.TRUNCATED
  cursor.at = at + headerBytes
  return decodeWlan(bytes, cursor)
}

function dropFcs(cursor: FrameCursor): void {
  endAt(cursor, cursor.wireTo - FCS_BYTES)
}
