/**
 * Computes MurmurHash3_x86_128 (A. Appleby, public domain) of `words`, with seed 0.
 *
 * @param words A multiple of four words.
 * @param out   Gets the four words of the hash.
 */
export function murmurHash(words: Uint32Array, out: Uint32Array): void {
  let h1 = 0
  let h2 = 0
  let h3 = 0
  let h4 = 0
  for (let i = 0; i < words.length; i += 4) {
    h1 ^= Math.imul(rotated(Math.imul(words[i]!, 0x239b961b), 15), 0xab0e9789)
    h1 = (Math.imul(rotated(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= Math.imul(rotated(Math.imul(words[i + 1]!, 0xab0e9789), 16), 0x38b34ae5)
    h2 = (Math.imul(rotated(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= Math.imul(rotated(Math.imul(words[i + 2]!, 0x38b34ae5), 17), 0xa1e38b93)
    h3 = (Math.imul(rotated(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= Math.imul(rotated(Math.imul(words[i + 3]!, 0xa1e38b93), 18), 0x239b961b)
    h4 = (Math.imul(rotated(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  const length = words.length * 4
  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h1 = finished(h1)
  h2 = finished((h2 + h1) | 0)
  h3 = finished((h3 + h1) | 0)
  h4 = finished((h4 + h1) | 0)
  h1 = (h1 + h2 + h3 + h4) | 0
  out[0] = h1
  out[1] = h2 + h1
  out[2] = h3 + h1
  out[3] = h4 + h1
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function finished(value: number): number {
  let h = value ^ (value >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
