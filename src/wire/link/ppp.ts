import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'

const ADDRESS_ALL_STATIONS = 0xff
const CONTROL_UNNUMBERED = 0x03
const CISCO_UNICAST = 0x0f
const CISCO_MULTICAST = 0x8f
const CISCO_HEADER_BYTES = 4
const PPPOE_HEADER_BYTES = 6

const PROTOCOL_IPV4 = 0x0021
const PROTOCOL_BRIDGED = 0x0031
const PROTOCOL_MULTILINK = 0x003d
const PROTOCOL_IPV6 = 0x0057
const PROTOCOL_MPLS_UNICAST = 0x0281
const PROTOCOL_MPLS_MULTICAST = 0x0283

/** A PPP frame with or without address and control bytes, which some captures omit (RFC 1662 §3.1). */
export function decodePppFrame(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < 2) return Layer.TRUNCATED
  if (bytes[at] === ADDRESS_ALL_STATIONS && bytes[at + 1] === CONTROL_UNNUMBERED) cursor.at = at + 2
  return decodePpp(bytes, cursor)
}

/** LINKTYPE_PPP and LINKTYPE_PPP_HDLC: PPP in HDLC-like framing, or Cisco HDLC; the address byte says which. */
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
  return layerOfTypeOnly(u16be(bytes, at + 2))
}

/** LINKTYPE_C_HDLC_WITH_DIR: a direction byte, then the frame. */
export function decodeCiscoHdlcWithDirection(bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, 1) ? decodeCiscoHdlc(bytes, cursor) : Layer.TRUNCATED
}

/** LINKTYPE_PPP_WITH_DIR and LINKTYPE_PPP_PPPD: a direction byte, then the PPP frame. */
export function decodePppWithDirection(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < 2) return Layer.TRUNCATED
  // pppd replaces the address byte by the direction.
  if (bytes[at + 1] === CONTROL_UNNUMBERED) {
    cursor.at = at + 2
    return decodePpp(bytes, cursor)
  }
  cursor.at = at + 1
  return decodePppFrame(bytes, cursor)
}

/** A PPP protocol field of two bytes, or of one byte if compressed (RFC 1661 §2, §6.5). */
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
    case PROTOCOL_BRIDGED:
      return decodeBridged(bytes, cursor)
    case PROTOCOL_MULTILINK:
      return decodeMultilink(bytes, cursor)
    default:
      return Layer.NOT_IP
  }
}

const BRIDGED_HEADER_BYTES = 2
const BRIDGED_HAS_LAN_ID = 0x40
const LAN_ID_BYTES = 4
const MAC_TYPE_ETHERNET = 1

/** A bridged frame: flags, MAC type, optional LAN id (RFC 3518 §4.2). */
function decodeBridged(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, BRIDGED_HEADER_BYTES)) return Layer.TRUNCATED
  if (bytes[at + 1] !== MAC_TYPE_ETHERNET) return Layer.NOT_IP
  const hasLanId = (bytes[at]! & BRIDGED_HAS_LAN_ID) !== 0
  return trySkip(cursor, hasLanId ? LAN_ID_BYTES : 0) ? Layer.ETHERNET : Layer.TRUNCATED
}

const MULTILINK_BEGIN_AND_END = 0xc0
const MULTILINK_RESERVED = 0x3f
const MULTILINK_LONG_BYTES = 4
const MULTILINK_SHORT_BYTES = 2

/**
 * A frame, or a part of one, sent over one link of a multilink bundle (RFC 1990 §3). The peers negotiated a short or a
 * long sequence number. The long form has six zero bits where the short form has bits of the number.
 */
function decodeMultilink(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to === at) return Layer.TRUNCATED
  const flags = bytes[at]!
  if ((flags & MULTILINK_BEGIN_AND_END) !== MULTILINK_BEGIN_AND_END) return Layer.PART
  const isLong = (flags & MULTILINK_RESERVED) === 0
  return trySkip(cursor, isLong ? MULTILINK_LONG_BYTES : MULTILINK_SHORT_BYTES) ? Layer.PPP : Layer.TRUNCATED
}

/** The header of the PPPoE session stage (RFC 2516 §4, §6). Its length ends the frame. */
export function decodePppoe(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < PPPOE_HEADER_BYTES) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.PPPOE, u16be(bytes, at + 2))
  cursor.at = at + PPPOE_HEADER_BYTES
  endAt(cursor, cursor.at + u16be(bytes, at + 4))
  return Layer.PPP
}
