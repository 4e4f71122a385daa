import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MAX_KINDS, OTHER_KINDS, Tally } from '../../src/inspect/tally.js'

it('counts as a map of sums does', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(1500))), (added) => {
      const tally = new Tally()
      const model = new Map<number, [number, number]>()
      for (const [key, bytes] of added) {
        tally.add(key, bytes)
        const [packets, sum] = model.get(key) ?? [0, 0]
        model.set(key, [packets + 1, sum + bytes])
      }
      expect(tally.entries()).toEqual([...model].map(([key, [packets, bytes]]) => ({ key, packets, bytes })))
    }),
  )
})

it('counts together what comes up after as many kinds as it may have', () => {
  const tally = new Tally()
  for (let key = 0; key < MAX_KINDS; key++) tally.add(key, 1)
  for (const key of [MAX_KINDS, MAX_KINDS + 1, 0, MAX_KINDS]) tally.add(key, 10)
  const entries = tally.entries()
  expect(entries.length).toBe(MAX_KINDS + 1)
  expect(entries[0]).toEqual({ key: 0, packets: 2, bytes: 11 })
  expect(entries.at(-1)).toEqual({ key: OTHER_KINDS, packets: 3, bytes: 30 })
})
