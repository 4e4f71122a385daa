import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfTypeOnly } from '../link/ether-type.js'

const HEADER_BYTES = 8
/** The version is in the first two bits of the first byte. The others hold the length of the options in 32-bit words. */
const VERSION_SHIFT = 6
const OPTIONS_MASK = 0x3f
const TRANSPARENT_ETHERNET = 0x6558

/** GENEVE. Skips options, and ignores reserved bits, as receivers must. Source: RFC 8926 §3.4. */
export function decodeGeneve(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  const next = at + HEADER_BYTES + (bytes[at]! & OPTIONS_MASK) * 4
  if (bytes[at]! >> VERSION_SHIFT !== 0) return Layer.NOT_IP
  if (next > cursor.to) return Layer.TRUNCATED
  const type = u16be(bytes, at + 2)
  cursor.encaps.push(EncapKind.GENEVE, u32be(bytes, at + 4) >>> 8)
  cursor.at = next
  if (type === TRANSPARENT_ETHERNET) return Layer.ETHERNET
  return layerOfTypeOnly(type)
}
