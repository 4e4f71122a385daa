import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfNextProtocol } from '../link/nsh.js'

const HEADER_BYTES = 8

const HAS_VNI = 0x08

/**
 * VXLAN: an Ethernet frame follows. All flags but one and the reserved bytes are ignored (RFC 7348 §5): extensions have a
 * group policy there (draft-smith-vxlan-group-policy §2.1), and more.
 */
export function decodeVxlan(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  if ((bytes[at]! & HAS_VNI) === 0) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.VXLAN, u32be(bytes, at + 4) >>> 8)
  cursor.at = at + HEADER_BYTES
  return Layer.ETHERNET
}

// First byte of VXLAN-GPE. The third byte is reserved, the fourth is the next protocol.
const GPE_VERSION_AND_RESERVED = 0xf0
const GPE_HAS_VNI = 0x08
const GPE_HAS_PROTOCOL = 0x04

/** VXLAN-GPE: the next protocol follows, or an Ethernet frame. Source: draft-ietf-nvo3-vxlan-gpe-13 §3. */
export function decodeVxlanGpe(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  const flags = bytes[at]!
  const hasVersion0 = (flags & GPE_VERSION_AND_RESERVED) === 0
  if (!hasVersion0 || u16be(bytes, at + 1) !== 0 || bytes[at + 7] !== 0) return Layer.NOT_IP
  if ((flags & GPE_HAS_VNI) === 0) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.VXLAN_GPE, u32be(bytes, at + 4) >>> 8)
  cursor.at = at + HEADER_BYTES
  return (flags & GPE_HAS_PROTOCOL) === 0 ? Layer.ETHERNET : layerOfNextProtocol(bytes[at + 3]!)
}
