import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TimeBins } from '../../src/report/time-bins.js'

const CAPACITY = 8

/** Amounts with their times: seconds from, to, amount. */
function binned(amounts: readonly (readonly [number, number, number])[]) {
  const bins = new TimeBins(CAPACITY)
  const channel = bins.addChannel()
  for (const [from, to, amount] of amounts) {
    bins.cover(from, to)
    bins.add(channel, from, to, amount)
  }
  return { from: bins.from, width: bins.width, amounts: [...bins.bins(channel)] }
}

it('begins with bins of a millisecond', () => {
  expect(binned([[2, 2, 5]])).toEqual({ from: 2, width: 0.001, amounts: [5] })
})

it('doubles the width until the time fits', () => {
  const { from, width, amounts } = binned([
    [0, 0, 1],
    [1, 1, 2],
  ])
  expect({ from, width, amounts }).toEqual({ from: 0, width: 0.128, amounts: [1, 0, 0, 0, 0, 0, 0, 2] })
})

it('spreads an amount evenly over its time', () => {
  const { width, amounts } = binned([
    [0, 0, 0],
    [0.512, 1.536, 4],
  ])
  expect(width).toBe(0.256)
  expect(amounts.map((amount) => Math.round(amount * 1e6) / 1e6)).toEqual([0, 0, 1, 1, 1, 1, 0])
})

it('takes a time before the first one', () => {
  const { from, amounts } = binned([
    [1.024, 1.024, 1],
    [0, 0, 2],
  ])
  expect([from, amounts.reduce((a, b) => a + b), amounts[0]]).toEqual([0, 3, 2])
})

it('loses nothing and never has more bins than asked for, whatever the times', () => {
  const time = fc.double({ min: 0, max: 1e10, noNaN: true })
  const amount = fc.integer({ min: 0, max: 1_000_000 })
  fc.assert(
    fc.property(fc.array(fc.tuple(time, time, amount), { minLength: 1, maxLength: 30 }), (given) => {
      const spans = given.map(([a, b, n]) => [Math.min(a, b), Math.max(a, b), n] as const)
      const { amounts, from, width } = binned(spans)
      const total = spans.reduce((sum, [, , n]) => sum + n, 0)
      const first = Math.min(...spans.map(([a]) => a))
      expect(amounts.length).toBeLessThanOrEqual(CAPACITY)
      expect(Math.abs(amounts.reduce((a, b) => a + b, 0) - total)).toBeLessThan(1e-3 * total + 1e-3)
      expect(from).toBeLessThanOrEqual(first)
      expect(from + amounts.length * width).toBeGreaterThanOrEqual(Math.max(...spans.map(([, b]) => b)))
    }),
  )
})
