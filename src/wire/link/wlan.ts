import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'

// Frame Control, first byte: version, type, subtype (IEEE 802.11-2020 §9.2.4.1).
const VERSION_AND_TYPE_MASK = 0x0f
const DATA_FRAME = 0x08
const SUBTYPE_NO_DATA = 0x40
const SUBTYPE_QOS = 0x80
// Frame Control, second byte.
const TO_DS = 0x01
const FROM_DS = 0x02
const BOTH_DS = TO_DS | FROM_DS
const MORE_FRAGMENTS = 0x04
const PROTECTED = 0x40
const HAS_HT_CONTROL = 0x80

const SEQUENCE_CONTROL = 22
const FRAGMENT_NUMBER_MASK = 0x0f
/** Frame control, duration, three addresses, sequence control. */
const HEADER_BYTES = 24
const ADDRESS_BYTES = 6
const QOS_CONTROL_BYTES = 2
const HT_CONTROL_BYTES = 4

// QoS Control, §9.2.4.5.
const QOS_AMSDU = 0x80 // first byte
const QOS_MESH_CONTROL = 0x01 // second byte

// Mesh Control, §9.2.4.7.3.
/** Largest valid first byte, which holds only the number of addresses. */
const MESH_MOST_ADDRESSES = 2
/** Flags, TTL, sequence number. */
const MESH_CONTROL_BYTES = 6

/** Both service access points of an LLC header before SNAP. */
const SAPS_SNAP = 0xaaaa

/** LINKTYPE_IEEE802_11: an IEEE 802.11 frame without another header before it. */
export function decodeWlan(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeWlanFrame(bytes, cursor, false)
}

/**
 * An IEEE 802.11 frame. Data frames lead to LLC or to the first subframe of an A-MSDU. Management, control and null
 * frames carry no packet. Encrypted or fragmented (§10.5) frames are not decoded further.
 *
 * @param isPadded True when the header is padded to a multiple of four bytes.
 *
 * Source: IEEE 802.11-2020 §9.2.3, §9.3.2.1.
 */
export function decodeWlanFrame(bytes: Uint8Array, cursor: FrameCursor, isPadded: boolean): number {
  const { at, to } = cursor
  if (to - at < 2) return Layer.TRUNCATED
  const control = bytes[at]!
  const flags = bytes[at + 1]!
  if ((control & VERSION_AND_TYPE_MASK) !== DATA_FRAME || (control & SUBTYPE_NO_DATA) !== 0) {
    return Layer.NOT_IP
  }
  const hasFourAddresses = (flags & BOTH_DS) === BOTH_DS
  const isQos = (control & SUBTYPE_QOS) !== 0
  const qosAt = at + HEADER_BYTES + (hasFourAddresses ? ADDRESS_BYTES : 0)
  let headerTo = qosAt
  if (isQos) headerTo += QOS_CONTROL_BYTES + ((flags & HAS_HT_CONTROL) !== 0 ? HT_CONTROL_BYTES : 0)
  if (isPadded) headerTo = at + ((headerTo - at + 3) & ~3)
  if (to < headerTo) return Layer.TRUNCATED
  if ((flags & PROTECTED) !== 0) return Layer.ENCRYPTED
  if ((flags & MORE_FRAGMENTS) !== 0 || (bytes[at + SEQUENCE_CONTROL]! & FRAGMENT_NUMBER_MASK) !== 0) {
    return Layer.PART
  }
  cursor.at = headerTo
  if (!isQos) return Layer.LLC
  if ((bytes[qosAt]! & QOS_AMSDU) !== 0) return Layer.AMSDU
  if ((flags & FROM_DS) !== 0) passMeshControl(bytes, cursor, (bytes[qosAt + 1]! & QOS_MESH_CONTROL) !== 0)
  return Layer.LLC
}

/**
 * Skips a Mesh Control, if there is one. The bit that announces it has other meanings outside a mesh, and drafts of IEEE
 * 802.11s had no such bit. So its first byte must be valid, which that of an LLC header is not, and a Mesh Control that
 * was not announced must be followed by LLC.
 */
function passMeshControl(bytes: Uint8Array, cursor: FrameCursor, isAnnounced: boolean): void {
  const { at, to } = cursor
  if (to - at < MESH_CONTROL_BYTES) return
  const addresses = bytes[at]!
  if (addresses > MESH_MOST_ADDRESSES) return
  const end = at + MESH_CONTROL_BYTES + addresses * ADDRESS_BYTES
  if (isAnnounced || (to - end >= 2 && u16be(bytes, end) === SAPS_SNAP)) cursor.at = end
}
