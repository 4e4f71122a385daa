type Column = Int32Array | Uint32Array | Float64Array | Uint8Array | Uint16Array

/** A copy of `column` with `length` elements, the new ones 0. */
export function grown<T extends Column>(column: T, length: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length)
  longer.set(column)
  return longer
}
