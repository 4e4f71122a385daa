import { ADDRESS_WORDS, ConnectionFlag } from '../../flow/connection-table.js'
import type { SplitSeconds } from '../time-text.js'
import type { IndexField } from './field.js'
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

/** Writes a field of a connection. */
type Step = (row: RowWriter, from: FinishedConnection) => void

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
  readonly split: SplitSeconds = { isNegative: false, whole: 0, fraction: 0 }
  #flags = 0

  /** Writes the row of a connection in the place of the one before. */
  write(from: FinishedConnection): void {
    this.length = 0
    this.#flags = from.table.flags[from.connection]! & (RowFlag.IPV6 | RowFlag.NANOSECOND)
    this.putByte(this.#flags)
    for (let i = 0; i < STEPS.length; i++) STEPS[i]!(this, from)
  }

  putByte(byte: number): void {
    this.#reserve(1)
    this.bytes[this.length++] = byte
  }

  putNumber(value: number): void {
    this.#reserve(MAX_NUMBER_BYTES)
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80
      rest = rest < TWO_32 ? rest >>> 7 : Math.floor(rest / 0x80)
    }
    this.bytes[this.length++] = rest
  }

  putText(text: string | null): void {
    if (text === null) {
      this.putByte(0)
      return
    }
    const isPlain = isAscii(text)
    this.putNumber((isPlain ? text.length : Buffer.byteLength(text)) + 1)
    this.#reserve(3 * text.length)
    if (!isPlain) {
      this.length += this.bytes.write(text, this.length)
      return
    }
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i)
  }

  /** A text that is `bytes[from, from + length)`. */
  putBytes(bytes: Uint8Array, from: number, length: number): void {
    this.putNumber(length + 1)
    this.#reserve(length)
    for (let i = 0; i < length; i++) this.bytes[this.length++] = bytes[from + i]!
  }

  /** The time in `split`. */
  putTime(): void {
    this.#reserve(12)
    const { isNegative, whole, fraction } = this.split
    const nsec = (this.#flags & RowFlag.NANOSECOND) === 0 ? fraction * NSEC_PER_USEC : fraction
    const isBelow = isNegative && nsec > 0 // the nanoseconds are added
    this.bytes.writeDoubleLE(isNegative ? -whole - (isBelow ? 1 : 0) : whole, this.length)
    this.bytes.writeUInt32LE(isBelow ? NSEC_PER_SEC - nsec : nsec, this.length + 8)
    this.length += 12
  }

  putAddress(words: Uint32Array, at: number): void {
    this.#reserve(16)
    const count = (this.#flags & RowFlag.IPV6) === 0 ? 1 : ADDRESS_WORDS / 2
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

const STEPS: readonly Step[] = INDEX_FIELDS.filter(({ form }) => form !== 'uid').map(stepOf)

function stepOf(field: IndexField): Step {
  switch (field.form) {
    case 'number':
      return (row, from) => row.putNumber(field.of(from))
    case 'word':
      return (row, from) => row.putByte(field.of(from))
    case 'text':
      return (row, from) => row.putText(field.of(from))
    case 'bytes':
      return (row, from) => row.putBytes(field.bytes(from), field.start(from), field.length(from))
    case 'name':
      return (row, from) => row.putNumber(field.ordinal(from))
    case 'list':
      return (row, from) => {
        const json = field.of(from)
        row.putText(json === '[]' ? '' : json)
      }
    case 'time':
      return (row, from) => {
        field.set(from, row.split)
        row.putTime()
      }
    case 'address':
      return (row, from) => row.putAddress(from.table.address, field.at(from))
    case 'uid':
      return () => {}
  }
}
