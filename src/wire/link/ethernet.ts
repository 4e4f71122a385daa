import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { ETHER_TYPE_IPV4, layerOfEtherType, MAX_802_3_LENGTH } from './ether-type.js'

const ETHER_TYPE = 12
const HEADER_BYTES = 14
/** Tag control information and the next EtherType. The TPID belongs to the header before. */
const TAG_BYTES = 4
const VLAN_ID_MASK = 0x0fff

/** Ethernet II or IEEE 802.3, without preamble, with or without a frame check sequence. */
export function decodeEthernet(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  return follow(u16be(bytes, at + ETHER_TYPE), at + HEADER_BYTES, cursor)
}

/** One VLAN tag, IEEE 802.1Q §9.6. */
export function decodeVlan(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < TAG_BYTES) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.VLAN, u16be(bytes, at) & VLAN_ID_MASK)
  return follow(u16be(bytes, at + 2), at + TAG_BYTES, cursor)
}

const ETHER_TYPE_BYTES = 2

/** A tag after its TPID, skipped, and the next EtherType. */
function decodeTag(bytes: Uint8Array, cursor: FrameCursor, tagBytes: number): number {
  const at = cursor.at + tagBytes + ETHER_TYPE_BYTES
  if (cursor.to < at) return Layer.TRUNCATED
  return follow(u16be(bytes, at - ETHER_TYPE_BYTES), at, cursor)
}

/** VN-Tag (Cisco), HSR (IEC 62439-3), R-TAG (IEEE 802.1CB §7.8). */
export function decodeTag4(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeTag(bytes, cursor, 4)
}

/** E-TAG (IEEE 802.1BR §11.3). */
export function decodeTag6(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeTag(bytes, cursor, 6)
}

/** Continues at `at`. If the field is a length, the frame ends there. */
export function follow(etherTypeOrLength: number, at: number, cursor: FrameCursor): number {
  cursor.at = at
  if (etherTypeOrLength === ETHER_TYPE_IPV4) return Layer.IP // nearly always
  if (etherTypeOrLength <= MAX_802_3_LENGTH) endAt(cursor, at + etherTypeOrLength)
  return layerOfEtherType(etherTypeOrLength)
}
