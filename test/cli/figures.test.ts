import { expect, it } from 'vitest'
import { bytesText, countText, durationText } from '../../src/cli/figures.js'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [12_700, '12.4 KiB'],
  [200 * 2 ** 20, '200 MiB'],
  [3.4 * 2 ** 30, '3.40 GiB'],
  [2 ** 62, '4096 PiB'],
])('bytesText(%d) is %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

it.each([
  [0, '0'],
  [999, '999'],
  [1_234_567.6, '1,234,568'],
])('countText(%d) is %s', (count, text) => {
  expect(countText(count)).toBe(text)
})

it.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [59.5, '1 min 0 s'],
  [125, '2 min 5 s'],
  [3600, '1 h 0 min'],
  [100_000, '27 h 46 min'],
])('durationText(%d) is %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})
