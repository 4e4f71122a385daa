import { safeJson } from '../../../safe-json.js'
import type { ByteBuilder } from '../../byte-builder.js'
import type { TextColumn } from '../columns.js'
import type { IndexField } from '../field.js'
import { INDEX_FIELDS } from '../index-fields.js'
import type { RowBatch } from '../row-batch.js'
import { RowFlag } from '../row-writer.js'
import type { IndexFormat } from './index-format.js'
import { putAddress, putByte, putSeconds, putShort, putUtf8 } from './put.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const KEYS = INDEX_FIELDS.map(({ name }, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`))
const LINE_END = Buffer.from('}\n')
/** The JSON of the words of each field. */
const WORDS = INDEX_FIELDS.map((field) =>
  field.form === 'word' ? field.words.map((word) => Buffer.from(JSON.stringify(word))) : [],
)

/** One object of JSON for each record, in a line. */
export class JsonLinesIndex implements IndexFormat {
  begin(): void {}

  write(batch: RowBatch, out: ByteBuilder): void {
    for (let row = 0; row < batch.rows; row++) {
      for (let i = 0; i < INDEX_FIELDS.length; i++) putField(batch, row, i, out)
      putShort(LINE_END, 0, LINE_END.length, out)
    }
  }

  finish(): void {}
}

function putField({ columns, flags }: RowBatch, row: number, i: number, out: ByteBuilder): void {
  const field = INDEX_FIELDS[i]!
  const column = columns[i]!
  const key = KEYS[i]!
  if (column.form === 'text' && field.isOptional && column.isNull[row] === 1) return
  putShort(key, 0, key.length, out)
  switch (column.form) {
    case 'number':
      putNumber(field, column.values[row]!, out)
      break
    case 'word': {
      const json = WORDS[i]![column.values[row]!]!
      putShort(json, 0, json.length, out)
      break
    }
    case 'time':
      putSeconds(column.sec[row]!, column.nsec[row]!, (flags[row]! & RowFlag.NANOSECOND) !== 0, out)
      break
    case 'address':
      putByte(QUOTE, out)
      putAddress(column.words, 4 * row, (flags[row]! & RowFlag.IPV6) !== 0, out)
      putByte(QUOTE, out)
      break
    case 'text':
      if (field.form === 'list') putList(column, row, out)
      else putText(column, row, out)
  }
}

function putNumber({ kind }: IndexField, value: number, out: ByteBuilder): void {
  if (kind === 'boolean') out.putText(value === 1 ? 'true' : 'false')
  else out.putInteger(value)
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
