import { ADDRESS_WORDS, ConnectionFlag } from '../../flow/connection-table.js'
import type { SplitSeconds } from '../time-text.js'
import type { FinishedConnection } from './finished-connection.js'
import { INDEX_FIELDS } from './index-fields.js'

const INITIAL_BYTES = 4096
/** A number takes at most so many bytes. */
const MAX_NUMBER_BYTES = 8
const NSEC_PER_SEC = 1e9
const NSEC_PER_USEC = 1000
const TWO_32 = 2 ** 32

/** Bits of the first byte of a row. */
export const RowFlag = {
  IPV6: ConnectionFlag.IPV6,
  NANOSECOND: ConnectionFlag.NANOSECOND,
} as const

/**
 * Writes rows of the index as workers hand them over: the bits of {@link RowFlag}, then every field but the uid, in the order
 * of the table, with nothing between them.
 *
 * - A number is in groups of seven bits, the lowest first; all but the last have the highest bit set.
 * - A word is a byte. A text is a number, 0 for null, otherwise its bytes plus 1, and its UTF-8.
 * - A list is a text, empty for the empty list.
 * - A time has its whole seconds (f64) and nanoseconds that are to be added (u32), little-endian.
 * - An address has one word, or four with `RowFlag.IPV6`, big-endian.
 */
export class RowWriter {
  /** The row is `bytes[0, length)`. Growing replaces the buffer. */
  bytes = Buffer.allocUnsafe(INITIAL_BYTES)
  length = 0
  readonly #split: SplitSeconds = { isNegative: false, whole: 0, fraction: 0 }

  /** Writes the row of a connection in the place of the one before. */
  write(from: FinishedConnection): void {
    this.length = 0
    const flags = from.table.flags[from.connection]! & (RowFlag.IPV6 | RowFlag.NANOSECOND)
    this.bytes[this.length++] = flags
    for (const field of INDEX_FIELDS) {
      switch (field.form) {
        case 'number':
          this.#reserve(MAX_NUMBER_BYTES)
          this.#putNumber(field.of(from))
          break
        case 'word':
          this.#reserve(1)
          this.bytes[this.length++] = field.of(from)
          break
        case 'text':
          this.#putText(field.of(from))
          break
        case 'list': {
          const json = field.of(from)
          this.#putText(json === '[]' ? '' : json)
          break
        }
        case 'time':
          field.set(from, this.#split)
          this.#putTime(this.#split, (flags & RowFlag.NANOSECOND) === 0 ? NSEC_PER_USEC : 1)
          break
        case 'address':
          this.#putAddress(
            from.table.address,
            field.at(from),
            (flags & RowFlag.IPV6) === 0 ? 1 : ADDRESS_WORDS / 2,
          )
          break
      }
    }
  }

  #putNumber(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80
      rest = rest < TWO_32 ? rest >>> 7 : Math.floor(rest / 0x80)
    }
    this.bytes[this.length++] = rest
  }

  #putText(text: string | null): void {
    if (text === null) {
      this.#reserve(1)
      this.bytes[this.length++] = 0
      return
    }
    this.#reserve(MAX_NUMBER_BYTES + 3 * text.length)
    const isPlain = isAscii(text)
    this.#putNumber((isPlain ? text.length : Buffer.byteLength(text)) + 1)
    if (!isPlain) {
      this.length += this.bytes.write(text, this.length)
      return
    }
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i)
  }

  #putTime({ isNegative, whole, fraction }: SplitSeconds, nsecPerUnit: number): void {
    this.#reserve(12)
    const nsec = fraction * nsecPerUnit
    const isBelow = isNegative && nsec > 0 // the nanoseconds are added
    this.bytes.writeDoubleLE(isNegative ? -whole - (isBelow ? 1 : 0) : whole, this.length)
    this.bytes.writeUInt32LE(isBelow ? NSEC_PER_SEC - nsec : nsec, this.length + 8)
    this.length += 12
  }

  #putAddress(words: Uint32Array, at: number, count: number): void {
    this.#reserve(16)
    for (let i = 0; i < count; i++) this.length = this.bytes.writeUInt32BE(words[at + i]!, this.length)
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.length + count))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}
