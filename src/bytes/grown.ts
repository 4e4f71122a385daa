/**
 * Columns grow seldom and by much. Rows that nobody has touched take no memory of the system, but each copy leaves the
 * old rows in memory until the garbage collector runs.
 */
const GROWTH = 16

type Column = Int32Array | Uint32Array | Float64Array | Uint8Array | Uint16Array

/** Rows that columns of `rows` rows get when they need `needed`. */
export function grownRows(rows: number, needed: number): number {
  return Math.max(rows * GROWTH, needed)
}

/** A copy of `column` with `length` elements, the new ones 0. */
export function grown<T extends Column>(column: T, length: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length)
  longer.set(column)
  return longer
}
