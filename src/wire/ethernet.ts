import { u16be } from '../bytes/endian.js'
import { EncapKind } from './encap-table.js'
import { layerOfEtherType } from './ether-type.js'
import { type FrameCursor, Layer } from './frame-cursor.js'

const ETHER_TYPE = 12
const HEADER_BYTES = 14
/** Tag control information and the EtherType behind it; the TPID belongs to the header before. */
const TAG_BYTES = 4
const VLAN_ID_MASK = 0x0fff

/** Ethernet II or IEEE 802.3, without preamble; a frame check sequence at the end does no harm. */
export function decodeEthernet(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  cursor.at = at + HEADER_BYTES
  return layerOfEtherType(u16be(bytes, at + ETHER_TYPE))
}

/** One VLAN tag, IEEE 802.1Q §9.6. */
export function decodeVlan(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < TAG_BYTES) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.VLAN, u16be(bytes, at) & VLAN_ID_MASK)
  cursor.at = at + TAG_BYTES
  return layerOfEtherType(u16be(bytes, at + 2))
}
