import { safeJson } from '../../../safe-json.js'
import type { ByteBuilder } from '../../byte-builder.js'
import type { TextColumn } from '../columns.js'
import type { IndexField } from '../field.js'
import { INDEX_FIELDS } from '../index-fields.js'
import type { RowBatch } from '../row-batch.js'
import { numbers, type PutCell, places, putAddressOf, putTimeOf, texts } from './cells.js'
import type { IndexFormat } from './index-format.js'
import { putByte, putShort, putUtf8 } from './put.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const KEYS = INDEX_FIELDS.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
const LINE_END = Buffer.from('}\n')
const IS_OPTIONAL = INDEX_FIELDS.map(({ isOptional }) => isOptional === true)
const CELLS = INDEX_FIELDS.map(cellOf)

/** One object of JSON for each record, in a line. */
export class JsonLinesIndex implements IndexFormat {
  begin(): void {}

  write(batch: RowBatch, out: ByteBuilder): void {
    for (let row = 0; row < batch.rows; row++) {
      for (let i = 0; i < CELLS.length; i++) {
        if (IS_OPTIONAL[i] && texts(batch.columns, i).isNull[row] === 1) continue
        const key = KEYS[i]!
        putShort(key, 0, key.length, out)
        CELLS[i]!(batch, row, out)
      }
      putShort(LINE_END, 0, LINE_END.length, out)
    }
  }

  finish(): void {}
}

// A function for each field: each of them meets one kind of column.
function cellOf(field: IndexField, i: number): PutCell {
  switch (field.form) {
    case 'number':
      return field.kind === 'boolean'
        ? ({ columns }, row, out) => out.putText(numbers(columns, i)[row] === 1 ? 'true' : 'false')
        : ({ columns }, row, out) => out.putInteger(numbers(columns, i)[row]!)
    case 'word': {
      const words = field.words.map((word) => Buffer.from(JSON.stringify(word)))
      return ({ columns }, row, out) => {
        const json = words[places(columns, i)[row]!]!
        putShort(json, 0, json.length, out)
      }
    }
    case 'time':
      return putTimeOf(i)
    case 'address': {
      const putText = putAddressOf(i)
      return (batch, row, out) => {
        putByte(QUOTE, out)
        putText(batch, row, out)
        putByte(QUOTE, out)
      }
    }
    case 'list':
      return ({ columns }, row, out) => putList(texts(columns, i), row, out)
    default:
      return ({ columns }, row, out) => putText(texts(columns, i), row, out)
  }
}

function putList(column: TextColumn, row: number, out: ByteBuilder): void {
  const from = column.start(row)
  const to = column.ends[row]!
  if (from === to) out.putText('[]')
  else putShort(column.bytes, from, to, out)
}

function putText(column: TextColumn, row: number, out: ByteBuilder): void {
  const from = column.start(row)
  const to = column.ends[row]!
  if (column.isNull[row] === 1) {
    out.putText('null')
  } else if (isPlain(column.bytes, from, to)) {
    putByte(QUOTE, out)
    putShort(column.bytes, from, to, out)
    putByte(QUOTE, out)
  } else {
    putUtf8(safeJson(column.text(row)), out)
  }
}

// True for text that stands in JSON as it is.
function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) return false
  }
  return true
}
