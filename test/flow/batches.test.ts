import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Batches } from '../../src/flow/batches.js'

const MS = 1_000_000
const SEC = 1_000
const secOf = (ms: number) => SEC + Math.floor(ms / 1_000)
const nsecOf = (ms: number) => (ms % 1_000) * MS

it('batches forget what all packets of a later one were more than 20 ms behind, and more than are kept', () => {
  const time = fc.oneof(fc.nat(60), fc.integer({ min: 980, max: 1_020 }))
  const batch = fc.record({ rows: fc.nat(3), times: fc.array(time, { minLength: 1, maxLength: 4 }) })
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (drafts, limit) => {
      const batches = new Batches(limit, 1)
      let next = 1
      const ended: { from: number; to: number; low: number }[] = []
      const rows: { row: number; at: number }[] = []
      for (const { rows: count, times } of drafts) {
        const low = Math.min(...times)
        const high = Math.max(...times)
        ended.push({ from: next, to: next + count, low })
        for (let i = 0; i < count; i++) rows.push({ row: next + i, at: times[i % times.length]! })
        next += count
        batches.end(next, {
          lowSec: secOf(low),
          lowNsec: nsecOf(low),
          highSec: secOf(high),
          highNsec: nsecOf(high),
        })
        if (batches.isOverfull) batches.dropOldest()
        for (const { row, at } of rows) {
          const own = ended.findIndex(({ from, to }) => row >= from && row < to)
          const isTooOld = ended.slice(own + 1).some((other) => other.low - at > 20)
          const isKept = ended.length - own <= limit
          if (row >= batches.firstRow) expect(batches.isTooOld(row, secOf(at), nsecOf(at))).toBe(isTooOld)
          else expect(isTooOld || !isKept).toBe(true)
        }
      }
      batches.clear(next)
      expect(batches.firstRow).toBe(next)
    }),
    { numRuns: 2_000 },
  )
})
