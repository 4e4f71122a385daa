import { u16be } from '../bytes/endian.js'
import { Fit } from './speech.js'

const HEADER_BYTES = 12
const QUESTION_BYTES = 5
const RECORD_BYTES = 11
const MAX_NAME_BYTES = 255
const MAX_LABEL_BYTES = 63
/** Most questions and records that are looked at. */
const MAX_RECORDS = 32
const RESERVED_FLAG = 0x40
/** A class without the bit that multicast DNS puts there (RFC 6762 sections 5.4 and 10.2). */
const CLASS_BITS = 0x7fff
const CLASSES: ReadonlySet<number> = new Set([1, 3, 4, 254, 255])
/** Queries, inverse ones, status, notify, update, stateful operations are 0, 1, 2, 4, 5, 6; NetBIOS has 5 to 9. */
const MAX_OPCODE = 9
const OPT = 41
const MAX_TYPE = 260
const FURTHER_TYPES: ReadonlySet<number> = new Set([32768, 32769, 65281, 65521])

/**
 * How the message `bytes[from, to)` fits DNS (RFC 1035 section 4.1), whose form multicast DNS, LLMNR and NetBIOS names share.
 *
 * @param isCut         True when there is more of it than is given.
 * @param mayLackQuestion True where answers without their question are usual.
 */
export function dnsFit(
  bytes: Uint8Array,
  from: number,
  to: number,
  isCut: boolean,
  mayLackQuestion: boolean,
): number {
  if (to - from < HEADER_BYTES || !isDnsHeader(bytes, from)) return Fit.NO
  const isAnswer = bytes[from + 2]! >= 0x80
  const questions = u16be(bytes, from + 4)
  const records = u16be(bytes, from + 6) + u16be(bytes, from + 8) + u16be(bytes, from + 10)
  const least = HEADER_BYTES + questions * QUESTION_BYTES + records * RECORD_BYTES
  if (!isCut && least > to - from) return Fit.NO
  if (questions === 0 && (records === 0 || !isAnswer || !mayLackQuestion)) return Fit.NO
  let at = from + HEADER_BYTES
  for (let i = 0; i < questions; i++) {
    at = nameEnd(bytes, from, at, to)
    if (at < 0 || to - at < 4) return isCut && i > 0 ? Fit.YES : Fit.NO
    if (!isType(u16be(bytes, at)) || !isClass(u16be(bytes, at + 2))) return Fit.NO
    at += 4
  }
  for (let i = 0; i < Math.min(records, MAX_RECORDS); i++) {
    at = nameEnd(bytes, from, at, to)
    if (at < 0 || to - at < 10) return isCut && questions > 0 ? Fit.YES : Fit.NO
    const type = u16be(bytes, at)
    // The class of OPT is a size.
    if (!isType(type) || (type !== OPT && !isClass(u16be(bytes, at + 2)))) return Fit.NO
    at += 10 + u16be(bytes, at + 8)
    if (at > to) return isCut && questions > 0 ? Fit.YES : Fit.NO
  }
  return Fit.YES
}

/** True when the header at `from`, of 12 bytes, may be one: its flags, and a sensible number of questions. */
export function isDnsHeader(bytes: Uint8Array, from: number): boolean {
  const flags = u16be(bytes, from + 2)
  const isAnswer = flags >= 0x8000
  if (((flags >> 11) & 15) > MAX_OPCODE || (flags & RESERVED_FLAG) !== 0) return false
  return (isAnswer || (flags & 15) === 0) && u16be(bytes, from + 4) <= MAX_RECORDS
}

function isType(type: number): boolean {
  return (type > 0 && type <= MAX_TYPE) || FURTHER_TYPES.has(type)
}

function isClass(value: number): boolean {
  return CLASSES.has(value & CLASS_BITS)
}

// Behind the name at `at`; -1: there is none.
function nameEnd(bytes: Uint8Array, from: number, at: number, to: number): number {
  const begin = at
  while (at < to && at - begin <= MAX_NAME_BYTES) {
    const length = bytes[at]!
    if (length === 0) return at + 1
    if (length >= 0xc0) {
      const isBefore = at + 1 < to && (u16be(bytes, at) & 0x3fff) < at - from
      return isBefore ? at + 2 : -1
    }
    if (length > MAX_LABEL_BYTES) return -1
    at += 1 + length
  }
  return -1
}
