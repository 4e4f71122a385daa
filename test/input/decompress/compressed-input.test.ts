import { expect, it } from 'vitest'
import { CompressedInput } from '../../../src/input/decompress/compressed-input.js'
import { inputOf } from './unpack.js'

const bytes = Uint8Array.from({ length: 600_000 }, (_, i) => i % 251)

it.each([1000, 250_000, Infinity])(
  'CompressedInput gives all bytes in order, read %d at a time',
  (pieceBytes) => {
    const input = inputOf(bytes, pieceBytes)
    for (const count of [0, 1, 131_075, 262_144, 100_000]) {
      expect(input.ensure(count)).toBe(true)
      expect(input.available).toBeGreaterThanOrEqual(count)
      if (count > 0) expect(input.uint8(count - 1)).toBe((input.offset + count - 1) % 251)
      input.take(count)
    }
    expect(input.skip(100_000)).toBe(true)
    expect(input.ensure(1)).toBe(true)
    expect(input.uint8(0)).toBe(input.offset % 251)
    expect(input.ensure(6781)).toBe(false)
    expect(input.available).toBe(6780)
    expect(input.skip(6781)).toBe(false)
    expect(input.offset).toBe(600_000)
  },
)

it('CompressedInput.uint32le() is unsigned', () => {
  const input = inputOf(Uint8Array.from([0, 0, 0, 0xff]))
  expect(input.ensure(4)).toBe(true)
  expect(input.uint32le(0)).toBe(0xff000000)
})

it('CompressedInput.skipZeros() stops at the first other byte', () => {
  const input = inputOf(Uint8Array.from([0, 0, 0, 5, 0]), 2)
  expect([input.skipZeros(), input.offset]).toEqual([false, 3])
  input.take(1)
  expect([input.skipZeros(), input.offset]).toEqual([true, 5])
})

it('CompressedInput lets through what is no error of the system', () => {
  const input = new CompressedInput(() => {
    throw new RangeError('the task is over')
  })
  expect(() => input.ensure(1)).toThrow('the task is over')
})
