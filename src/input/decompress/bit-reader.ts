import type { CompressedInput } from './compressed-input.js'

/** The input ends where bits are wanted. */
export class EndOfInput extends Error {
  override readonly name = 'EndOfInput'
}

/** Bits of a compressed input, the highest of each byte first. */
export class BitReader {
  // Invariants: the low #count bits of #bits are not yet read; #count is 0..31. The bytes of the input from its
  // `from` to #at are in #bits or read, #at to #end are at hand.
  readonly #input: CompressedInput
  readonly #bytes: Uint8Array
  #at: number
  #end: number
  #bits = 0
  #count = 0

  constructor(input: CompressedInput) {
    this.#input = input
    this.#bytes = input.bytes
    this.#at = input.from
    this.#end = input.from + input.available
  }

  /** Offset in the file of the byte with the next bit. */
  get offset(): number {
    return this.#input.offset + this.#at - this.#input.from - Math.ceil(this.#count / 8)
  }

  /** Reads `count` bits, 1 to 24. @throws EndOfInput */
  read(count: number): number {
    while (this.#count < count) {
      if (!this.#tryTakeByte()) throw new EndOfInput('the input ends')
    }
    this.#count -= count
    return (this.#bits >>> this.#count) & ((1 << count) - 1)
  }

  /**
   * The next `count` bits, 1 to 24, without reading them. Behind the end of the input there are zeros, which cannot
   * be read.
   */
  peek(count: number): number {
    while (this.#count < count && this.#tryTakeByte());
    const mask = (1 << count) - 1
    return this.#count >= count
      ? (this.#bits >>> (this.#count - count)) & mask
      : (this.#bits << (count - this.#count)) & mask
  }

  /** Reads 32 bits. @throws EndOfInput */
  readUint32(): number {
    return this.read(16) * 65_536 + this.read(16)
  }

  /** Passes over bits of the byte that was begun, and takes from the input what was read. */
  finish(): void {
    this.#input.take(this.#at - this.#input.from - Math.floor(this.#count / 8))
    this.#at = this.#input.from
    this.#bits = 0
    this.#count = 0
  }

  #tryTakeByte(): boolean {
    if (this.#at === this.#end && !this.#refill()) return false
    this.#bits = (this.#bits << 8) | (this.#bytes[this.#at++] ?? 0)
    this.#count += 8
    return true
  }

  #refill(): boolean {
    this.#input.take(this.#at - this.#input.from)
    const isMore = this.#input.ensure(1)
    this.#at = this.#input.from
    this.#end = this.#at + this.#input.available
    return isMore
  }
}
