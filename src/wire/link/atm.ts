import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { decodeLlcHeader } from './llc.js'

/** Padding before a bridged frame, which aligns it to four bytes (RFC 2684 §5.2, §6.2). */
const BRIDGED_PAD_BYTES = 2
const BRIDGED_PAD = 0x0000
// Both service access points of an LLC header.
const SAPS_SNAP = 0xaaaa
const SAPS_OSI = 0xfefe
const SAPS_IP = 0x0606
const PPP_IPV4 = 0x0021
const PPP_IPV6 = 0x0057

/**
 * LINKTYPE_ATM_RFC1483 and LINKTYPE_ATM_CLIP: the content of an AAL5 frame. It is mostly LLC. If the virtual circuit
 * determines the protocol instead, it is an IP packet, a PPP frame or a padded Ethernet frame, recognized by its first
 * bytes.
 *
 * Source: RFC 2684 §5, §6; RFC 2364 §4.
 */
export function decodeAtm(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < 2) return Layer.TRUNCATED
  switch (u16be(bytes, at)) {
    case SAPS_SNAP:
    case SAPS_OSI:
    case SAPS_IP:
      return decodeLlcHeader(bytes, cursor, BRIDGED_PAD_BYTES)
    case BRIDGED_PAD:
      return trySkip(cursor, BRIDGED_PAD_BYTES) ? Layer.ETHERNET : Layer.TRUNCATED
    case PPP_IPV4:
    case PPP_IPV6:
      return Layer.PPP
    default: {
      const version = bytes[at]! >> 4
      return version === 4 || version === 6 ? Layer.IP : Layer.NOT_IP
    }
  }
}

const SUNATM_HEADER_BYTES = 4
const SUNATM_TYPE_MASK = 0x0f
const SUNATM_LANE = 1
const SUNATM_LLC = 2
/** LAN emulation: the sender's client identifier (LANE 1.0 §4.1). */
const LANE_HEADER_BYTES = 2

/** LINKTYPE_SUNATM: kind of traffic and virtual circuit, then the content of an AAL5 frame. */
export function decodeSunAtm(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, SUNATM_HEADER_BYTES)) return Layer.TRUNCATED
  switch (bytes[at]! & SUNATM_TYPE_MASK) {
    case SUNATM_LLC:
      return decodeAtm(bytes, cursor)
    case SUNATM_LANE:
      return trySkip(cursor, LANE_HEADER_BYTES) ? Layer.ETHERNET : Layer.TRUNCATED
    default:
      return Layer.NOT_IP
  }
}
