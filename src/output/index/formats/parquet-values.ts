import type { Column } from './columns.js'
import { integerOf, textOf } from './field-splitter.js'

/** Reads the value `bytes[from, to)` of a field as `hyparquet-writer` takes it. */
export type ValueReader = (bytes: Buffer, from: number, to: number) => unknown

const DASH = 0x2d
const DOT = 0x2e
const QUOTE = 0x22
const TRUE = 0x74
const NSEC_DIGITS = 9
const NSEC_PER_SEC = 1_000_000_000n
/** Seconds that a count of nanoseconds in 64 bits surely holds: to the year 2262. */
const MAX_SEC = 9_223_372_035
/** Counts below are made once: most counts are small. */
const SMALL_COUNTS = Array.from({ length: 2048 }, (_, i) => BigInt(i))
const NO_ITEMS: readonly never[] = []

/** The reader for a column. A field that the record lacks is null. */
export function valueReader({ kind }: Column): ValueReader {
  switch (kind) {
    case 'time':
      return nanosecondsOf
    case 'interval':
      return (bytes, from, to) => Number(bytes.toString('latin1', from, to))
    case 'word':
    case 'address':
    case 'text':
      return (bytes, from, to) => (bytes[from] === QUOTE && from < to ? textOf(bytes, from, to) : null)
    case 'port':
      return integerOf
    case 'count':
      return (bytes, from, to) => bigintOf(integerOf(bytes, from, to))
    case 'boolean':
      return (bytes, from) => bytes[from] === TRUE
    case 'texts':
    case 'ports':
      return listOf
    case 'gaps':
      return (bytes, from, to) => gapsOf(listOf(bytes, from, to))
  }
}

// Seconds with 6 or 9 decimals; null where 64 bits don't hold their nanoseconds.
function nanosecondsOf(bytes: Buffer, from: number, to: number): bigint | null {
  const isNegative = bytes[from] === DASH
  if (isNegative) from += 1
  const dot = bytes.indexOf(DOT, from)
  const sec = integerOf(bytes, from, dot)
  if (sec > MAX_SEC) return null
  const nsec = integerOf(bytes, dot + 1, to) * 10 ** (NSEC_DIGITS - (to - dot - 1))
  const nanoseconds = BigInt(sec) * NSEC_PER_SEC + BigInt(nsec)
  return isNegative ? -nanoseconds : nanoseconds
}

function bigintOf(value: number): bigint {
  return SMALL_COUNTS[value] ?? BigInt(value)
}

function listOf(bytes: Buffer, from: number, to: number): readonly unknown[] {
  return to - from === 2 ? NO_ITEMS : JSON.parse(bytes.toString('utf8', from, to))
}

function gapsOf(list: readonly unknown[]) {
  if (list.length === 0) return NO_ITEMS
  return (list as readonly { offset: number; length: number }[]).map(({ offset, length }) => ({
    offset: BigInt(offset),
    length: BigInt(length),
  }))
}
