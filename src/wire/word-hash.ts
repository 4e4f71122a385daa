/**
 * A keyed hash of 32-bit words: HalfSipHash-1-3 (J.-P. Aumasson, D. J. Bernstein, CC0). Without the key, nobody can
 * craft a capture whose words collide. The constructor draws a random key; no output may depend on it.
 */
export class WordHash {
  readonly #key0: number
  readonly #key1: number

  /** @param key Two words, by default random ones. */
  constructor(key: readonly [number, number] = [randomWord(), randomWord()]) {
    this.#key0 = key[0] | 0
    this.#key1 = key[1] | 0
  }

  /** Hash of `words[0, count)`. @returns uint32 */
  of(words: Uint32Array, count: number): number {
    let a = this.#key0
    let b = this.#key1
    let c = this.#key0 ^ 0x6c796765
    let d = this.#key1 ^ 0x74656462
    // The words, then the length in bytes as padding (as in the paper), then the finalization rounds.
    for (let i = 0; i < count + 4; i++) {
      const word = i < count ? words[i]! : i === count ? count << 26 : 0
      if (i === count + 1) c ^= 0xff
      d ^= word
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
      a ^= word
    }
    return (b ^ d) >>> 0
  }
}

function randomWord(): number {
  return Math.floor(Math.random() * 0x1_0000_0000)
}
