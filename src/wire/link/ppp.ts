import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfEtherType } from './ether-type.js'

const ADDRESS_ALL_STATIONS = 0xff
const CONTROL_UNNUMBERED = 0x03
const CISCO_UNICAST = 0x0f
const CISCO_MULTICAST = 0x8f
const CISCO_HEADER_BYTES = 4
const PPPOE_HEADER_BYTES = 6

const PROTOCOL_IPV4 = 0x0021
const PROTOCOL_IPV6 = 0x0057
const PROTOCOL_MPLS_UNICAST = 0x0281
const PROTOCOL_MPLS_MULTICAST = 0x0283

/** A PPP frame with or without address and control bytes, which some captures leave out (RFC 1662 §3.1). */
function decodePppFrame(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < 2) return Layer.TRUNCATED
  if (bytes[at] === ADDRESS_ALL_STATIONS && bytes[at + 1] === CONTROL_UNNUMBERED) cursor.at = at + 2
  return decodePpp(bytes, cursor)
}

/** LINKTYPE_PPP and LINKTYPE_PPP_HDLC: PPP in HDLC-like framing, or Cisco HDLC, told apart by the address byte. */
export function decodePppHdlc(bytes: Uint8Array, cursor: FrameCursor): number {
  if (cursor.to - cursor.at < 1) return Layer.TRUNCATED
  const address = bytes[cursor.at]!
  return address === CISCO_UNICAST || address === CISCO_MULTICAST
    ? decodeCiscoHdlc(bytes, cursor)
    : decodePppFrame(bytes, cursor)
}

/** Cisco HDLC: address, control, EtherType (RFC 1547 §4.3.1). */
export function decodeCiscoHdlc(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < CISCO_HEADER_BYTES) return Layer.TRUNCATED
  cursor.at = at + CISCO_HEADER_BYTES
  return layerOfEtherType(u16be(bytes, at + 2))
}

/** LINKTYPE_PPP_WITH_DIR and LINKTYPE_PPP_PPPD: a byte that tells the direction before the PPP frame. */
export function decodePppWithDirection(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < 2) return Layer.TRUNCATED
  // pppd puts the direction in the place of the address byte.
  if (bytes[at + 1] === CONTROL_UNNUMBERED) {
    cursor.at = at + 2
    return decodePpp(bytes, cursor)
  }
  cursor.at = at + 1
  return decodePppFrame(bytes, cursor)
}

/** A PPP protocol field, of one byte where it is compressed (RFC 1661 §2, §6.5). */
export function decodePpp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < 2) return Layer.TRUNCATED
  const isCompressed = (bytes[at]! & 1) === 1
  cursor.at = at + (isCompressed ? 1 : 2)
  switch (isCompressed ? bytes[at]! : u16be(bytes, at)) {
    case PROTOCOL_IPV4:
    case PROTOCOL_IPV6:
      return Layer.IP
    case PROTOCOL_MPLS_UNICAST:
    case PROTOCOL_MPLS_MULTICAST:
      return Layer.MPLS
    default:
      return Layer.NOT_IP
  }
}

/** The header of the PPPoE session stage, RFC 2516 §4, §6; its length ends the frame. */
export function decodePppoe(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < PPPOE_HEADER_BYTES) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.PPPOE, u16be(bytes, at + 2))
  cursor.at = at + PPPOE_HEADER_BYTES
  endAt(cursor, cursor.at + u16be(bytes, at + 4))
  return Layer.PPP
}
