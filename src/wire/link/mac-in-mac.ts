import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'

const BACKBONE_TAG_BYTES = 4
const FABRIC_PATH_TAG_BYTES = 2

/** The I-TAG of IEEE 802.1Q §9.7 (802.1ah): flags, a 24-bit service identifier, then the customer's whole frame. */
export function decodeBackboneTag(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < BACKBONE_TAG_BYTES) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.PBB, (bytes[at + 1]! << 16) | u16be(bytes, at + 2))
  cursor.at = at + BACKBONE_TAG_BYTES
  return Layer.ETHERNET
}

/** Cisco FabricPath: a 10-bit forwarding tag and a TTL, then the host's whole frame. */
export function decodeFabricPath(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < FABRIC_PATH_TAG_BYTES) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.FABRIC_PATH, u16be(bytes, at) >> 6)
  cursor.at = at + FABRIC_PATH_TAG_BYTES
  return Layer.ETHERNET
}
