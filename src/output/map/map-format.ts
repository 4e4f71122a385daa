import { UID_LENGTH } from '../uid.js'

// The format of packets.map; docs/packets-map.md describes it for other programs.

export const MAP_MAGIC = Buffer.from('\x89P2CMAP\n', 'latin1')
export const MAP_VERSION = 1
export const MAP_HEADER_BYTES = 64
/** Bytes of a packed uid. */
export const PACKED_UID_BYTES = 13
/** A row of the directory: the uid of a block's first entry, the block's offset (6 bytes), its CRC-32, and a zero byte. */
export const DIRECTORY_ROW_BYTES = 24
export const KEY_BYTES = 8
/** A row of the companies: the key of a 5-tuple, and a uid. */
export const COMPANY_ROW_BYTES = KEY_BYTES + PACKED_UID_BYTES
/** A checkpoint: input (4 bytes), offset of a record (6), and its number among those of its input (6). */
export const CHECKPOINT_BYTES = 16

/** A block ends with the entry that makes it so long, or that is so many. */
export const BLOCK_BYTES = 16 * 1024
export const BLOCK_ENTRIES = 64

/** What a number in an entry is. From `LEAST_STEP` on it is how far the next record is behind the one before. */
export const Code = {
  /** No packet follows, but bits of `EntryFlag`, the name's ordinal, and with `GROUPED` the key of the 5-tuple. */
  END: 0,
  /** The same record as before. */
  SAME: 1,
  /** The record at an offset of the same input. */
  AT: 2,
  /** The record at an offset of another input. */
  IN: 3,
  /** The record so many bytes behind the latest one of the input before this one. */
  BACK: 10,
  // The others stand before one of these, and say of its packet:
  /** Which one of its frame it is. */
  INDEX: 4,
  OUTSIDE: 5,
  COPY: 6,
  ERROR: 7,
  /** It is a fragment of the next packet that is none. */
  FRAGMENT: 8,
  /** How much later its place among merged inputs is than its time: seconds, and nanoseconds. */
  LATE: 9,
} as const
export const LEAST_STEP = 16

export const EntryFlag = {
  /** Several connections or candidates were on its 5-tuple at once. */
  GROUPED: 1,
  /** Not all of its packets are listed. */
  CUT: 2,
} as const
/** Bits of flags below those of `CONNECTION_LIMITS`. */
export const LIMITS_SHIFT = 2

const LIMB_BITS = 26
const LIMB = 2 ** LIMB_BITS
const BASE = 62
const DIGITS_AT_ONCE = 4

function digitOf(code: number): number {
  if (code >= 97) return code <= 122 ? code - 97 + 26 : -1
  if (code >= 65) return code <= 90 ? code - 65 : -1
  return code >= 48 && code <= 57 ? code - 48 + 52 : -1
}

/**
 * Packs a uid: what follows its `C` is a number in base 62, whose digits are A-Z, a-z and 0-9; it is written in 13 bytes,
 * the highest first. Returns false where the text is no uid.
 */
export function packUid(uid: string, target: Uint8Array, at: number): boolean {
  if (uid.length !== UID_LENGTH || uid.charCodeAt(0) !== 67) return false
  let a = 0 // limbs of 26 bits, the lowest first
  let b = 0
  let c = 0
  let d = 0
  for (let i = 1; i < UID_LENGTH; ) {
    // A few digits at once: their power of the base is below 2^24, so that products are exact.
    let digits = 0
    let power = 1
    for (const to = Math.min(i + DIGITS_AT_ONCE, UID_LENGTH); i < to; i++) {
      const digit = digitOf(uid.charCodeAt(i))
      if (digit < 0) return false
      digits = digits * BASE + digit
      power *= BASE
    }
    a = a * power + digits
    b = b * power + Math.floor(a / LIMB)
    c = c * power + Math.floor(b / LIMB)
    d = d * power + Math.floor(c / LIMB)
    a %= LIMB
    b %= LIMB
    c %= LIMB
  }
  // 104 bits: four limbs of 26 are two halves of 52.
  writeHalf(target, at, d * LIMB + c, b * LIMB + a)
  return true
}

function writeHalf(target: Uint8Array, at: number, high: number, low: number): void {
  // high: 52 bits, low: 52 bits. Byte 6 has the lowest 4 of the one and the highest 4 of the other.
  let rest = Math.floor(high / 16)
  for (let i = 5; i >= 0; i--) {
    target[at + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  rest = low
  for (let i = 12; i >= 7; i--) {
    target[at + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  target[at + 6] = (high % 16) * 16 + rest
}

/** The uid that was packed. */
export function unpackUid(bytes: Uint8Array, at: number): string {
  const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let rest = 0n
  for (let i = 0; i < PACKED_UID_BYTES; i++) rest = rest * 256n + BigInt(bytes[at + i]!)
  let text = ''
  for (let i = 1; i < UID_LENGTH; i++) {
    text = DIGITS[Number(rest % 62n)]! + text
    rest /= 62n
  }
  return `C${text}`
}

/** Order of two byte strings of the same length. */
export function compareBytes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): number {
  for (let i = 0; i < length; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!
    if (difference !== 0) return difference
  }
  return 0
}
