import type { Match, Matcher } from './matcher.js'

const BLOCK_BYTES = 256 * 1024
/** Every byte, letters of ASCII in lower case. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte))

/** Finds given bytes: of several forms the one that begins first, of those that begin together the first in the list. */
export class Literals implements Matcher {
  // Invariant: #found has where each needle stands at or behind the place that was last asked for; -1: not known.
  readonly reach: number
  readonly block = BLOCK_BYTES
  readonly #needles: readonly Buffer[]
  readonly #found: number[]
  readonly #isAnyCase: boolean
  #bytes: Buffer = Buffer.alloc(0)
  #lower: Buffer = Buffer.alloc(0)

  /** @param isAnyCase Letters of ASCII are found in either case. */
  constructor(needles: readonly Buffer[], isAnyCase: boolean) {
    this.#needles = isAnyCase
      ? needles.map((needle) => inLowerCase(needle, Buffer.alloc(needle.length)))
      : needles
    this.#isAnyCase = isAnyCase
    this.#found = needles.map(() => -1)
    this.reach = Math.max(...needles.map(({ length }) => length))
  }

  load(bytes: Buffer): void {
    this.#found.fill(-1)
    this.#bytes = bytes
    if (!this.#isAnyCase) return
    if (this.#lower.length < bytes.length) this.#lower = Buffer.allocUnsafe(bytes.length)
    this.#bytes = inLowerCase(bytes, this.#lower.subarray(0, bytes.length))
  }

  next(at: number): Match | null {
    let first: Match | null = null
    for (const [i, needle] of this.#needles.entries()) {
      if (this.#found[i]! < at) {
        const found = this.#bytes.indexOf(needle, at)
        this.#found[i] = found < 0 ? Number.POSITIVE_INFINITY : found
      }
      const from = this.#found[i]!
      if (from < (first?.from ?? Number.POSITIVE_INFINITY)) first = { from, to: from + needle.length }
    }
    return first
  }
}

function inLowerCase(bytes: Buffer, out: Buffer): Buffer {
  for (let i = 0; i < bytes.length; i++) out[i] = LOWER[bytes[i]!]!
  return out
}
