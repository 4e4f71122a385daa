import { crc32 } from 'node:zlib'
import type { CompressedInput } from './compressed-input.js'

// RFC 1952 section 2.3.
const MAGIC = [0x1f, 0x8b] as const
const DEFLATE = 8
const FIXED_BYTES = 10
const Flag = { CRC: 0x02, EXTRA: 0x04, NAME: 0x08, COMMENT: 0x10, RESERVED: 0xe0 } as const

/** What is wrong with the first bytes of a member's header, in zlib's words, or null. The file may end in them. */
export function gzipHeaderFault(input: CompressedInput): string | null {
  input.ensure(4)
  const has = (at: number) => input.available > at
  if (MAGIC.some((byte, at) => has(at) && input.uint8(at) !== byte)) return 'incorrect header check'
  if (has(2) && input.uint8(2) !== DEFLATE) return 'unknown compression method'
  return has(3) && (input.uint8(3) & Flag.RESERVED) !== 0 ? 'unknown header flags set' : null
}

/**
 * Skips a member's header, whose first bytes are valid. Returns `'end'` when the file ends in it, `'damaged'` when its
 * checksum is wrong.
 */
export function skipGzipHeader(input: CompressedInput): 'end' | 'damaged' | null {
  const header = new HeaderBytes(input)
  if (!input.ensure(FIXED_BYTES)) return 'end'
  const flags = input.uint8(3)
  header.skip(FIXED_BYTES)
  if ((flags & Flag.EXTRA) !== 0) {
    if (!input.ensure(2)) return 'end'
    if (!header.skip(2 + (input.uint8(0) | (input.uint8(1) << 8)))) return 'end'
  }
  if ((flags & Flag.NAME) !== 0 && !header.skipText()) return 'end'
  if ((flags & Flag.COMMENT) !== 0 && !header.skipText()) return 'end'
  if ((flags & Flag.CRC) === 0) return null
  if (!input.ensure(2)) return 'end'
  const isSound = (input.uint8(0) | (input.uint8(1) << 8)) === (header.crc & 0xffff)
  input.take(2)
  return isSound ? null : 'damaged'
}

/** Skips bytes of a header. Methods return false when the file ends before. */
class HeaderBytes {
  readonly #input: CompressedInput
  crc = 0

  constructor(input: CompressedInput) {
    this.#input = input
  }

  skip(count: number): boolean {
    if (!this.#input.ensure(count)) return false
    this.#take(count)
    return true
  }

  /** A text ends with a zero. */
  skipText(): boolean {
    while (this.#input.ensure(1)) {
      const { bytes, from, available } = this.#input
      const end = bytes.indexOf(0, from)
      const isHere = end >= 0 && end < from + available
      this.#take(isHere ? end + 1 - from : available)
      if (isHere) return true
    }
    return false
  }

  #take(count: number): void {
    const { bytes, from } = this.#input
    this.crc = crc32(bytes.subarray(from, from + count), this.crc)
    this.#input.take(count)
  }
}
