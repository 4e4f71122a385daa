import type { ByteBuilder } from '../../byte-builder.js'
import type { TextColumn } from '../columns.js'
import type { IndexField } from '../field.js'
import { INDEX_FIELDS } from '../index-fields.js'
import type { RowBatch } from '../row-batch.js'
import type { IndexFormat } from './index-format.js'
import { putShort, putUtf8 } from './put.js'
import { TextTable } from './text-table.js'

const COMMA = 0x2c
const HEADER = `${INDEX_FIELDS.map(({ name }) => name).join(',')}\n`
/** A spreadsheet takes a cell that begins with one of these for a formula; some also accept the full-width forms. */
const FORMULA = /^[=+\-@\uff1d\uff0b\uff0d\uff20]/
/** Control characters, line separators, format characters (bidi overrides among them) and lone surrogates. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const TABLE = new TextTable({ separator: COMMA, yes: 'true', no: 'false', word: shownText, putText })

/**
 * Comma-separated values with a header line (RFC 4180, with lines that end in a line feed alone). Lists stand as JSON.
 * A null is an empty field, an empty text is `""`.
 *
 * Names of inputs come from others, and spreadsheets run what looks like a formula: a text that begins as one does gets
 * a `'` before it, and controls stand as `\x0a` or `\u202e`. Numbers are never touched.
 */
export class CsvIndex implements IndexFormat {
  begin(out: ByteBuilder): void {
    out.putText(HEADER)
  }

  write(batch: RowBatch, out: ByteBuilder): void {
    TABLE.write(batch, out)
  }

  finish(): void {}
}

function putText({ form, kind }: IndexField, column: TextColumn, row: number, out: ByteBuilder): void {
  const from = column.start(row)
  const to = column.ends[row]!
  if (form === 'list') {
    if (from === to) out.putText('[]')
    else putUtf8(quoted(column.text(row)), out)
  } else if (kind === 'word' || isPlain(column.bytes, from, to)) {
    putShort(column.bytes, from, to, out)
  } else if (column.isNull[row] === 0) {
    putUtf8(quoted(safeText(column.text(row))), out)
  }
}

// True for text that stands in the file as it is. An empty text is none.
function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from]
  if (first === 0x3d || first === 0x2b || first === 0x2d || first === 0x40) return false // = + - @
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte === COMMA || byte === 0x22 || byte === 0x5c || byte < 0x20 || byte > 0x7e) return false
  }
  return from < to
}

function shownText(text: string): string {
  const bytes = Buffer.from(text)
  return isPlain(bytes, 0, bytes.length) ? text : quoted(safeText(text))
}

function safeText(text: string): string {
  const shown = text.replace(CONTROLS, (character) => {
    const code = character.codePointAt(0)!
    if (code > 0xffff) return `\\u{${code.toString(16)}}`
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\x${code.toString(16).padStart(2, '0')}`
  })
  return FORMULA.test(shown) ? `'${shown}` : shown
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
