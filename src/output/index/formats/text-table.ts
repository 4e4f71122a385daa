import type { ByteBuilder } from '../../byte-builder.js'
import type { TextColumn } from '../columns.js'
import type { IndexField } from '../field.js'
import { INDEX_FIELDS } from '../index-fields.js'
import type { RowBatch } from '../row-batch.js'
import { numbers, type PutCell, places, putAddressOf, putTimeOf, texts } from './cells.js'
import { putByte } from './put.js'

const LINE_FEED = 0x0a

/** How a table shows what is no number, time or address. */
export interface TableStyle {
  /** Byte between two cells. */
  readonly separator: number
  readonly yes: string
  readonly no: string
  /** One of the words that a field may have. */
  word(text: string): string
  /** Appends a text or a list. */
  putText(field: IndexField, column: TextColumn, row: number, out: ByteBuilder): void
}

/** A line for each record, with a cell for each field. */
export class TextTable {
  readonly #separator: number
  readonly #cells: readonly PutCell[]

  constructor(style: TableStyle) {
    this.#separator = style.separator
    this.#cells = INDEX_FIELDS.map((field, i) => cellOf(style, field, i))
  }

  write(batch: RowBatch, out: ByteBuilder): void {
    const cells = this.#cells
    const last = cells.length - 1
    for (let row = 0; row < batch.rows; row++) {
      for (let i = 0; i <= last; i++) {
        cells[i]!(batch, row, out)
        putByte(i === last ? LINE_FEED : this.#separator, out)
      }
    }
  }
}

// A function for each field: each of them meets one kind of column.
function cellOf(style: TableStyle, field: IndexField, i: number): PutCell {
  const { yes, no } = style
  switch (field.form) {
    case 'number':
      return field.kind === 'boolean'
        ? ({ columns }, row, out) => out.putText(numbers(columns, i)[row] === 1 ? yes : no)
        : ({ columns }, row, out) => out.putInteger(numbers(columns, i)[row]!)
    case 'word': {
      const words = field.words.map((word) => style.word(word))
      return ({ columns }, row, out) => out.putText(words[places(columns, i)[row]!]!)
    }
    case 'time':
      return putTimeOf(i)
    case 'address':
      return putAddressOf(i)
    default:
      return ({ columns }, row, out) => style.putText(field, texts(columns, i), row, out)
  }
}
