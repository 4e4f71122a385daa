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
