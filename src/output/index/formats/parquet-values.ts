import { addressText } from '../../ip-text.js'
import { secondsText } from '../../time-text.js'
import type { IndexField } from '../field.js'
import type { RowBatch } from '../row-batch.js'
import { RowFlag } from '../row-writer.js'

const NSEC_PER_SEC = 1_000_000_000n
/** Seconds that a count of nanoseconds in 64 bits surely holds: to the year 2262. */
const MAX_SEC = 9_223_372_035
const NO_ITEMS: readonly never[] = []

/** The values of a column as `hyparquet-writer` takes them. */
export function valuesOf(field: IndexField, { columns, flags, rows }: RowBatch, i: number): unknown[] {
  const column = columns[i]!
  const values: unknown[] = []
  for (let row = 0; row < rows; row++) {
    switch (column.form) {
      case 'number': {
        const value = column.values[row]!
        values.push(field.kind === 'boolean' ? value === 1 : field.kind === 'count' ? BigInt(value) : value)
        break
      }
      case 'word':
        values.push(field.form === 'word' ? field.words[column.values[row]!] : null)
        break
      case 'time':
        values.push(
          field.kind === 'interval'
            ? secondsOf(column.sec[row]!, column.nsec[row]!)
            : nanosecondsOf(column.sec[row]!, column.nsec[row]!),
        )
        break
      case 'address':
        values.push(addressText(column.words, 4 * row, (flags[row]! & RowFlag.IPV6) !== 0))
        break
      case 'text':
        if (field.form === 'list') values.push(listOf(field.kind === 'gaps', column.text(row)))
        else values.push(column.isNull[row] === 1 ? null : column.text(row))
    }
  }
  return values
}

// The number nearest to the decimal text.
function secondsOf(sec: number, nsec: number): number {
  const exact = sec * 1e9 + nsec
  return Number.isSafeInteger(exact) ? exact / 1e9 : Number(secondsText(sec, nsec, true))
}

// Null where 64 bits don't hold it.
function nanosecondsOf(sec: number, nsec: number): bigint | null {
  return sec > MAX_SEC ? null : BigInt(sec) * NSEC_PER_SEC + BigInt(nsec)
}

function listOf(isGaps: boolean, json: string): readonly unknown[] {
  if (json === '') return NO_ITEMS
  const list: readonly unknown[] = JSON.parse(json)
  if (!isGaps) return list
  return (list as readonly { offset: number; length: number }[]).map(({ offset, length }) => ({
    offset: BigInt(offset),
    length: BigInt(length),
  }))
}
