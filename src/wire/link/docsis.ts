import { u16be } from '../../bytes/endian.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'

/** Frame control, parameter, length, header check sequence. */
const HEADER_BYTES = 6
const EXTENDED_AT = 4
const LENGTH = 2
const TYPE_MASK = 0xc0
const TYPE_PACKET = 0x00
const TYPE_ISOLATED_PACKET = 0x80
const HAS_EXTENDED_HEADER = 0x01
const EXTENDED_TYPE_SHIFT = 4
const EXTENDED_LENGTH_MASK = 0x0f
// Elements of the extended header that describe the encryption of the frame (Baseline Privacy).
const PRIVACY_UPSTREAM = 3
const PRIVACY_DOWNSTREAM = 4
const PRIVACY_UPSTREAM_2 = 7
const PRIVACY_ENABLED = 0x80

/** LINKTYPE_DOCSIS: a cable modem's MAC frame. Packet frames hold an Ethernet frame. Source: CM-SP-MULPIv3.1 §6.2. */
export function decodeDocsis(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  const type = bytes[at]! & TYPE_MASK
  if (type !== TYPE_PACKET && type !== TYPE_ISOLATED_PACKET) return Layer.NOT_IP
  const extendedBytes = (bytes[at]! & HAS_EXTENDED_HEADER) !== 0 ? bytes[at + 1]! : 0
  endAt(cursor, at + HEADER_BYTES + u16be(bytes, at + LENGTH))
  if (cursor.to - at < HEADER_BYTES + extendedBytes) return Layer.TRUNCATED
  if (isPrivate(bytes, at + EXTENDED_AT, at + EXTENDED_AT + extendedBytes)) return Layer.ENCRYPTED
  cursor.at = at + HEADER_BYTES + extendedBytes
  return Layer.ETHERNET
}

/** True when an element of the extended header in `bytes[from, to)` says that the frame is encrypted. */
function isPrivate(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1 + (bytes[at]! & EXTENDED_LENGTH_MASK)) {
    const type = bytes[at]! >> EXTENDED_TYPE_SHIFT
    const isPrivacy = type === PRIVACY_UPSTREAM || type === PRIVACY_DOWNSTREAM || type === PRIVACY_UPSTREAM_2
    if (isPrivacy && at + 2 < to && (bytes[at + 2]! & PRIVACY_ENABLED) !== 0) return true
  }
  return false
}
