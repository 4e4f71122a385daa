import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { follow } from './ethernet.js'

// Ethernet frames with something before or inside their header.

const ADDRESSES_BYTES = 12
const ETHER_TYPE_BYTES = 2
const SWITCH_TAG_BYTES = 4
/** EtherType and two zeros before the tag. */
const EDSA_TAG_AT = 4
const DSA_IS_TAGGED = 0x20
const VLAN_ID_MASK = 0x0fff

/** LINKTYPE_DSA_TAG_BRCM: Broadcom's tag between the addresses and the EtherType. */
export function decodeBroadcomTag(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeBehindTag(bytes, cursor, SWITCH_TAG_BYTES)
}

/** LINKTYPE_DSA_TAG_BRCM_PREPEND: the same tag before the frame. */
export function decodeBroadcomPrepended(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, SWITCH_TAG_BYTES) ? Layer.ETHERNET : Layer.TRUNCATED
}

/** LINKTYPE_DSA_TAG_DSA: Marvell's tag between the addresses and the EtherType. It may replace a VLAN tag. */
export function decodeMarvellTag(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeMarvell(bytes, cursor, 0)
}

/** LINKTYPE_DSA_TAG_EDSA: the same tag after its own EtherType. */
export function decodeMarvellTypedTag(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeMarvell(bytes, cursor, EDSA_TAG_AT)
}

function decodeMarvell(bytes: Uint8Array, cursor: FrameCursor, tagAt: number): number {
  const at = cursor.at + ADDRESSES_BYTES + tagAt
  if (cursor.to - at < SWITCH_TAG_BYTES) return Layer.TRUNCATED
  if ((bytes[at]! & DSA_IS_TAGGED) !== 0) {
    cursor.encaps.push(EncapKind.VLAN, u16be(bytes, at + 2) & VLAN_ID_MASK)
  }
  return decodeBehindTag(bytes, cursor, tagAt + SWITCH_TAG_BYTES)
}

function decodeBehindTag(bytes: Uint8Array, cursor: FrameCursor, tagBytes: number): number {
  if (!trySkip(cursor, ADDRESSES_BYTES + tagBytes + ETHER_TYPE_BYTES)) return Layer.TRUNCATED
  return follow(u16be(bytes, cursor.at - ETHER_TYPE_BYTES), cursor.at, cursor)
}

const EPON_PREAMBLE_BYTES = 6

/** LINKTYPE_EPON: the last six bytes of the modified preamble, then the frame. Source: IEEE 802.3 §65.1.3.2. */
export function decodeEpon(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, EPON_PREAMBLE_BYTES) ? Layer.ETHERNET : Layer.TRUNCATED
}

const MPACKET_PREAMBLE = 0x55
const MPACKET_EXPRESS = 0xd5

/** LINKTYPE_ETHERNET_MPACKET: a preamble of any length. Its last byte says whether a whole frame or a part follows. */
export function decodeMpacket(bytes: Uint8Array, cursor: FrameCursor): number {
  let { at } = cursor
  while (at < cursor.to && bytes[at] === MPACKET_PREAMBLE) at += 1
  if (at === cursor.to) return Layer.TRUNCATED
  cursor.at = at + 1
  return bytes[at] === MPACKET_EXPRESS ? Layer.ETHERNET : Layer.PART
}

const NETANALYZER_HEADER_BYTES = 4
const PREAMBLE_BYTES = 8

/** LINKTYPE_NETANALYZER: a header before the frame. */
export function decodeNetanalyzer(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, NETANALYZER_HEADER_BYTES) ? Layer.ETHERNET : Layer.TRUNCATED
}

/** LINKTYPE_NETANALYZER_TRANSPARENT: a header and the preamble before the frame. */
export function decodeNetanalyzerTransparent(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, NETANALYZER_HEADER_BYTES + PREAMBLE_BYTES) ? Layer.ETHERNET : Layer.TRUNCATED
}
