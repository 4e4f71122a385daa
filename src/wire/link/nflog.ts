import { u16be, u16le } from '../../bytes/endian.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'

const HEADER_BYTES = 4
const AF_INET = 2
const AF_INET6 = 10
const TLV_HEADER_BYTES = 4
const TLV_ALIGNMENT = 4
const TLV_PACKET_HEADER = 1
/** Types of the field with the packet: in messages of NFLOG (NFULA_PAYLOAD) and of NFQUEUE (NFQA_PAYLOAD). */
export const PAYLOAD_OF_LOG = 9
export const PAYLOAD_OF_QUEUE = 10
/** Before the EtherType, a queue's packet header has the packet's number. */
const QUEUE_NUMBER_BYTES = 4

/**
 * LINKTYPE_NFLOG: an address family, a version, a group, then type-length-value fields, one of which is the packet. The
 * fields have the byte order of the capturing host; types are small numbers, so each type shows the order. For families
 * other than IP, the field "packet header" has the EtherType.
 *
 * Source: https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html.
 */
export function decodeNflog(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeNfnetlink(bytes, cursor, PAYLOAD_OF_LOG)
}

/** The same fields behind a header of netfilter's messages. @param payloadType Type of the field with the packet. */
export function decodeNfnetlink(bytes: Uint8Array, cursor: FrameCursor, payloadType: number): number {
  const { at, to } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  if (bytes[at + 1] !== 0) return Layer.NOT_IP // version
  const isIp = bytes[at] === AF_INET || bytes[at] === AF_INET6
  let etherType = 0
  for (let field = at + HEADER_BYTES; field < cursor.wireTo; ) {
    if (to - field < TLV_HEADER_BYTES) return Layer.TRUNCATED
    // The low byte of a type is never 0. The high byte is always 0, except for flags in its two highest bits.
    const isLittleEndian = (bytes[field + 2]! & 0x3f) !== 0
    const length = isLittleEndian ? u16le(bytes, field) : u16be(bytes, field)
    const type = isLittleEndian ? bytes[field + 2]! : bytes[field + 3]!
    if (length < TLV_HEADER_BYTES) return Layer.MALFORMED
    if (type === payloadType) {
      cursor.at = field + TLV_HEADER_BYTES
      endAt(cursor, field + length)
      return isIp ? Layer.IP : layerOfTypeOnly(etherType)
    }
    const etherTypeAt = field + TLV_HEADER_BYTES + (payloadType === PAYLOAD_OF_QUEUE ? QUEUE_NUMBER_BYTES : 0)
    if (type === TLV_PACKET_HEADER && to - etherTypeAt >= 2) {
      etherType = u16be(bytes, etherTypeAt)
    }
    field += Math.ceil(length / TLV_ALIGNMENT) * TLV_ALIGNMENT
  }
  return Layer.NOT_IP
}
