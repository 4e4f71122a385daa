import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

/** Frame control, two addresses. */
const HEADER_BYTES = 13
/** The bits of Frame Control for address length and frame format, without class and priority. */
const FORMAT_MASK = 0x70
const LLC_FRAME = 0x50

/** LINKTYPE_FDDI. Source: ISO 9314-2 §7.3, RFC 1390. */
export function decodeFddi(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, HEADER_BYTES)) return Layer.TRUNCATED
  return (bytes[at]! & FORMAT_MASK) === LLC_FRAME ? Layer.LLC : Layer.NOT_IP
}
