import { expect, it } from 'vitest'
import { CONNECTION_LIMITS, LimitMarks } from '../../src/stream/limit-marks.js'

it('keeps marks until a connection is forgotten', () => {
  const marks = new LimitMarks()
  for (const limit of CONNECTION_LIMITS) expect(marks.mark(3, limit)).toBe(1)
  marks.mark(4, 'held_segments')
  marks.mark(4, 'held_memory')
  expect([marks.of(3), marks.of(4), marks.of(5)]).toEqual([127, 5, 0])
  marks.forget(3)
  marks.forget(5)
  expect([marks.of(3), marks.of(4)]).toEqual([0, 5])
})
