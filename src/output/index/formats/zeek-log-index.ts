import type { ByteBuilder } from '../../byte-builder.js'
import type { TextColumn } from '../columns.js'
import type { FieldKind, IndexField } from '../field.js'
import { INDEX_FIELDS } from '../index-fields.js'
import type { RowBatch } from '../row-batch.js'
import type { IndexFormat } from './index-format.js'
import { putShort, putUtf8 } from './put.js'
import { TextTable } from './text-table.js'

const UNSET = '-'
const EMPTY = '(empty)'
const TAB = 0x09
const DASH = 0x2d

const ZEEK_TYPES: Readonly<Record<FieldKind, string>> = {
  time: 'time',
  interval: 'interval',
  word: 'enum',
  address: 'addr',
  text: 'string',
  port: 'port',
  count: 'count',
  boolean: 'bool',
  gaps: 'vector[string]',
  texts: 'vector[string]',
  ports: 'vector[count]',
}

const HEADER = [
  '#separator \\x09',
  '#set_separator\t,',
  `#empty_field\t${EMPTY}`,
  `#unset_field\t${UNSET}`,
  '#path\tconn',
  `#fields\t${INDEX_FIELDS.map(({ name }) => name).join('\t')}`,
  `#types\t${INDEX_FIELDS.map(({ kind }) => ZEEK_TYPES[kind]).join('\t')}`,
]

const TABLE = new TextTable({ separator: TAB, yes: 'T', no: 'F', word: fieldText, putText })

/**
 * Zeek's tab-separated `conn.log` (Log::WRITER_ASCII), without the lines `#open` and `#close` that tell the time of
 * the run. A gap is `offset:length`. What would be read as something else is escaped as `\xNN`, as Zeek does.
 */
export class ZeekLogIndex implements IndexFormat {
  begin(out: ByteBuilder): void {
    out.putText(`${HEADER.join('\n')}\n`)
  }

  write(batch: RowBatch, out: ByteBuilder): void {
    TABLE.write(batch, out)
  }

  finish(): void {}
}

function putText(field: IndexField, column: TextColumn, row: number, out: ByteBuilder): void {
  const from = column.start(row)
  const to = column.ends[row]!
  if (field.form === 'list') putList(field.kind, column, row, out)
  else if (column.isNull[row] === 1) out.putText(UNSET)
  else if (field.kind === 'word' || isPlain(column.bytes, from, to)) putShort(column.bytes, from, to, out)
  else putUtf8(fieldText(column.text(row)), out)
}

// True for text that stands in the file as it is, and that a whole field is not taken for.
function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to || bytes[from] === DASH || bytes[from] === EMPTY.charCodeAt(0)) return false
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte < 0x20 || byte === 0x5c || byte > 0x7e) return false
  }
  return true
}

function putList(kind: FieldKind, column: TextColumn, row: number, out: ByteBuilder): void {
  if (column.start(row) === column.ends[row]) {
    out.putText(EMPTY)
    return
  }
  const items: unknown[] = JSON.parse(column.text(row))
  const shown =
    kind === 'gaps' ? (items as { offset: number; length: number }[]).map(gapText) : items.map(String)
  putUtf8(shown.map((item) => fieldText(item).replaceAll(',', escaped)).join(','), out)
}

function gapText({ offset, length }: { offset: number; length: number }): string {
  return `${offset}:${length}`
}

function fieldText(text: string): string {
  if (text === '') return EMPTY
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const safe = text.replace(/[\x00-\x1f\x7f\\]/g, escaped)
  return text === UNSET || text === EMPTY ? escaped(text) + safe.slice(1) : safe
}

// The first character, which is ASCII.
function escaped(text: string): string {
  return `\\x${text.charCodeAt(0).toString(16).padStart(2, '0')}`
}
