/**
 * Columns grow rarely and by a large factor. Untouched rows take no physical memory, but each copy keeps the old rows in
 * memory until the garbage collector runs.
 */
const GROWTH = 16

type Column = Int32Array | Uint32Array | Float64Array | Uint8Array | Uint16Array

/** New number of rows for columns that have `rows` rows and need `needed`. */
export function grownRows(rows: number, needed: number): number {
  return Math.max(rows * GROWTH, needed)
}

/** A copy of `column` with `length` elements, the new ones 0. */
export function grown<T extends Column>(column: T, length: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length)
  longer.set(column)
  return longer
}
