import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'

// The base header: version (2 bits), flags, length in 32-bit words (the last 6 bits of two bytes), metadata type,
// next protocol; then 24 bits of service path and 8 of service index.
const VERSION_SHIFT = 14
const LENGTH_MASK = 0x003f
const MIN_HEADER_BYTES = 8

/** The network service header, RFC 8300 §2.2. */
export function decodeNsh(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < MIN_HEADER_BYTES) return Layer.TRUNCATED
  const first = u16be(bytes, at)
  const headerBytes = (first & LENGTH_MASK) * 4
  if (first >> VERSION_SHIFT !== 0 || headerBytes < MIN_HEADER_BYTES) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.NSH, u32be(bytes, at + 4) >>> 8)
  cursor.at = at + headerBytes
  return cursor.at > cursor.to ? Layer.TRUNCATED : layerOfNextProtocol(bytes[at + 3]!)
}

/** The layer after NSH (RFC 8300 §9.1.6) or VXLAN-GPE, which use the same numbers. */
export function layerOfNextProtocol(protocol: number): number {
  switch (protocol) {
    case 1: // IPv4
    case 2: // IPv6
      return Layer.IP
    case 3:
      return Layer.ETHERNET
    case 4:
      return Layer.NSH
    case 5:
      return Layer.MPLS
    default:
      return Layer.NOT_IP
  }
}
