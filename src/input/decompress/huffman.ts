import type { BitReader } from './bit-reader.js'

/** Longest code (bzip2 allows 20). */
export const MAX_CODE_BITS = 20
/** Codes up to this length are decoded by one look-up. */
const FAST_BITS = 10
const SYMBOL_BITS = 9

/** A canonical Huffman code of up to 512 symbols: shorter codes first, equal lengths in the order of the symbols. */
export class HuffmanCode {
  // Invariants: #fast[the next FAST_BITS bits] is `length << SYMBOL_BITS | symbol`, 0 for longer codes. Codes of n bits
  // are below #limit[n]; code c of them is #symbols[#first[n] + c].
  readonly #fast = new Uint16Array(1 << FAST_BITS)
  readonly #symbols = new Uint16Array(1 << SYMBOL_BITS)
  readonly #limit = new Int32Array(MAX_CODE_BITS + 1)
  readonly #first = new Int32Array(MAX_CODE_BITS + 1)

  /** @param lengths The first `count` are the symbols' code lengths, 1 to MAX_CODE_BITS. */
  build(lengths: Uint8Array, count: number): void {
    this.#fast.fill(0)
    let code = 0
    let place = 0
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      this.#first[bits] = place - code
      for (let symbol = 0; symbol < count; symbol++) {
        if (lengths[symbol] !== bits) continue
        this.#symbols[place++] = symbol
        if (bits <= FAST_BITS) this.#addFast(code, bits, symbol)
        code += 1
      }
      this.#limit[bits] = code
      code <<= 1
    }
  }

  /** Reads the next symbol; -1 for an invalid code. @throws EndOfInput */
  read(reader: BitReader): number {
    const fast = this.#fast[reader.peek(FAST_BITS)] ?? 0
    if (fast !== 0) {
      reader.read(fast >>> SYMBOL_BITS)
      return fast & ((1 << SYMBOL_BITS) - 1)
    }
    const bits = reader.peek(MAX_CODE_BITS)
    for (let length = FAST_BITS + 1; length <= MAX_CODE_BITS; length++) {
      const code = bits >>> (MAX_CODE_BITS - length)
      if (code >= (this.#limit[length] ?? 0)) continue
      reader.read(length)
      return this.#symbols[(this.#first[length] ?? 0) + code] ?? -1
    }
    return -1
  }

  // Damaged data may have too many codes. Writes beyond the end of a typed array have no effect.
  #addFast(code: number, bits: number, symbol: number): void {
    const from = code << (FAST_BITS - bits)
    this.#fast.fill((bits << SYMBOL_BITS) | symbol, from, from + (1 << (FAST_BITS - bits)))
  }
}
