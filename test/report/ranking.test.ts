import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Ranking } from '../../src/report/ranking.js'

it('gives the largest by bytes and those of the most connections, by bytes', () => {
  const ranking = new Ranking(10)
  ranking.add('large', 50, 50)
  for (let i = 0; i < 5; i++) ranking.add('frequent', 0, 1)
  ranking.add('small', 2, 1)
  ranking.add('smaller', 1, 0)
  expect(ranking.top(1)).toEqual([
    { key: 'large', connections: 1, sent: 50, received: 50 },
    { key: 'frequent', connections: 5, sent: 0, received: 5 },
  ])
})

it('forgets the smaller half at its capacity, and says how much may be missing', () => {
  const ranking = new Ranking(4)
  for (const [key, bytes] of [
    ['a', 40],
    ['b', 30],
    ['c', 20],
    ['d', 10],
    ['e', 5],
  ] as const) {
    ranking.add(key, bytes, 0)
  }
  expect(ranking.top(9).map(({ key }) => key)).toEqual(['a', 'b', 'e'])
  expect([ranking.possiblyMissing, ranking.keys]).toEqual([20, 5])
})

it('is never too high, and too low by no more than it says', () => {
  const added = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.nat(100)), { maxLength: 200 })
  fc.assert(
    fc.property(added, fc.integer({ min: 2, max: 12 }), (entries, capacity) => {
      const ranking = new Ranking(capacity)
      const exact = new Map<string, number>()
      for (const [key, bytes] of entries) {
        ranking.add(`${key}`, bytes, 0)
        exact.set(`${key}`, (exact.get(`${key}`) ?? 0) + bytes)
      }
      const found = new Map(ranking.top(1000).map(({ key, sent }) => [key, sent]))
      expect(found.size).toBeLessThanOrEqual(capacity)
      for (const [key, bytes] of exact) {
        expect(found.get(key) ?? 0).toBeLessThanOrEqual(bytes)
        expect((found.get(key) ?? 0) + ranking.possiblyMissing).toBeGreaterThanOrEqual(bytes)
      }
      expect(ranking.keys).toBeGreaterThanOrEqual(exact.size)
    }),
  )
})
