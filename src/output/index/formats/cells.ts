import type { ByteBuilder } from '../../byte-builder.js'
import type { AddressColumn, Column, NumberColumn, TextColumn, TimeColumn, WordColumn } from '../columns.js'
import type { RowBatch } from '../row-batch.js'
import { RowFlag } from '../row-writer.js'
import { putAddress, putSeconds } from './put.js'

/** Appends the value of a field in a row as text. */
export type PutCell = (batch: RowBatch, row: number, out: ByteBuilder) => void

// The columns of field `i`, whose form is known.

export function numbers(columns: readonly Column[], i: number): Float64Array {
  return (columns[i] as NumberColumn).values
}

/** Of words: their places among those of the field. */
export function places(columns: readonly Column[], i: number): Uint8Array {
  return (columns[i] as WordColumn).values
}

export function texts(columns: readonly Column[], i: number): TextColumn {
  return columns[i] as TextColumn
}

/** Appends a time. */
export function putTimeOf(i: number): PutCell {
  return ({ columns, flags }, row, out) => {
    const { sec, nsec } = columns[i] as TimeColumn
    putSeconds(sec[row]!, nsec[row]!, (flags[row]! & RowFlag.NANOSECOND) !== 0, out)
  }
}

/** Appends an address. */
export function putAddressOf(i: number): PutCell {
  return ({ columns, flags }, row, out) =>
    putAddress((columns[i] as AddressColumn).words, 4 * row, (flags[row]! & RowFlag.IPV6) !== 0, out)
}
