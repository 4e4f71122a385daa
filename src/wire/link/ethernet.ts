import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { ETHER_TYPE_IPV4, layerOfEtherType, MAX_802_3_LENGTH } from './ether-type.js'

const ETHER_TYPE = 12
const HEADER_BYTES = 14
/** Tag control information and the EtherType behind it; the TPID belongs to the header before. */
const TAG_BYTES = 4
const VLAN_ID_MASK = 0x0fff

/** Ethernet II or IEEE 802.3, without preamble; a frame check sequence at the end does no harm. */
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

/** Goes on at `at`, up to the frame's end or, where the field is a length, to that. */
function follow(etherTypeOrLength: number, at: number, cursor: FrameCursor): number {
  cursor.at = at
  if (etherTypeOrLength === ETHER_TYPE_IPV4) return Layer.IP // nearly always
  if (etherTypeOrLength <= MAX_802_3_LENGTH) endAt(cursor, at + etherTypeOrLength)
  return layerOfEtherType(etherTypeOrLength)
}
