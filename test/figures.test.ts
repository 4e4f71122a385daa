import { expect, it } from 'vitest'
import { bytesText, countText } from '../src/figures.js'

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
