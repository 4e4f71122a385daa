import { expect, it } from 'vitest'
import { binaryBounds, Distribution, decimalBounds } from '../../src/report/distribution.js'

const buckets = (values: readonly number[]) => {
  const distribution = new Distribution(decimalBounds(0, 3))
  for (const value of values) distribution.add(value)
  return distribution.buckets().map(({ from, to, count }) => [from, to, count])
}

it.each<[string, number[], number[][]]>([
  ['no values', [], []],
  ['values of 0 in a bucket of their own', [0, 0], [[0, 0, 2]]],
  [
    'a bound in the bucket that it begins',
    [1, 2, 5, 10],
    [
      [1, 2, 1],
      [2, 5, 1],
      [5, 10, 1],
      [10, 20, 1],
    ],
  ],
  [
    'buckets between those that have values',
    [1, 5.5],
    [
      [1, 2, 1],
      [2, 5, 0],
      [5, 10, 1],
    ],
  ],
  ['what is smaller than all bounds in the first', [0.001], [[1, 2, 1]]],
  ['what is larger than all in the last', [1e9], [[500, Number.MAX_SAFE_INTEGER, 1]]],
])('counts %s', (_name, values, expected) => {
  expect(buckets(values)).toEqual(expected)
})

it('counts bytes between powers of 2', () => {
  const distribution = new Distribution(binaryBounds(50))
  for (const value of [1023, 1024, 2047, 2048]) distribution.add(value)
  expect(distribution.buckets().map(({ from, count }) => [from, count])).toEqual([
    [512, 1],
    [1024, 2],
    [2048, 1],
  ])
})
