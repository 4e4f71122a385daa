import { u32be } from '../../bytes/endian.js'
import { Cursor } from '../cursor.js'
import { Fit } from '../speech.js'

const LONG_FORM = 0x80
const FIXED_BIT = 0x40
const MAX_ID_BYTES = 20
const RESERVED_MASK = 0x0f0f_0f0f
const RESERVED_VERSION = 0x0a0a_0a0a
/** A client's first datagram is at least so long (RFC 9000 section 14.1). */
const LEAST_FIRST_BYTES = 1200

export const QUIC_V1 = 1
export const QUIC_V2 = 0x6b33_43cf

/** A packet with a long header (RFC 9000 section 17.2), of which the datagram may have several. */
export interface LongPacket {
  readonly version: number
  /** Destination Connection ID, `bytes[idFrom, idTo)`. */
  readonly idFrom: number
  readonly idTo: number
  readonly isInitial: boolean
  /** Position of the protected packet number. */
  readonly numberAt: number
  /** Behind the packet. */
  readonly to: number
}

/** Reads the long header at `bytes[at]`; null: it is none, or of a packet without length. */
export function readLongPacket(bytes: Uint8Array, at: number, to: number): LongPacket | null {
  const cursor = new Cursor(bytes, at, to)
  const first = cursor.u8()
  if ((first & (LONG_FORM | FIXED_BIT)) !== (LONG_FORM | FIXED_BIT)) return null
  const version = cursor.u32()
  const id = cursor.part(cursor.u8())
  const source = cursor.part(cursor.u8())
  if (id.left > MAX_ID_BYTES || source.left > MAX_ID_BYTES) return null
  // Version 2 has other numbers for the types, lest any be taken for fixed (RFC 9369 section 3.2).
  const type = ((first >> 4) + (version === QUIC_V2 ? 3 : 0)) & 3
  if (type === 3) return null // Retry
  if (type === 0) cursor.skip(variableInteger(cursor))
  const length = variableInteger(cursor)
  if (cursor.isShort || length === 0 || length > cursor.left) return null
  return {
    version,
    idFrom: id.at,
    idTo: id.to,
    isInitial: type === 0,
    numberAt: cursor.at,
    to: cursor.at + length,
  }
}

/** Reads an integer of variable length (RFC 9000 section 16). Beyond 2^53 it is not exact, but large. */
export function variableInteger(cursor: Cursor): number {
  const first = cursor.u8()
  let value = first & 0x3f
  for (let i = (1 << (first >> 6)) - 1; i > 0; i--) value = value * 256 + cursor.u8()
  return value
}

/** How the datagram `bytes[from, to)` fits QUIC: a long header of a known version, IETF's or Google's. */
export function quicFit(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 9) return Fit.NO
  const first = bytes[from]!
  if (first >= LONG_FORM) {
    const version = u32be(bytes, from + 1)
    if (version === 0) return isNegotiation(bytes, from, to) ? Fit.YES : Fit.NO
    if (isGoogleVersion(version)) return Fit.YES
    if (!isKnown(version) || !hasIds(bytes, from, to)) return Fit.NO
    if ((version & RESERVED_MASK) !== RESERVED_VERSION) return Fit.YES
    return to - from >= LEAST_FIRST_BYTES && readLongPacket(bytes, from, to) !== null ? Fit.YES : Fit.NO
  }
  // The public header of Google's QUIC before Q046: flags for a version and an ID of 8 bytes.
  const hasVersion = (first & 0x09) === 0x09 && first < FIXED_BIT && to - from >= 14
  return hasVersion && isGoogleVersion(u32be(bytes, from + 9)) ? Fit.YES : Fit.NO
}

function hasIds(bytes: Uint8Array, from: number, to: number): boolean {
  const cursor = new Cursor(bytes, from + 5, to)
  const id = cursor.part(cursor.u8())
  const source = cursor.part(cursor.u8())
  return !cursor.isShort && id.left <= MAX_ID_BYTES && source.left <= MAX_ID_BYTES && cursor.left > 0
}

// RFC 9000 section 17.2.1.
function isNegotiation(bytes: Uint8Array, from: number, to: number): boolean {
  if (!hasIds(bytes, from, to)) return false
  const cursor = new Cursor(bytes, from + 5, to)
  cursor.skip(cursor.u8())
  cursor.skip(cursor.u8())
  if (cursor.left === 0 || cursor.left % 4 !== 0) return false
  let known = 0
  while (cursor.left > 0) {
    const version = cursor.u32()
    if (isKnown(version) || isGoogleVersion(version)) known += 1
  }
  return known > 0
}

function isKnown(version: number): boolean {
  return (
    version === QUIC_V1 ||
    version === QUIC_V2 ||
    version >>> 8 === 0xff0000 || // drafts
    version >>> 4 === 0xfaceb00 || // Facebook's
    (version & RESERVED_MASK) === RESERVED_VERSION
  )
}

// "Q" or "T", "0", two digits.
function isGoogleVersion(version: number): boolean {
  const letter = version >>> 24
  const [tens, ones] = [(version >>> 8) & 0xff, version & 0xff]
  const areDigits = tens >= 0x32 && tens <= 0x35 && ones >= 0x30 && ones <= 0x39
  return (letter === 0x51 || letter === 0x54) && ((version >>> 16) & 0xff) === 0x30 && areDigits
}
