/**
 * A keyed hash of byte ranges, 64 bits: HalfSipHash-1-3 with the long output (J.-P. Aumasson, D. J. Bernstein, CC0). Without
 * the key, which the constructor draws, nobody can write bytes that collide.
 */
export class ByteHash {
  readonly #key0 = randomWord()
  readonly #key1 = randomWord()
  #a = 0
  #b = 0
  #c = 0
  #d = 0
  /** The two halves, int32, after `end()`. */
  high = 0
  low = 0

  begin(): void {
    this.#a = this.#key0
    this.#b = this.#key1 ^ 0xee
    this.#c = this.#key0 ^ 0x6c796765
    this.#d = this.#key1 ^ 0x74656462
  }

  /** Takes the length and the bytes of `bytes[from, to)`. */
  add(bytes: Uint8Array, from: number, to: number): void {
    this.#word(to - from)
    let at = from
    for (; at + 4 <= to; at += 4) {
      this.#word(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    }
    let rest = 0
    for (let shift = 0; at < to; at++, shift += 8) rest |= bytes[at]! << shift
    this.#word(rest)
  }

  end(): void {
    this.#c ^= 0xee
    for (let i = 0; i < 3; i++) this.#round()
    this.high = this.#b ^ this.#d
    this.#b ^= 0xdd
    for (let i = 0; i < 3; i++) this.#round()
    this.low = this.#b ^ this.#d
  }

  #word(word: number): void {
    this.#d ^= word
    this.#round()
    this.#a ^= word
  }

  #round(): void {
    let a = this.#a
    let b = this.#b
    let c = this.#c
    let d = this.#d
    a = (a + b) | 0
    b = ((b << 5) | (b >>> 27)) ^ a
    a = (a << 16) | (a >>> 16)
    c = (c + d) | 0
    d = ((d << 8) | (d >>> 24)) ^ c
    a = (a + d) | 0
    d = ((d << 7) | (d >>> 25)) ^ a
    c = (c + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ c
    c = (c << 16) | (c >>> 16)
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }
}

function randomWord(): number {
  return (Math.random() * 2 ** 32) | 0
}
