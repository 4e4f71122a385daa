import { u16be, u16le, u32be } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'

const HEADER_BYTES = 4
const AF_INET = 2
/** AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS. */
const AF_INET6: readonly number[] = [10, 23, 24, 28, 30]

/**
 * LINKTYPE_NULL and LINKTYPE_LOOP: a four-byte address family in the byte order of the capturing host (NULL) or of the
 * network (LOOP). Families are small numbers, so the value shows the order. Some drivers put an EtherType into the last
 * two bytes instead.
 */
export function decodeLoopback(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  cursor.at = at + HEADER_BYTES
  const value = u32be(bytes, at)
  const isFamily = value <= 0xffff || u16be(bytes, at + 2) === 0
  if (!isFamily) return layerOfTypeOnly(u16be(bytes, at + 2))
  const family = value <= 0xffff ? value : u16le(bytes, at)
  return family === AF_INET || AF_INET6.includes(family) ? Layer.IP : Layer.NOT_IP
}
