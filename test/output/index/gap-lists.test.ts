import { expect, it } from 'vitest'
import { GapLists } from '../../../src/output/index/gap-lists.js'

it('keeps the first gaps of each half-stream', () => {
  const gaps = new GapLists(2)
  for (let i = 0; i < 4; i++) gaps.add(6, 10 * i, i + 1)
  gaps.add(7, 2 ** 40, 5)
  expect(gaps.of(6)).toEqual([0, 1, 10, 2])
  expect(gaps.of(7)).toEqual([2 ** 40, 5])
  expect(gaps.of(8)).toEqual([])
  gaps.forget(6)
  expect(gaps.of(6)).toEqual([])
})

it('keeps none at a limit of 0', () => {
  const gaps = new GapLists(0)
  gaps.add(1, 0, 1)
  expect(gaps.of(1)).toEqual([])
})
