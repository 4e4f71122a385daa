import { UID_LENGTH } from '../uid.js'
import {
  type AddressColumn,
  type Column,
  makeColumns,
  type NumberColumn,
  type TextColumn,
  type TimeColumn,
  type WordColumn,
} from './columns.js'
import { INDEX_FIELDS } from './index-fields.js'
import { RowNames } from './row-names.js'
import { RowFlag } from './row-writer.js'

/** Rows of a batch; so many are in a row group of a Parquet file. */
const BATCH_ROWS = 16_384
/** A batch is also full when its rows had so many bytes, which bounds the memory. */
const BATCH_BYTES = 16 * 1024 * 1024

/** The forms of the fields as numbers: the loop over them meets no objects of many shapes. */
const Form = { NUMBER: 0, WORD: 1, TIME: 2, ADDRESS: 3, UID: 4, TEXT: 5, NAME: 6 } as const
const FORM_OF = {
  number: Form.NUMBER,
  word: Form.WORD,
  time: Form.TIME,
  address: Form.ADDRESS,
  uid: Form.UID,
  text: Form.TEXT,
  bytes: Form.TEXT,
  name: Form.NAME,
  list: Form.TEXT,
} as const
const FORMS = Uint8Array.from(INDEX_FIELDS, ({ form }) => FORM_OF[form])
/** How many words there are, of fields that have one of a few. */
const WORDS = INDEX_FIELDS.map((field) => (field.form === 'word' ? field.words.length : 0))

/** Some rows of the index, column by column. */
export class RowBatch {
  // Invariant: rows [0, rows) of all columns are set.
  readonly columns: readonly Column[]
  /** Bits of `RowFlag`, for each row. */
  readonly flags: Uint8Array
  rows = 0
  readonly #names: RowNames
  readonly #mostRows: number
  readonly #mostBytes: number
  #bytes = 0
  #source: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0

  /** @param isUtc Times in names are in UTC. */
  constructor(isUtc: boolean, mostRows = BATCH_ROWS, mostBytes = BATCH_BYTES) {
    this.#mostRows = mostRows
    this.#mostBytes = mostBytes
    this.columns = makeColumns(mostRows)
    this.#names = new RowNames(this.columns, isUtc)
    this.flags = new Uint8Array(mostRows)
  }

  get isFull(): boolean {
    return this.rows === this.#mostRows || this.#bytes >= this.#mostBytes
  }

  clear(): void {
    this.rows = 0
    this.#bytes = 0
  }

  /**
   * Adds a row to a batch that is not full.
   *
   * @param uid   Latin-1 bytes of the row's uid: `uid[uidAt, uidAt + 18)`.
   * @param bytes `bytes[from, to)` is what `RowWriter` has made.
   * @throws Error where that is no row.
   */
  add(uid: Uint8Array, uidAt: number, bytes: Buffer, from: number, to: number): void {
    const row = this.rows
    this.#source = bytes
    this.#at = from
    this.#end = to
    const flags = this.#byte()
    if (flags > (RowFlag.IPV6 | RowFlag.NANOSECOND)) throw noRow()
    this.flags[row] = flags
    let ordinal = 0
    for (let i = 0; i < this.columns.length; i++) {
      switch (FORMS[i]) {
        case Form.NUMBER:
          ;(this.columns[i] as NumberColumn).values[row] = this.#number()
          break
        case Form.WORD: {
          const value = this.#byte()
          if (value >= WORDS[i]!) throw noRow()
          ;(this.columns[i] as WordColumn).values[row] = value
          break
        }
        case Form.TIME:
          this.#takeTime(this.columns[i] as TimeColumn, row)
          break
        case Form.ADDRESS:
          this.#takeAddress(this.columns[i] as AddressColumn, row, (flags & RowFlag.IPV6) === 0 ? 1 : 4)
          break
        case Form.UID:
          ;(this.columns[i] as TextColumn).set(row, uid, uidAt, uidAt + UID_LENGTH)
          break
        case Form.NAME:
          ordinal = this.#number()
          break
        default:
          this.#takeText(this.columns[i] as TextColumn, row)
      }
    }
    if (this.#at !== to) throw noRow()
    this.#names.set(row, ordinal, (flags & RowFlag.IPV6) !== 0)
    this.rows += 1
    this.#bytes += to - from
  }

  #byte(): number {
    this.#require(1)
    return this.#source[this.#at++]!
  }

  #number(): number {
    let value = this.#byte()
    if (value < 0x80) return value
    value -= 0x80
    for (let factor = 0x80; ; factor *= 0x80) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (value > Number.MAX_SAFE_INTEGER) throw noRow()
      if (byte < 0x80) return value
    }
  }

  #takeText(column: TextColumn, row: number): void {
    const length = this.#number() - 1
    if (length < 0) {
      column.setNull(row)
      return
    }
    this.#require(length)
    column.set(row, this.#source, this.#at, this.#at + length)
    this.#at += length
  }

  #takeTime({ sec, nsec }: TimeColumn, row: number): void {
    this.#require(12)
    sec[row] = this.#source.readDoubleLE(this.#at)
    nsec[row] = this.#source.readUInt32LE(this.#at + 8)
    this.#at += 12
  }

  #takeAddress({ words }: AddressColumn, row: number, count: number): void {
    this.#require(4 * count)
    for (let i = 0; i < count; i++) words[4 * row + i] = this.#source.readUInt32BE(this.#at + 4 * i)
    this.#at += 4 * count
  }

  #require(count: number): void {
    if (this.#at + count > this.#end) throw noRow()
  }
}

function noRow(): Error {
  return new Error('bug: bytes that are no row of the index')
}
