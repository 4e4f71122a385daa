import { type FrameCursor, Layer } from '../frame-cursor.js'

/** LINKTYPE_RAW, LINKTYPE_IPV4 and LINKTYPE_IPV6: the frame is the IP packet. */
export function decodeRawIp(_bytes: Uint8Array, cursor: FrameCursor): number {
  return cursor.at === cursor.to ? Layer.TRUNCATED : Layer.IP
}
