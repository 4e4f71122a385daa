import { describe, expect, it } from 'vitest'
import { HeldList } from '../../src/stream/held-list.js'
import { HeldRows } from '../../src/stream/held-rows.js'

/** A list of rows `[offset, end)` that came at `tsSec` and `tsNsec`. */
function listOf(pieces: readonly [offset: number, end: number, tsSec: number, tsNsec: number][]) {
  const rows = new HeldRows()
  const list = new HeldList(rows)
  for (const [offset, end, tsSec, tsNsec] of pieces) {
    const row = rows.take()
    rows.offset[row] = offset
    rows.end[row] = end
    rows.tsSec[row] = tsSec
    rows.tsNsec[row] = tsNsec
    list.find(offset)
    list.insert(row)
  }
  return { rows, list }
}

describe('HeldList.isOneSegment', () => {
  const rows: [string, Parameters<typeof listOf>[0], boolean][] = [
    ['nothing', [], true],
    ['one piece', [[5, 9, 1, 2]], true],
    [
      'pieces of one moment without a break',
      [
        [5, 9, 1, 2],
        [9, 12, 1, 2],
        [12, 13, 1, 2],
      ],
      true,
    ],
    [
      'a break',
      [
        [5, 9, 1, 2],
        [10, 12, 1, 2],
      ],
      false,
    ],
    [
      'another second',
      [
        [5, 9, 1, 2],
        [9, 12, 2, 2],
      ],
      false,
    ],
    [
      'another nanosecond of the last piece',
      [
        [5, 9, 1, 2],
        [9, 12, 1, 2],
        [12, 13, 1, 3],
      ],
      false,
    ],
  ]
  it.each(rows)('of %s', (_what, pieces, isOne) => {
    expect(listOf(pieces).list.isOneSegment).toBe(isOne)
    expect(listOf(pieces.toReversed()).list.isOneSegment).toBe(isOne)
  })
})

it('HeldList is released only when it is empty', () => {
  const { list, rows } = listOf([
    [0, 1, 0, 0],
    [1, 2, 0, 0],
  ])
  expect(() => list.release()).toThrow('bug: 2 held segments')
  for (let row = list.first; row !== 0; row = list.first) {
    list.unlinkFirst()
    rows.free(row)
  }
  list.release()
  expect(rows.count).toBe(0)
})
