import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'

const MIN_HEADER_BYTES = 8
/** Version and payload type are both 0 in an unencrypted CAPWAP header. */
const PREAMBLE = 0

// The three bytes after the first: header length in words (5 bits), radio (5), binding (5), flags (9).
const LENGTH_SHIFT = 19
const BINDING_SHIFT = 9
const BINDING_MASK = 0x1f
const BINDING_802_11 = 1
const IS_NATIVE = 0x100
const IS_FRAGMENT = 0x80
const IS_KEEP_ALIVE = 0x08

const LINKTYPE_IEEE802_11 = 105

/**
 * Unencrypted data between an access point and its controller: an Ethernet frame or an IEEE 802.11 frame. CAPWAP
 * fragments are not reassembled and stay payload.
 *
 * Source: RFC 5415 §4.3; RFC 5416 §5.
 */
export function decodeCapwap(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < MIN_HEADER_BYTES) return Layer.TRUNCATED
  if (bytes[at] !== PREAMBLE) return Layer.NOT_IP
  const fields = u32be(bytes, at)
  const headerBytes = (fields >>> LENGTH_SHIFT) * 4
  if (headerBytes < MIN_HEADER_BYTES || (fields & IS_KEEP_ALIVE) !== 0) return Layer.NOT_IP
  if ((fields & IS_FRAGMENT) !== 0) return Layer.PART
  cursor.encaps.push(EncapKind.CAPWAP, 0)
  cursor.at = at + headerBytes
  if ((fields & IS_NATIVE) === 0) return Layer.ETHERNET
  if (((fields >>> BINDING_SHIFT) & BINDING_MASK) !== BINDING_802_11) return Layer.NOT_IP
  return wlan(bytes, cursor)
}

// Fields of the two bytes of Frame Control, IEEE 802.11-2020 §9.2.4.1.
const VERSION_MASK = 0x03
const TYPE_MASK = 0x0f
const DATA_FRAME = 0x08
const WITHOUT_DATA = 0x40
const IS_QOS = 0x80
const BOTH_DS = 0x03
const MORE_FRAGMENTS = 0x04
const PROTECTED = 0x40

const WLAN_HEADER_BYTES = 24
const FOURTH_ADDRESS_BYTES = 6
const QOS_BYTES = 2

/**
 * Some controllers swap the bytes of Frame Control. Frames to or from an access point then begin with an invalid
 * version.
 */
function wlan(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < WLAN_HEADER_BYTES) return Layer.TRUNCATED
  const frameControl = u16be(bytes, at)
  const flags = frameControl >> 8
  const type = frameControl & 0xff
  if ((flags & VERSION_MASK) === 0) {
    cursor.linkType = LINKTYPE_IEEE802_11
    return Layer.LINK_TYPE
  }
  if ((type & TYPE_MASK) !== DATA_FRAME || (type & WITHOUT_DATA) !== 0) return Layer.NOT_IP
  if ((flags & PROTECTED) !== 0) return Layer.ENCRYPTED
  if ((flags & MORE_FRAGMENTS) !== 0) return Layer.PART
  const isFourAddress = (flags & BOTH_DS) === BOTH_DS
  cursor.at =
    at +
    WLAN_HEADER_BYTES +
    (isFourAddress ? FOURTH_ADDRESS_BYTES : 0) +
    ((type & IS_QOS) !== 0 ? QOS_BYTES : 0)
  return Layer.LLC
}
