import { type FrameCursor, Layer } from '../frame-cursor.js'

const ADDRESS_ALL_STATIONS = 0xff
const CONTROL_UNNUMBERED = 0x03

/** PPP inside a tunnel, with or without address and control bytes (RFC 1661 §6.6). */
export function pppPayload(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < 2) return Layer.TRUNCATED
  if (bytes[at] === ADDRESS_ALL_STATIONS && bytes[at + 1] === CONTROL_UNNUMBERED) cursor.at = at + 2
  return Layer.PPP
}
