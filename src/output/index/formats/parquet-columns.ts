import { ByteBuilder } from '../../byte-builder.js'
import type { ColumnData, Values } from '../../parquet/column-values.js'
import { secondsText } from '../../time-text.js'
import type { AddressColumn, TextColumn, TimeColumn } from '../columns.js'
import type { FieldKind, IndexField } from '../field.js'
import type { RowBatch } from '../row-batch.js'
import { RowFlag } from '../row-writer.js'
import { putAddress } from './put.js'

/** Seconds that a count of nanoseconds in 64 bits surely holds: to the year 2262, and from the year 1677. */
const MAX_SEC = 9_223_372_035
/** Columns whose least and greatest value a row group tells, so that readers can pass over it. */
const WITH_RANGE: ReadonlySet<FieldKind> = new Set(['time', 'interval', 'address', 'port', 'count'])
const NSEC_PER_SEC = 1e9

/** The columns of a Parquet file for a field of a batch: one, or of a list of structures one for each of their fields. */
export function columnsOf(field: IndexField, { columns, flags, rows }: RowBatch, i: number): ColumnData[] {
  const column = columns[i]!
  const hasRange = WITH_RANGE.has(field.kind)
  const plain = (values: Values): ColumnData[] => [{ values, count: rows, hasRange }]
  switch (column.form) {
    case 'number':
      if (field.kind === 'boolean')
        return plain({ type: 'boolean', values: Uint8Array.from(column.values.subarray(0, rows)) })
      return plain({ type: field.kind === 'port' ? 'int32' : 'int64', values: column.values })
    case 'word':
      return plain({ type: 'words', places: column.values, words: field.form === 'word' ? field.words : [] })
    case 'time':
      return field.kind === 'time' ? [timesOf(column, rows)] : plain(secondsOf(column, rows))
    case 'address':
      return plain(addressesOf(column, flags, rows))
    case 'text':
      if (field.form === 'list') return listsOf(field.kind, column, rows)
      return field.isNullable ? [nullableTexts(column, rows)] : plain({ type: 'text', texts: column })
  }
}

function timesOf({ sec, nsec }: TimeColumn, rows: number): ColumnData {
  const definition = new Uint8Array(rows)
  const kept = { sec: new Float64Array(rows), nsec: new Uint32Array(rows) }
  let count = 0
  for (let row = 0; row < rows; row++) {
    if (Math.abs(sec[row]!) > MAX_SEC) continue
    definition[row] = 1
    kept.sec[count] = sec[row]!
    kept.nsec[count] = nsec[row]!
    count += 1
  }
  return { values: { type: 'nanoseconds', ...kept }, count, definition, hasRange: true }
}

// The numbers nearest to the decimals.
function secondsOf({ sec, nsec }: TimeColumn, rows: number): Values {
  const values = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const exact = sec[row]! * NSEC_PER_SEC + nsec[row]!
    values[row] = Number.isSafeInteger(exact)
      ? exact / NSEC_PER_SEC
      : Number(secondsText(sec[row]!, nsec[row]!, true))
  }
  return { type: 'double', values }
}

function addressesOf({ words }: AddressColumn, flags: Uint8Array, rows: number): Values {
  const text = new ByteBuilder()
  const ends = new Uint32Array(rows)
  for (let row = 0; row < rows; row++) {
    putAddress(words, 4 * row, (flags[row]! & RowFlag.IPV6) !== 0, text)
    ends[row] = text.length
  }
  return { type: 'text', texts: { bytes: text.bytes, ends } }
}

// Nulls have no bytes: the ends of the others stand one behind the other.
function nullableTexts({ bytes, ends, isNull }: TextColumn, rows: number): ColumnData {
  const definition = new Uint8Array(rows)
  const kept = new Uint32Array(rows)
  let count = 0
  for (let row = 0; row < rows; row++) {
    if (isNull[row] === 1) continue
    definition[row] = 1
    kept[count] = ends[row]!
    count += 1
  }
  return { values: { type: 'text', texts: { bytes, ends: kept } }, count, definition, hasRange: false }
}

function listsOf(kind: FieldKind, column: TextColumn, rows: number): ColumnData[] {
  if (column.ends[rows - 1] === 0) {
    const none = new Uint8Array(rows)
    const shape = { count: 0, repetition: none, definition: none, levels: rows, hasRange: false }
    return valuesOf(kind, []).map((values) => ({ values, ...shape }))
  }
  const repetition: number[] = []
  const definition: number[] = []
  const items: unknown[] = []
  for (let row = 0; row < rows; row++) {
    const isEmpty = column.start(row) === column.ends[row]
    const list: unknown[] = isEmpty ? [] : JSON.parse(column.text(row))
    for (const [i, item] of list.entries()) {
      repetition.push(i === 0 ? 0 : 1)
      definition.push(1)
      items.push(item)
    }
    if (list.length > 0) continue
    repetition.push(0)
    definition.push(0)
  }
  const shape = {
    count: items.length,
    repetition: Uint8Array.from(repetition),
    definition: Uint8Array.from(definition),
    levels: definition.length,
    hasRange: false,
  }
  return valuesOf(kind, items).map((values) => ({ values, ...shape }))
}

function valuesOf(kind: FieldKind, items: readonly unknown[]): Values[] {
  if (kind === 'gaps') {
    const gaps = items as readonly { offset: number; length: number }[]
    return [gaps.map(({ offset }) => offset), gaps.map(({ length }) => length)].map((values) => ({
      type: 'int64',
      values: Float64Array.from(values),
    }))
  }
  if (kind === 'ports') return [{ type: 'int32', values: Float64Array.from(items as readonly number[]) }]
  const text = new ByteBuilder()
  const ends = Uint32Array.from(items as readonly string[], (item) => {
    const bytes = Buffer.from(item)
    text.putBytes(bytes, 0, bytes.length)
    return text.length
  })
  return [{ type: 'text', texts: { bytes: text.bytes, ends } }]
}
