import type { Texts, Values } from './column-values.js'

/** The least and the greatest value, as they stand in statistics; null where there is no order of theirs. */
export interface Range {
  readonly least: Uint8Array
  readonly most: Uint8Array
}

/** @param count Of values, at least 1. */
export function rangeOf(column: Values, count: number): Range | null {
  switch (column.type) {
    case 'int32':
    case 'int64':
    case 'double': {
      let least = column.values[0]!
      let most = least
      for (let i = 1; i < count; i++) {
        const value = column.values[i]!
        if (value < least) least = value
        if (value > most) most = value
      }
      return { least: bytesOf(least, column.type), most: bytesOf(most, column.type) }
    }
    case 'nanoseconds': {
      let least = 0
      let most = 0
      for (let i = 1; i < count; i++) {
        if (compareTimes(column, i, least) < 0) least = i
        if (compareTimes(column, i, most) > 0) most = i
      }
      return { least: timeBytes(column, least), most: timeBytes(column, most) }
    }
    case 'text':
      return rangeOfTexts(column.texts, count)
    default:
      return null
  }
}

type Times = Extract<Values, { type: 'nanoseconds' }>

function compareTimes({ sec, nsec }: Times, a: number, b: number): number {
  return sec[a]! - sec[b]! || nsec[a]! - nsec[b]!
}

function timeBytes({ sec, nsec }: Times, row: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(sec[row]!) * 1_000_000_000n + BigInt(nsec[row]!))
  return bytes
}

function bytesOf(value: number, type: 'int32' | 'int64' | 'double'): Uint8Array {
  const bytes = Buffer.alloc(type === 'int32' ? 4 : 8)
  if (type === 'int32') bytes.writeInt32LE(value)
  else if (type === 'int64') bytes.writeBigInt64LE(BigInt(value))
  else bytes.writeDoubleLE(value)
  return bytes
}

function rangeOfTexts({ bytes, ends }: Texts, count: number): Range {
  let [least, leastTo, most, mostTo] = [0, ends[0]!, 0, ends[0]!]
  for (let i = 1; i < count; i++) {
    const from = ends[i - 1]!
    const to = ends[i]!
    if (compareTexts(bytes, from, to, least, leastTo) < 0) {
      least = from
      leastTo = to
    } else if (compareTexts(bytes, from, to, most, mostTo) > 0) {
      most = from
      mostTo = to
    }
  }
  const textOf = (from: number, to: number) => Uint8Array.from(bytes.subarray(from, to)) // owned copy
  return { least: textOf(least, leastTo), most: textOf(most, mostTo) }
}

function compareTexts(bytes: Uint8Array, a: number, aTo: number, b: number, bTo: number): number {
  const length = Math.min(aTo - a, bTo - b)
  for (let i = 0; i < length; i++) {
    const difference = bytes[a + i]! - bytes[b + i]!
    if (difference !== 0) return difference
  }
  return aTo - a - (bTo - b)
}
