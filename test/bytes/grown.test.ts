import { expect, it } from 'vitest'
import { grown, grownRows } from '../../src/bytes/grown.js'

it.each([
  [256, 257, 4_096],
  [4_096, 4_097, 65_536],
  [256, 10_000, 10_000],
])('columns of %i rows that need %i get %i', (rows, needed, expected) => {
  expect(grownRows(rows, needed)).toBe(expected)
})

it('a longer column begins with the rows of the shorter one; the others are 0', () => {
  const column = Uint16Array.of(1, 2, 65_535)
  expect(grown(column, 5)).toEqual(Uint16Array.of(1, 2, 65_535, 0, 0))
  expect(column).toEqual(Uint16Array.of(1, 2, 65_535))
})
