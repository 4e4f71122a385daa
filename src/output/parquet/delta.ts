import type { ByteBuilder } from '../byte-builder.js'
import { bitsOf, putBits } from './bits.js'
import { putVarint, putZigzag } from './thrift-writer.js'

const BLOCK = 128
const MINIBLOCKS = 4
const MINIBLOCK = BLOCK / MINIBLOCKS
/** Differences of at most so much can be packed exactly. */
const MAX_STEP = 2 ** 51

/** Numbers that are packed as the differences of neighbours. */
export class DeltaPacker {
  #steps = new Float64Array(BLOCK)
  readonly #block = new Float64Array(BLOCK)

  /**
   * Appends the first `count` of `values`, whole numbers.
   *
   * @returns False, with nothing appended, where neighbours are too far apart.
   */
  put(values: Uint32Array | Float64Array, count: number, out: ByteBuilder): boolean {
    this.#reserve(count)
    if (!takeSteps(values, count, this.#steps)) return false
    this.#putHeader(count, out)
    putZigzag(count === 0 ? 0 : values[0]!, out)
    this.#putSteps(count - 1, out)
    return true
  }

  /**
   * Appends counts of nanoseconds. @param sec Whole seconds, to which `nsec` is added.
   *
   * @returns False, with nothing appended, where neighbours are too far apart.
   */
  putTimes(sec: Float64Array, nsec: Uint32Array, count: number, out: ByteBuilder): boolean {
    this.#reserve(count)
    if (!takeTimeSteps(sec, nsec, count, this.#steps)) return false
    this.#putHeader(count, out)
    putLongZigzag(count === 0 ? 0n : BigInt(sec[0]!) * 1_000_000_000n + BigInt(nsec[0]!), out)
    this.#putSteps(count - 1, out)
    return true
  }

  #reserve(count: number): void {
    if (count > this.#steps.length) this.#steps = new Float64Array(Math.max(count, 2 * this.#steps.length))
  }

  #putHeader(count: number, out: ByteBuilder): void {
    putVarint(BLOCK, out)
    putVarint(MINIBLOCKS, out)
    putVarint(count, out)
  }

  #putSteps(count: number, out: ByteBuilder): void {
    for (let from = 0; from < count; from += BLOCK) this.#putBlock(from, Math.min(from + BLOCK, count), out)
  }

  #putBlock(from: number, to: number, out: ByteBuilder): void {
    const steps = this.#steps
    const block = this.#block
    let least = steps[from]!
    for (let i = from; i < to; i++) if (steps[i]! < least) least = steps[i]!
    for (let i = from; i < to; i++) block[i - from] = steps[i]! - least
    putZigzag(least, out)
    out.reserve(MINIBLOCKS)
    const widthsAt = out.length
    out.length += MINIBLOCKS
    const count = to - from
    for (let i = 0; i < MINIBLOCKS; i++) {
      const start = i * MINIBLOCK
      const end = Math.min(start + MINIBLOCK, count)
      let most = 0
      for (let j = start; j < end; j++) if (block[j]! > most) most = block[j]!
      const width = bitsOf(most)
      out.bytes[widthsAt + i] = width
      if (start < end) putBits(block, start, end, MINIBLOCK, width, out)
    }
  }
}

// Loops over many rows are functions of their own: V8 compiles them while they run, and would throw that away behind them.

function takeSteps(values: Uint32Array | Float64Array, count: number, steps: Float64Array): boolean {
  for (let i = 1; i < count; i++) {
    const step = values[i]! - values[i - 1]!
    if (step > MAX_STEP || step < -MAX_STEP) return false
    steps[i - 1] = step
  }
  return true
}

function takeTimeSteps(sec: Float64Array, nsec: Uint32Array, count: number, steps: Float64Array): boolean {
  for (let i = 1; i < count; i++) {
    const step = (sec[i]! - sec[i - 1]!) * 1e9 + (nsec[i]! - nsec[i - 1]!)
    if (step > MAX_STEP || step < -MAX_STEP) return false
    steps[i - 1] = step
  }
  return true
}

// As putZigzag(), for 64 bits.
function putLongZigzag(value: bigint, out: ByteBuilder): void {
  let rest = value < 0n ? -2n * value - 1n : 2n * value
  out.reserve(10)
  for (; rest >= 0x80n; rest >>= 7n) out.bytes[out.length++] = Number(rest & 0x7fn) | 0x80
  out.bytes[out.length++] = Number(rest)
}
