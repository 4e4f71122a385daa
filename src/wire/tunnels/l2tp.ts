import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { decodeL2tpV3 } from './l2tp-v3.js'
import { pppPayload } from './ppp-payload.js'

// The first two bytes of version 2 (RFC 2661 §3.1).
const IS_CONTROL = 0x8000
const HAS_LENGTH = 0x4000
const HAS_SEQUENCE = 0x0800
const HAS_OFFSET = 0x0200
/** Version, and bits that must be 0. */
const VERSION_AND_RESERVED = 0x34ff
const VERSION_2 = 2
const VERSION_3 = 3

const MIN_HEADER_BYTES = 6
const V3_HEADER_BYTES = 4

/** L2TP data over UDP: PPP in version 2 (RFC 2661 §3.1), Ethernet or PPP in version 3 (RFC 3931 §4.1.2.1). */
export function decodeL2tp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < MIN_HEADER_BYTES) return Layer.TRUNCATED
  const flags = u16be(bytes, at)
  if (flags === VERSION_3 && u16be(bytes, at + 2) === 0) {
    cursor.at = at + V3_HEADER_BYTES
    return decodeL2tpV3(bytes, cursor)
  }
  if ((flags & IS_CONTROL) !== 0 || (flags & VERSION_AND_RESERVED) !== VERSION_2) return Layer.NOT_IP

  const idsAt = at + ((flags & HAS_LENGTH) !== 0 ? 4 : 2)
  let next = idsAt + 4
  if ((flags & HAS_SEQUENCE) !== 0) next += 4
  if ((flags & HAS_OFFSET) !== 0) {
    if (next + 2 > to) return Layer.TRUNCATED
    next += 2 + u16be(bytes, next)
  }
  if (next > to) return Layer.TRUNCATED
  if ((flags & HAS_LENGTH) !== 0) {
    const end = at + u16be(bytes, at + 2)
    if (end < next || end > cursor.wireTo) return Layer.NOT_IP
    endAt(cursor, end)
  }
  cursor.encaps.push(EncapKind.L2TP, u32be(bytes, idsAt))
  cursor.at = next
  return pppPayload(bytes, cursor)
}
