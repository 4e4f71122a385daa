import { u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { exactIp } from './ip-claim.js'

const HEADER_BYTES = 8
const HAS_INSTANCE = 0x08
/** A bit of RFC 9300 that must be 0. */
const RESERVED = 0x04

/** LISP data: an IP packet, with an instance id if the header has one. Source: RFC 9300 §5.3. */
export function decodeLisp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  const flags = bytes[at]!
  if ((flags & RESERVED) !== 0) return Layer.NOT_IP
  if ((flags & HAS_INSTANCE) !== 0) cursor.encaps.push(EncapKind.LISP_INSTANCE, u32be(bytes, at + 4) >>> 8)
  else cursor.encaps.push(EncapKind.LISP, 0)
  cursor.at = at + HEADER_BYTES
  return exactIp(bytes, cursor.at, cursor.to, cursor.wireTo) ? Layer.IP : Layer.NOT_IP
}

const CONTROL_HEADER_BYTES = 4
/** Type 8 in the upper half of the first byte. The lower half has flags; one of them announces security data. */
const ENCAPSULATED = 0x80
const TYPE_MASK = 0xf0
const HAS_SECURITY = 0x08

/** An encapsulated LISP control message: an IP packet (RFC 9301 §5.8). With security data it stays payload. */
export function decodeLispControl(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < CONTROL_HEADER_BYTES) return Layer.TRUNCATED
  if ((bytes[at]! & TYPE_MASK) !== ENCAPSULATED || (bytes[at]! & HAS_SECURITY) !== 0) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.LISP_CONTROL, 0)
  cursor.at = at + CONTROL_HEADER_BYTES
  return exactIp(bytes, cursor.at, cursor.to, cursor.wireTo) ? Layer.IP : Layer.NOT_IP
}
