import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

/** Frame control, two addresses. */
const HEADER_BYTES = 13
/** The bits of Frame Control that tell long addresses and an LLC frame; the class and the priority may be any. */
const FORMAT_MASK = 0x70
const LLC_FRAME = 0x50

/** LINKTYPE_FDDI. Source: ISO 9314-2 §7.3, RFC 1390. */
export function decodeFddi(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, HEADER_BYTES)) return Layer.TRUNCATED
  return (bytes[at]! & FORMAT_MASK) === LLC_FRAME ? Layer.LLC : Layer.NOT_IP
}
