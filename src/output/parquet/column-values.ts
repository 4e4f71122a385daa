/** UTF-8 texts: text i is `bytes[ends[i - 1], ends[i])`. */
export interface Texts {
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
}

/** The values of a column that are not null. */
export type Values =
  | { readonly type: 'boolean'; readonly values: Uint8Array }
  /** Whole numbers from 0 to 2^31 - 1, or to 2^53 - 1. */
  | { readonly type: 'int32' | 'int64'; readonly values: Float64Array }
  | { readonly type: 'double'; readonly values: Float64Array }
  /** Counts of nanoseconds that 64 bits hold. */
  | { readonly type: 'nanoseconds'; readonly sec: Float64Array; readonly nsec: Uint32Array }
  | { readonly type: 'text'; readonly texts: Texts }
  /** Texts by their place among `words`, of which there are at most 256. */
  | { readonly type: 'words'; readonly places: Uint8Array; readonly words: readonly string[] }

/** A column of a row group. */
export interface ColumnData {
  readonly values: Values
  /** Number of values. */
  readonly count: number
  /** Of a column that may be null: for each row 1, or 0 for null. Of a list: see `repetition`. */
  readonly definition?: Uint8Array
  /** Of a list, for each element or empty list: 0 for the first of a row, otherwise 1; `definition` is 0 for an empty list. */
  readonly repetition?: Uint8Array
  /** Number of levels. */
  readonly levels?: number
  /** Tell the least and the greatest value. */
  readonly hasRange: boolean
}
