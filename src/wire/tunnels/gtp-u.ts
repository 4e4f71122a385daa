import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import { fittingIp } from './ip-claim.js'

// First byte: version 1, protocol type 1 (not GTP'), a reserved bit, and a bit per optional field.
const KIND_MASK = 0xf0
const VERSION_1_GTP = 0x30
const HAS_EXTENSION = 0x04
const HAS_OPTIONAL_FIELDS = 0x07

const USER_DATA = 255
const HEADER_BYTES = 8
/** Sequence number, N-PDU number, type of the next extension header: present together if any is. */
const OPTIONAL_BYTES = 4

/**
 * A user packet (G-PDU) in GTP-U. Other messages carry no packet. Skips extension headers.
 *
 * Source: 3GPP TS 29.281 §5.1, §5.2.
 */
export function decodeGtpU(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  const flags = bytes[at]!
  if ((flags & KIND_MASK) !== VERSION_1_GTP || bytes[at + 1] !== USER_DATA) return Layer.NOT_IP
  const end = at + HEADER_BYTES + u16be(bytes, at + 2)
  if (end > cursor.wireTo) return Layer.NOT_IP
  endAt(cursor, end)

  let next = at + HEADER_BYTES
  if ((flags & HAS_OPTIONAL_FIELDS) !== 0) {
    next += OPTIONAL_BYTES
    if (next > cursor.to) return Layer.TRUNCATED
    if ((flags & HAS_EXTENSION) !== 0) next = behindExtensions(bytes, next, cursor.to)
    if (next < 0) return Layer.NOT_IP
  }
  cursor.encaps.push(EncapKind.GTP_U, u32be(bytes, at + 4))
  cursor.at = next
  return fittingIp(bytes, next, cursor.to, cursor.wireTo) ? Layer.IP : Layer.NOT_IP
}

/** Offset after the extension headers at `at`; the byte before is the type of the first. -1 if they do not end. */
function behindExtensions(bytes: Uint8Array, at: number, to: number): number {
  let next = at
  while (bytes[next - 1] !== 0) {
    const extensionBytes = next < to ? bytes[next]! * 4 : 0
    if (extensionBytes === 0 || extensionBytes > to - next) return -1
    next += extensionBytes
  }
  return next
}
