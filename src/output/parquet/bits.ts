import type { ByteBuilder } from '../byte-builder.js'
import { putVarint } from './thrift-writer.js'

const GROUP = 8
const TWO_24 = 2 ** 24

/** Integers at least 0. */
export type Integers = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** Bits that a number from 0 to 2^53 - 1 takes. */
export function bitsOf(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32))
}

/**
 * Appends `values[from, to)` in `width` bits each, the lowest bits first. What is missing of `count` values is 0, as is what
 * is missing of the last byte.
 */
export function putBits(
  values: Integers,
  from: number,
  to: number,
  count: number,
  width: number,
  out: ByteBuilder,
): void {
  const bytes = Math.ceil((count * width) / 8)
  out.reserve(bytes)
  const target = out.bytes
  const end = out.length + bytes
  let at = out.length
  let gathered = 0 // fewer than 8 bits between two parts
  let bits = 0
  for (let i = from; i < to; i++) {
    let rest = values[i]!
    for (let left = width; left > 0; left -= 24) {
      const part = left > 24 ? rest % TWO_24 : rest
      gathered |= part << bits
      bits += Math.min(left, 24)
      for (; bits >= 8; bits -= 8) {
        target[at++] = gathered
        gathered >>>= 8
      }
      if (left > 24) rest = Math.floor(rest / TWO_24)
    }
  }
  if (bits > 0) target[at++] = gathered
  while (at < end) target[at++] = 0
  out.length = end
}

/**
 * Appends the first `count` values of `width` bits in the hybrid of runs and packed bits, without its length.
 *
 * Source: parquet-format, Encodings.md, RLE.
 */
export function putHybrid(values: Integers, count: number, width: number, out: ByteBuilder): void {
  let packedFrom = 0
  for (let at = 0; at < count; ) {
    let end = at + 1
    while (end < count && values[end] === values[at]) end += 1
    if (end - at < GROUP) {
      at += GROUP // packed values come in whole groups
      continue
    }
    putPacked(values, packedFrom, at, width, out)
    putRun(values[at]!, end - at, width, out)
    packedFrom = end
    at = end
  }
  putPacked(values, packedFrom, count, width, out)
}

function putPacked(values: Integers, from: number, to: number, width: number, out: ByteBuilder): void {
  if (from === to) return
  const groups = Math.ceil((to - from) / GROUP)
  putVarint(groups * 2 + 1, out)
  putBits(values, from, to, groups * GROUP, width, out)
}

function putRun(value: number, count: number, width: number, out: ByteBuilder): void {
  putVarint(count * 2, out)
  out.reserve(4)
  for (let left = width, rest = value; left > 0; left -= 8, rest >>>= 8) out.bytes[out.length++] = rest
}
