import type { CompressedInput } from './compressed-input.js'

/** The input ends before the requested bits. */
export class EndOfInput extends Error {
  override readonly name = 'EndOfInput'
}

/** Reads the bits of a compressed input, highest bit of each byte first. */
export class BitReader {
  // Invariants: the low #count (0..31) bits of #bits are unread. The input's bytes [#at, #end) are available; those
  // before #at were moved to #bits.
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
   * The next `count` bits, 1 to 24, without consuming them. Bits after the end of the input are zeros here, though
   * `read()` throws for them.
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

  /** Skips the rest of the current byte, and consumes the bytes read so far from the input. */
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
