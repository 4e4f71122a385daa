import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteBuilder } from '../../src/output/byte-builder.js'

const content = (builder: ByteBuilder): string =>
  Buffer.from(builder.bytes.subarray(0, builder.length)).toString('latin1')

it('puts integers as String() does, padded with zeros', () => {
  const value = fc.oneof(
    fc.nat(2000),
    fc.nat(0xffffffff),
    fc.maxSafeNat(),
    fc.constantFrom(2 ** 60, 10, 99, 100),
  )
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 9 }), (v, minDigits) => {
      const builder = new ByteBuilder()
      builder.putInteger(v, minDigits)
      expect(content(builder)).toBe(String(v).padStart(minDigits, '0'))
    }),
    { numRuns: 1000 },
  )
})

it('grows and keeps what was put', () => {
  const builder = new ByteBuilder()
  const bytes = new Uint8Array(100_000).fill(0x61)
  builder.putText('<')
  builder.putBytes(bytes, 1, 100_000)
  builder.putInteger(7)
  expect(content(builder)).toBe(`<${'a'.repeat(99_999)}7`)
  builder.clear()
  builder.putText('b')
  expect(content(builder)).toBe('b')
})
