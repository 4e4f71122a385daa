import { u16be } from '../../bytes/endian.js'
import { Fit } from '../speech.js'
import { HandshakeType } from './hello.js'

/** Types of TLS records (RFC 8446 section 5.1, RFC 6520). */
export const RecordType = {
  CHANGE_CIPHER_SPEC: 20,
  ALERT: 21,
  HANDSHAKE: 22,
  APPLICATION_DATA: 23,
  HEARTBEAT: 24,
} as const

export const RECORD_HEADER_BYTES = 5
/** Header of a handshake message: type and length. */
export const MESSAGE_HEADER_BYTES = 4
/** Most payload of a record: RFC 5246 section 6.2.3, which allows more than RFC 8446. */
const MAX_RECORD_BYTES = 2 ** 14 + 2048
/** Version and random, which no hello lacks. */
const LEAST_HELLO_BYTES = 34

/**
 * How the stream `bytes[from, to)` fits TLS: a hello, or, joined in the middle, two records, or one that is all.
 *
 * @param isLast No more bytes will come.
 */
export function tlsFit(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
  if (isOldHello(bytes, from, to)) return Fit.YES
  if (!isRecordHeader(bytes, from, to)) return Fit.NO
  const length = u16be(bytes, from + 3)
  const type = bytes[from]!
  const body = from + RECORD_HEADER_BYTES
  if (type === RecordType.HANDSHAKE && body < to) {
    const message = bytes[body]!
    const isHello = message === HandshakeType.CLIENT_HELLO || message === HandshakeType.SERVER_HELLO
    if (isHello && isHelloBegin(bytes, body, to)) return Fit.YES
  }
  if (type === RecordType.ALERT && length === 2 && to - body >= 2 && isAlert(bytes, body)) return Fit.YES
  const next = body + length
  if (to - next >= RECORD_HEADER_BYTES) return isRecordHeader(bytes, next, to) ? Fit.YES : Fit.NO
  if (!isLast) return Fit.NOT_YET
  if (next > to) return Fit.MAYBE
  return next === to ? Fit.YES : Fit.NO
}

// As far as it is there; at least a part of the message's length must be.
function isHelloBegin(bytes: Uint8Array, at: number, to: number): boolean {
  const length = (bytes[at + 1]! << 16) | u16be(bytes, at + 2)
  if (to - at < MESSAGE_HEADER_BYTES + 2) return false
  const major = bytes[at + MESSAGE_HEADER_BYTES]
  return length >= LEAST_HELLO_BYTES && (major === 3 || major === 0x7f)
}

function isAlert(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 1 || bytes[at] === 2
}

function isRecordHeader(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at < RECORD_HEADER_BYTES) return false
  const type = bytes[at]!
  const length = u16be(bytes, at + 3)
  return (
    type >= RecordType.CHANGE_CIPHER_SPEC &&
    type <= RecordType.HEARTBEAT &&
    bytes[at + 1] === 3 &&
    bytes[at + 2]! <= 4 &&
    length > 0 &&
    length <= MAX_RECORD_BYTES
  )
}

// A ClientHello in the form of SSL 2 (RFC 5246 appendix E.2).
function isOldHello(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 11 || bytes[from]! < 0x80 || bytes[from + 2] !== 1) return false
  const length = u16be(bytes, from) & 0x7fff
  const version = u16be(bytes, from + 3)
  const ciphers = u16be(bytes, from + 5)
  const session = u16be(bytes, from + 7)
  const challenge = u16be(bytes, from + 9)
  return (
    (version === 2 || (version >= 0x300 && version <= 0x303)) &&
    ciphers > 0 &&
    ciphers % 3 === 0 &&
    (session === 0 || session === 16) &&
    challenge >= 16 &&
    challenge <= 32 &&
    length === 9 + ciphers + session + challenge
  )
}

/** The first handshake message of a stream. */
export interface HandshakeMessage {
  readonly type: number
  /** Its body is `bytes[from, to)`. */
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
  /** True when that is all of it. */
  readonly isWhole: boolean
}

/** There is not enough of it to know its type. */
const UNKNOWN: HandshakeMessage = { type: -1, bytes: new Uint8Array(0), from: 0, to: 0, isWhole: false }

/**
 * Reads the first handshake message of the stream `bytes[from, to)` out of its records; null: there is none, whatever comes.
 *
 * @param isLast No more bytes will come: a message that is not whole is read as far as it is there.
 */
export function firstMessage(
  bytes: Uint8Array,
  from: number,
  to: number,
  isLast: boolean,
): HandshakeMessage | null {
  let at = from
  // The message, once it is in more than one record.
  let joined: Uint8Array | null = null
  let length = 0
  while (isRecordHeader(bytes, at, to) && bytes[at] === RecordType.HANDSHAKE) {
    const body = at + RECORD_HEADER_BYTES
    const end = body + u16be(bytes, at + 3)
    const part = bytes.subarray(body, Math.min(end, to))
    if (joined === null) {
      if (isMessageIn(part)) return messageOf(part, part.length)
      // Most often it goes on in the record that has not come yet.
      if (end >= to && !isLast) return UNKNOWN
      joined = new Uint8Array(to - from)
    }
    joined.set(part, length)
    length += part.length
    at = Math.min(end, to)
    if (isMessageIn(joined.subarray(0, length))) break
  }
  if (joined !== null && length >= MESSAGE_HEADER_BYTES) return messageOf(joined, length)
  return to - at < RECORD_HEADER_BYTES ? UNKNOWN : null
}

function isMessageIn(part: Uint8Array): boolean {
  return part.length >= MESSAGE_HEADER_BYTES && part.length >= MESSAGE_HEADER_BYTES + messageBytes(part)
}

function messageBytes(part: Uint8Array): number {
  return (part[1]! << 16) | u16be(part, 2)
}

function messageOf(bytes: Uint8Array, length: number): HandshakeMessage {
  const end = MESSAGE_HEADER_BYTES + messageBytes(bytes)
  return {
    type: bytes[0]!,
    bytes,
    from: MESSAGE_HEADER_BYTES,
    to: Math.min(end, length),
    isWhole: end <= length,
  }
}
