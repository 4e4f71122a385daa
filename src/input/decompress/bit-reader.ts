import type { CompressedInput } from './compressed-input.js'

/** The input ends where bits are wanted. */
export class EndOfInput extends Error {
  override readonly name = 'EndOfInput'
}

/** Bits of a compressed input, the highest of each byte first. */
export class BitReader {
  // Invariant: the low #count bits of #bits are taken from #input and not yet read; #count is 0..31.
  readonly #input: CompressedInput
  #bits = 0
  #count = 0

  constructor(input: CompressedInput) {
    this.#input = input
  }

  /** Offset in the file of the byte with the next bit. */
  get offset(): number {
    return this.#input.offset - Math.ceil(this.#count / 8)
  }

  /** Reads `count` bits, 1 to 24. @throws EndOfInput */
  read(count: number): number {
    while (this.#count < count) this.#takeByte()
    this.#count -= count
    return (this.#bits >>> this.#count) & ((1 << count) - 1)
  }

  /**
   * The next `count` bits, 1 to 24, without reading them. Behind the end of the input there are zeros, which cannot
   * be read.
   */
  peek(count: number): number {
    while (this.#count < count && this.#input.ensure(1)) this.#takeByte()
    const mask = (1 << count) - 1
    return this.#count >= count
      ? (this.#bits >>> (this.#count - count)) & mask
      : (this.#bits << (count - this.#count)) & mask
  }

  /** Reads 32 bits. @throws EndOfInput */
  readUint32(): number {
    return this.read(16) * 65_536 + this.read(16)
  }

  /** Passes over bits of the byte that was begun. */
  align(): void {
    this.#count -= this.#count % 8
  }

  #takeByte(): void {
    if (!this.#input.ensure(1)) throw new EndOfInput('the input ends')
    this.#bits = (this.#bits << 8) | this.#input.uint8(0)
    this.#count += 8
    this.#input.take(1)
  }
}
