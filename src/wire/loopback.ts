import { u32be } from '../bytes/endian.js'
import { type FrameCursor, Layer } from './frame-cursor.js'

const HEADER_BYTES = 4
const AF_INET = 2
/** AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS. */
const AF_INET6: readonly number[] = [10, 23, 24, 28, 30]

/**
 * LINKTYPE_NULL and LINKTYPE_LOOP: an address family of four bytes, in the byte order of the host that captured
 * (NULL) or of the network (LOOP). Families are small, so the order shows.
 */
export function decodeLoopback(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  cursor.at = at + HEADER_BYTES
  const value = u32be(bytes, at)
  const family = value <= 0xffff ? value : bytes[at]! | (bytes[at + 1]! << 8)
  return family === AF_INET || AF_INET6.includes(family) ? Layer.IP : Layer.NOT_IP
}
