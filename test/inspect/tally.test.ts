import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Tally } from '../../src/inspect/tally.js'

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
