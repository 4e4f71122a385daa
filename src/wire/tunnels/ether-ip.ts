import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'

const HEADER_BYTES = 2
/** Version 3 and twelve reserved bits. */
const HEADER = 0x3000

/** EtherIP: two bytes, then an Ethernet frame (RFC 3378 §3). */
export function decodeEtherIp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  if (u16be(bytes, at) !== HEADER) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.ETHER_IP, 0)
  cursor.at = at + HEADER_BYTES
  return Layer.ETHERNET
}

/** An Ethernet frame directly in IP (protocol 143), as in segment routing (RFC 8986 §4.9). */
export function decodeEthernetInIp(_bytes: Uint8Array, cursor: FrameCursor): number {
  cursor.encaps.push(EncapKind.ETHERNET, 0)
  return Layer.ETHERNET
}
