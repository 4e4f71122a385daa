import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Xxh32 } from '../../../src/input/decompress/xxh32.js'

// From the algorithm's own test vectors, and xxhsum.
it.each([
  ['', 0x02cc5d05],
  ['a', 0x550d7456],
  ['abc', 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0xe2293b2f],
])('hashes %j to %d', (text, hash) => {
  const bytes = Buffer.from(text)
  expect(Xxh32.of(bytes, 0, bytes.length)).toBe(hash)
})

it('hashes pieces to the same as the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
      const whole = Buffer.concat(pieces)
      const hash = new Xxh32()
      for (const piece of pieces) hash.update(piece, 0, piece.length)
      expect(hash.digest()).toBe(Xxh32.of(whole, 0, whole.length))
    }),
  )
})
