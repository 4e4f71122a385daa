import { INDEX_FIELDS } from './index-fields.js'

const INITIAL_TEXT_BYTES = 1024

/** Numbers, one for each row. */
export interface NumberColumn {
  readonly form: 'number'
  readonly values: Float64Array
}

/** Words, each by its place among those of the field. */
export interface WordColumn {
  readonly form: 'word'
  readonly values: Uint8Array
}

/** Seconds and nanoseconds that are added to them. */
export interface TimeColumn {
  readonly form: 'time'
  readonly sec: Float64Array
  readonly nsec: Uint32Array
}

/** Four words for each row; of an IPv4 address the first counts. */
export interface AddressColumn {
  readonly form: 'address'
  readonly words: Uint32Array
}

/** UTF-8: that of row i is `bytes[ends[i - 1], ends[i])`. Lists are JSON, and empty where they are. */
export class TextColumn {
  readonly form = 'text'
  bytes = Buffer.allocUnsafe(INITIAL_TEXT_BYTES)
  readonly ends: Uint32Array
  /** 1: the text of the row is null. */
  readonly isNull: Uint8Array

  constructor(rows: number) {
    this.ends = new Uint32Array(rows)
    this.isNull = new Uint8Array(rows)
  }

  /** Where the text of a row begins. */
  start(row: number): number {
    return row === 0 ? 0 : this.ends[row - 1]!
  }

  /** Sets the text of the row behind those that have one. */
  set(row: number, bytes: Uint8Array, from: number, to: number): void {
    const start = this.start(row)
    const end = start + to - from
    if (end > this.bytes.length) this.#grow(end)
    const target = this.bytes
    for (let i = from, at = start; i < to; i++, at++) target[at] = bytes[i]!
    this.ends[row] = end
    this.isNull[row] = 0
  }

  setNull(row: number): void {
    this.ends[row] = this.start(row)
    this.isNull[row] = 1
  }

  /** The text of a row. */
  text(row: number): string {
    return this.bytes.toString('utf8', this.start(row), this.ends[row])
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, needed))
    this.bytes.copy(larger)
    this.bytes = larger
  }
}

export type Column = NumberColumn | WordColumn | TimeColumn | AddressColumn | TextColumn

/** A column for each field of the index, in their order. */
export function makeColumns(rows: number): readonly Column[] {
  return INDEX_FIELDS.map(({ form }) => {
    switch (form) {
      case 'number':
        return { form, values: new Float64Array(rows) }
      case 'word':
        return { form, values: new Uint8Array(rows) }
      case 'time':
        return { form, sec: new Float64Array(rows), nsec: new Uint32Array(rows) }
      case 'address':
        return { form, words: new Uint32Array(4 * rows) }
      default:
        return new TextColumn(rows)
    }
  })
}
