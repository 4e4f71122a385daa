import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TopRecords } from '../../src/report/top-records.js'
import { connectionRecord } from './records.js'

it('keeps the records of the highest rank, of equal ones the earlier', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 9 }), (ranks, capacity) => {
      const top = new TopRecords(capacity)
      ranks.forEach((rank, place) => {
        top.add(connectionRecord({ uid: `${rank}` }), rank, place)
      })
      const expected = ranks
        .map((rank, place) => ({ rank, place }))
        .sort((a, b) => b.rank - a.rank || a.place - b.place)
        .slice(0, capacity)
        .map(({ place }) => place)
      const kept = top.entries().map(({ place }) => place)
      expect(kept.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b))
    }),
  )
})
