import { u32le } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'

const RECORD_TYPE = 4
const LINK_TYPE = 8
const MIN_HEADER_BYTES = 12
const RECORD_PACKET = 1

/**
 * LINKTYPE_PKTAP: Apple's header with interface and process, and the link type of what follows.
 *
 * Source: https://www.tcpdump.org/linktypes/LINKTYPE_PKTAP.html.
 */
export function decodePktap(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < MIN_HEADER_BYTES) return Layer.TRUNCATED
  const headerBytes = u32le(bytes, at)
  if (headerBytes < MIN_HEADER_BYTES || headerBytes > cursor.wireTo - at) return Layer.MALFORMED
  if (headerBytes > to - at) return Layer.TRUNCATED
  if (u32le(bytes, at + RECORD_TYPE) !== RECORD_PACKET) return Layer.NOT_IP
  cursor.linkType = u32le(bytes, at + LINK_TYPE)
  cursor.at = at + headerBytes
  return Layer.LINK_TYPE
}

const LINKTYPE_USER2 = 149
/** `struct pktap_header` of macOS, and room for what later systems add. */
const USUAL_HEADER_BYTES = 108
const MOST_HEADER_BYTES = 512

/**
 * LINKTYPE_USER2, which Apple's libpcap took for PKTAP before it had a number of its own; what else users put there is
 * not known.
 */
export function decodeUser2(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  cursor.linkType = LINKTYPE_USER2
  if (to - at < MIN_HEADER_BYTES)
    return cursor.wireTo - at < MIN_HEADER_BYTES ? Layer.UNKNOWN : Layer.TRUNCATED
  const headerBytes = u32le(bytes, at)
  const isUsual = headerBytes >= USUAL_HEADER_BYTES && headerBytes <= MOST_HEADER_BYTES
  const isPacket = u32le(bytes, at + RECORD_TYPE) === RECORD_PACKET
  const isPktap = isUsual && isPacket && u32le(bytes, at + LINK_TYPE) !== LINKTYPE_USER2
  return isPktap ? decodePktap(bytes, cursor) : Layer.UNKNOWN
}
