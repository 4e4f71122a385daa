import { expect, it } from 'vitest'
import { RecentGaps } from '../../src/stream/recent-gaps.js'

it('RecentGaps counts the bytes of a range that lie in gaps', () => {
  const gaps = new RecentGaps()
  gaps.add(5, 10, 20)
  gaps.add(5, 30, 33)
  gaps.add(6, 0, 100)
  const overlap = (from: number, to: number) => gaps.overlap(5, from, to)
  expect([overlap(0, 10), overlap(0, 12), overlap(12, 15), overlap(15, 31), overlap(0, 100)]).toEqual([
    0, 2, 3, 6, 13,
  ])
  expect([overlap(20, 30), overlap(33, 40), gaps.overlap(7, 0, 100)]).toEqual([0, 0, 0])
  gaps.forget(5)
  expect([overlap(0, 100), gaps.overlap(6, 0, 100)]).toEqual([0, 100])
})

it('RecentGaps remembers the latest 64 gaps of a half-stream', () => {
  const gaps = new RecentGaps()
  for (let i = 0; i < 64; i++) gaps.add(0, 10 * i, 10 * i + 1)
  expect(gaps.overlap(0, 0, 1000)).toBe(64)
  gaps.add(0, 640, 641)
  expect([gaps.overlap(0, 0, 1), gaps.overlap(0, 0, 1000)]).toEqual([0, 64])
})
