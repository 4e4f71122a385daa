import { u16be, u16le } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { pppPayload } from './ppp-payload.js'

const HAS_KEY = 0x2000
const HAS_SEQUENCE = 0x1000
const HAS_ACKNOWLEDGMENT = 0x0080
/** Bits that must be 0: checksum, routing and reserved bits. */
const FORBIDDEN = 0xcf78

const PPP = 0x880b
const MIKROTIK_ETHERNET = 0x6400

/** Flags, protocol type, payload length and call id. */
const HEADER_BYTES = 8
const FIELD_BYTES = 4

/**
 * GRE version 1 at the cursor: PPTP (RFC 2637 §4.1), or MikroTik's EoIP with its little-endian tunnel id. The packet
 * ends at the payload length, which is 0 for a mere acknowledgment.
 *
 * @param flags The first two bytes of the header.
 * @param type  The next two bytes. All four must have been captured.
 */
export function decodeGreV1(bytes: Uint8Array, cursor: FrameCursor, flags: number, type: number): number {
  const { at, to } = cursor
  if ((flags & HAS_KEY) === 0 || (flags & FORBIDDEN) !== 0) return Layer.NOT_IP
  let headerBytes = HEADER_BYTES
  if ((flags & HAS_SEQUENCE) !== 0) headerBytes += FIELD_BYTES
  if ((flags & HAS_ACKNOWLEDGMENT) !== 0) headerBytes += FIELD_BYTES
  if (to - at < headerBytes) return Layer.TRUNCATED

  const payloadEnd = at + headerBytes + u16be(bytes, at + 4)
  if (payloadEnd > cursor.wireTo) return Layer.NOT_IP
  cursor.at = at + headerBytes
  endAt(cursor, payloadEnd)
  if (type === PPP && (flags & HAS_SEQUENCE) !== 0) {
    cursor.encaps.push(EncapKind.PPTP, u16be(bytes, at + 6))
    return pppPayload(bytes, cursor)
  }
  if (type === MIKROTIK_ETHERNET) {
    cursor.encaps.push(EncapKind.EOIP, u16le(bytes, at + 6))
    return Layer.ETHERNET
  }
  return Layer.NOT_IP
}
