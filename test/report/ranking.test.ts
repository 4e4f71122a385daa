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

it('keeps the largest by bytes and by connections at its capacity, and says how much may be missing', () => {
  const ranking = new Ranking(4)
  for (let i = 0; i < 3; i++) ranking.add('frequent', 0, 0)
  for (const [key, bytes] of [
    ['large', 40],
    ['lost', 20],
    ['small', 10],
    ['new', 5],
  ] as const) {
    ranking.add(key, bytes, 0)
  }
  expect(ranking.top(9).map(({ key }) => key)).toEqual(['large', 'new', 'frequent'])
  expect([ranking.isExact, ranking.keys]).toEqual([false, 5])
  expect([ranking.possiblyMissingBytes, ranking.possiblyMissingConnections]).toEqual([20, 1])
})

it('is exact up to its capacity', () => {
  const ranking = new Ranking(4)
  for (const key of ['a', 'b', 'c', 'd', 'a']) ranking.add(key, 0, 0)
  expect([ranking.isExact, ranking.keys]).toEqual([true, 4])
  expect([ranking.possiblyMissingBytes, ranking.possiblyMissingConnections]).toEqual([0, 0])
})

it('says of a scan without payload that not all is known', () => {
  const ranking = new Ranking(100)
  for (let i = 0; i < 1000; i++) {
    ranking.add('scanner', 0, 0)
    ranking.add(`scanned ${i}`, 0, 0)
  }
  expect(ranking.top(1)).toEqual([{ key: 'scanner', connections: 1000, sent: 0, received: 0 }])
  expect(ranking.isExact).toBe(false)
  expect(ranking.keys).toBeGreaterThanOrEqual(1001)
  expect(ranking.possiblyMissingConnections).toBeGreaterThanOrEqual(1)
})

it('keeps one of many connections without payload among many of a byte', () => {
  const ranking = new Ranking(100)
  for (let i = 0; i < 4000; i++) {
    for (let j = 0; j < 3; j++) ranking.add('scanner', 0, 0)
    ranking.add(`host ${i}`, 1, 0)
  }
  expect(ranking.top(1).at(-1)).toEqual({ key: 'scanner', connections: 12_000, sent: 0, received: 0 })
})

it('is never too high, and too low by no more than it says', () => {
  const added = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.nat(100)), { maxLength: 200 })
  fc.assert(
    fc.property(added, fc.integer({ min: 4, max: 14 }), (entries, capacity) => {
      const ranking = new Ranking(capacity)
      const exact = new Map<string, { bytes: number; connections: number }>()
      for (const [key, bytes] of entries) {
        ranking.add(`${key}`, bytes >> 1, bytes - (bytes >> 1))
        const sums = exact.get(`${key}`) ?? { bytes: 0, connections: 0 }
        exact.set(`${key}`, { bytes: sums.bytes + bytes, connections: sums.connections + 1 })
      }
      const found = new Map(ranking.top(1000).map((ranked) => [ranked.key, ranked]))
      expect(found.size).toBeLessThanOrEqual(capacity)
      for (const [key, { bytes, connections }] of exact) {
        const { sent = 0, received = 0, connections: counted = 0 } = found.get(key) ?? {}
        expect(sent + received).toBeLessThanOrEqual(bytes)
        expect(sent + received + ranking.possiblyMissingBytes).toBeGreaterThanOrEqual(bytes)
        expect(counted).toBeLessThanOrEqual(connections)
        expect(counted + ranking.possiblyMissingConnections).toBeGreaterThanOrEqual(connections)
      }
      expect(ranking.keys).toBeGreaterThanOrEqual(exact.size)
      expect(ranking.isExact).toBe(exact.size <= capacity)
    }),
  )
})
