import { expect } from 'vitest'
import { Random } from '../../fixtures/generator/random.mjs'
import type { ByteSource } from '../../src/input/byte-source.js'

/** Bytes that come in pieces of random lengths, most of them later. Fails when it is read twice at one moment. */
export class PiecewiseSource implements ByteSource {
  readonly #bytes: Uint8Array
  readonly #random: Random
  readonly #late: number
  /** Reads under way. */
  reads = 0
  bytesRead = 0
  isClosed = false
  readonly totalBytes = null
  readonly isDecompressed = false
  readonly problem = null

  /** @param late How many of its reads resolve in a later turn: 0 to 1. */
  constructor(bytes: Uint8Array, seed: number, late = 0.7) {
    this.#bytes = bytes
    this.#random = new Random(seed)
    this.#late = late
  }

  get isAtEnd(): boolean {
    return this.isClosed || (this.bytesRead === this.#bytes.length && this.#random.chance(0.5))
  }

  async read(target: Uint8Array): Promise<number> {
    expect(this.reads++, 'reads at one moment').toBe(0)
    if (this.#random.chance(this.#late)) await new Promise((done) => setImmediate(done))
    this.reads -= 1
    if (this.isClosed) return 0
    const most = Math.min(target.length, this.#bytes.length - this.bytesRead)
    const count = most === 0 ? 0 : this.#random.between(1, most)
    target.set(this.#bytes.subarray(this.bytesRead, this.bytesRead + count))
    this.bytesRead += count
    return count
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}
