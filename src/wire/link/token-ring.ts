import { type FrameCursor, Layer } from '../frame-cursor.js'

const FRAME_CONTROL = 1
const SOURCE = 8
/** Access control, frame control, two addresses. */
const HEADER_BYTES = 14
const FRAME_TYPE_MASK = 0xc0
const FRAME_TYPE_LLC = 0x40
/** Bit in the first byte of the source address: routing information follows. */
const IS_SOURCE_ROUTED = 0x80
const ROUTE_LENGTH_MASK = 0x1f
const MIN_ROUTE_BYTES = 2

/** LINKTYPE_IEEE802_5: Token Ring, with or without source routing. Source: IEEE 802.5 §3.2, IEEE 802.1D Annex C.3. */
export function decodeTokenRing(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  if ((bytes[at + FRAME_CONTROL]! & FRAME_TYPE_MASK) !== FRAME_TYPE_LLC) return Layer.NOT_IP
  cursor.at = at + HEADER_BYTES
  if ((bytes[at + SOURCE]! & IS_SOURCE_ROUTED) === 0) return Layer.LLC
  if (to === cursor.at) return Layer.TRUNCATED
  const routeBytes = bytes[cursor.at]! & ROUTE_LENGTH_MASK
  if (routeBytes < MIN_ROUTE_BYTES) return Layer.MALFORMED
  if (to - cursor.at < routeBytes) return Layer.TRUNCATED
  cursor.at += routeBytes
  return Layer.LLC
}
