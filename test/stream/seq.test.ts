import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seqAdd, seqDiff } from '../../src/stream/seq.js'

describe('seqDiff()', () => {
  it.each([
    ['counts forward', 20, 10, 10],
    ['counts back', 10, 20, -10],
    ['counts forward over the wrap', 10, 0xfffffff6, 20],
    ['counts back over the wrap', 0xfffffff6, 10, -20],
    ['is zero for the same number', 0xffffffff, 0xffffffff, 0],
    ['is exact at the edge of half the circle', 0x7fffffff, 0, 0x7fffffff],
  ])('%s', (_name, a, b, distance) => {
    expect(seqDiff(a, b)).toBe(distance)
  })

  it('undoes seqAdd() for every distance below 2^31', () => {
    const seq = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    fc.assert(
      fc.property(seq, fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), (start, distance) => {
        const end = seqAdd(start, distance)
        expect(end).toBe(end | 0)
        expect(seqDiff(end, start)).toBe(distance)
      }),
    )
  })
})
