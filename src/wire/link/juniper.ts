import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { decodeAtm } from './atm.js'
import { layerOfTypeOnly } from './ether-type.js'
import { decodeFrameRelay } from './frame-relay.js'
import { decodeCiscoHdlc, decodePppFrame } from './ppp.js'

/** "MGC" */
const MAGIC = 0x4d4743
const FLAGS = 3
const NO_LINK_HEADER = 0x02
const HAS_EXTENSIONS = 0x80
const HEADER_BYTES = 4
const EXTENSIONS_LENGTH_BYTES = 2
/** Protocol and padding that replace the link-layer header. */
const PROTOCOL_BYTES = 4

// Cookies that some interfaces put between the header and the frame.
const ATM1_COOKIE_BYTES = 4
const ATM2_COOKIE_BYTES = 8
const SERVICE_COOKIE_BYTES = 8
const ATM2_OAM = 0x70 // in the cookie's last byte

/** Skips the header common to Juniper's link types. Returns `IP` if the link-layer header was removed. */
function passHeader(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, HEADER_BYTES)) return Layer.TRUNCATED
  if (((bytes[at]! << 16) | u16be(bytes, at + 1)) !== MAGIC) return Layer.NOT_IP
  const flags = bytes[at + FLAGS]!
  if ((flags & HAS_EXTENSIONS) !== 0) {
    if (!trySkip(cursor, EXTENSIONS_LENGTH_BYTES)) return Layer.TRUNCATED
    if (!trySkip(cursor, u16be(bytes, cursor.at - EXTENSIONS_LENGTH_BYTES))) return Layer.TRUNCATED
  }
  if ((flags & NO_LINK_HEADER) === 0) return Layer.ETHERNET
  return trySkip(cursor, PROTOCOL_BYTES) ? Layer.IP : Layer.TRUNCATED
}

/** LINKTYPE_JUNIPER_ETHER and LINKTYPE_JUNIPER_PPPOE. */
export function decodeJuniperEthernet(bytes: Uint8Array, cursor: FrameCursor): number {
  return passHeader(bytes, cursor)
}

/** LINKTYPE_JUNIPER_PPP and LINKTYPE_JUNIPER_MLPPP. */
export function decodeJuniperPpp(bytes: Uint8Array, cursor: FrameCursor): number {
  const layer = passHeader(bytes, cursor)
  return layer === Layer.ETHERNET ? decodePppFrame(bytes, cursor) : layer
}

/** LINKTYPE_JUNIPER_FRELAY. */
export function decodeJuniperFrameRelay(bytes: Uint8Array, cursor: FrameCursor): number {
  const layer = passHeader(bytes, cursor)
  return layer === Layer.ETHERNET ? decodeFrameRelay(bytes, cursor) : layer
}

/** LINKTYPE_JUNIPER_CHDLC. */
export function decodeJuniperCiscoHdlc(bytes: Uint8Array, cursor: FrameCursor): number {
  const layer = passHeader(bytes, cursor)
  return layer === Layer.ETHERNET ? decodeCiscoHdlc(bytes, cursor) : layer
}

/** LINKTYPE_JUNIPER_PPPOE_ATM: an EtherType, then what it names. */
export function decodeJuniperPppoeAtm(bytes: Uint8Array, cursor: FrameCursor): number {
  const layer = passHeader(bytes, cursor)
  if (layer !== Layer.ETHERNET) return layer
  return trySkip(cursor, 2) ? layerOfTypeOnly(u16be(bytes, cursor.at - 2)) : Layer.TRUNCATED
}

/** LINKTYPE_JUNIPER_ATM1. */
export function decodeJuniperAtm1(bytes: Uint8Array, cursor: FrameCursor): number {
  const layer = passHeader(bytes, cursor)
  if (layer !== Layer.ETHERNET) return layer
  return trySkip(cursor, ATM1_COOKIE_BYTES) ? decodeAtm(bytes, cursor) : Layer.TRUNCATED
}

/** LINKTYPE_JUNIPER_ATM2. */
export function decodeJuniperAtm2(bytes: Uint8Array, cursor: FrameCursor): number {
  const layer = passHeader(bytes, cursor)
  if (layer !== Layer.ETHERNET) return layer
  if (!trySkip(cursor, ATM2_COOKIE_BYTES)) return Layer.TRUNCATED
  return (bytes[cursor.at - 1]! & ATM2_OAM) === 0 ? decodeAtm(bytes, cursor) : Layer.NOT_IP
}

/** LINKTYPE_JUNIPER_MONITOR, LINKTYPE_JUNIPER_SERVICES and LINKTYPE_JUNIPER_GGSN: a cookie, then an IP packet. */
export function decodeJuniperService(bytes: Uint8Array, cursor: FrameCursor): number {
  const layer = passHeader(bytes, cursor)
  if (layer !== Layer.ETHERNET) return layer
  return trySkip(cursor, SERVICE_COOKIE_BYTES) ? Layer.IP : Layer.TRUNCATED
}
