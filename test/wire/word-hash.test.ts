import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WordHash } from '../../src/wire/word-hash.js'

/** HalfSipHash-c-d as the paper's authors wrote it, over bytes and with exact integers. */
function halfSipHash(bytes: readonly number[], key: readonly [number, number], c: number, d: number): number {
  const word = (value: bigint) => value & 0xffff_ffffn
  const rotated = (value: bigint, bits: bigint) => word((value << bits) | (value >> (32n - bits)))
  const [k0, k1] = [BigInt(key[0]), BigInt(key[1])]
  let [v0, v1, v2, v3] = [k0, k1, 0x6c796765n ^ k0, 0x74656462n ^ k1]
  const turn = () => {
    v0 = word(v0 + v1)
    v1 = rotated(v1, 5n) ^ v0
    v0 = rotated(v0, 16n)
    v2 = word(v2 + v3)
    v3 = rotated(v3, 8n) ^ v2
    v0 = word(v0 + v3)
    v3 = rotated(v3, 7n) ^ v0
    v2 = word(v2 + v1)
    v1 = rotated(v1, 13n) ^ v2
    v2 = rotated(v2, 16n)
  }
  const rest = bytes.length % 4
  const last = [
    ...bytes.slice(bytes.length - rest),
    ...new Array<number>(3 - rest).fill(0),
    bytes.length & 255,
  ]
  const padded = [...bytes.slice(0, bytes.length - rest), ...last]
  for (let at = 0; at < padded.length; at += 4) {
    const m = padded.slice(at, at + 4).reduce((sum, byte, i) => sum + (BigInt(byte) << BigInt(8 * i)), 0n)
    v3 ^= m
    for (let i = 0; i < c; i++) turn()
    v0 ^= m
  }
  v2 ^= 0xffn
  for (let i = 0; i < d; i++) turn()
  return Number(v1 ^ v3)
}

const word = fc.integer({ min: 0, max: 0xffff_ffff })

describe('WordHash', () => {
  it('agrees with HalfSipHash-1-3 of the bytes', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 33 }), fc.tuple(word, word), (words, key) => {
        const bytes = words.flatMap((w) => [w & 255, (w >>> 8) & 255, (w >>> 16) & 255, w >>> 24])
        const spare = Uint32Array.from([...words, 0xdead])
        expect(new WordHash(key).of(spare, words.length)).toBe(halfSipHash(bytes, key, 1, 3))
      }),
    )
  })

  // vectors.h of the reference implementation, HalfSipHash-2-4-32: what the comparison is made with is right.
  it('is compared with what gives the published values', () => {
    const key: [number, number] = [0x03020100, 0x07060504]
    expect(halfSipHash([], key, 2, 4)).toBe(0x5b9f35a9)
    expect(halfSipHash([0], key, 2, 4)).toBe(0xb85a4727)
  })

  it('has a key of its own in each', () => {
    const words = Uint32Array.of(1, 2, 3)
    const hashes = new Set(Array.from({ length: 20 }, () => new WordHash().of(words, 3)))
    expect(hashes.size).toBeGreaterThan(15)
  })
})
