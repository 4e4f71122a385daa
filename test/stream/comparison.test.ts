import { describe, expect, it } from 'vitest'
import { Comparison, type Conflict } from '../../src/stream/comparison.js'

describe('Comparison', () => {
  // [first copy, second copy, bytes that differ, offset of the first that differs, bytes up to the last that does]
  const rows: [string, string, number, number, number][] = [
    ['abcdef', 'abcdef', 0, 0, 0],
    ['abcdef', 'Xbcdef', 1, 0, 1],
    ['abcdef', 'abXdeX', 2, 2, 4],
    ['abcdef', 'abXXef', 2, 2, 2],
    ['abcdef', 'abcdeX', 1, 5, 1],
    ['abcdef', 'XbcdeX', 2, 0, 6],
  ]
  it.each(rows)('%s and %s differ in %i bytes', (first, second, count, from, length) => {
    const taken: [number, Conflict][] = []
    const comparison = new Comparison((half, conflict) => taken.push([half, { ...conflict }]))
    comparison.setFirst(3, 30, 300)
    comparison.setSecond(4, 40, 400)
    const [one, other] = [Buffer.from(`<${first}`), Buffer.from(`>>${second}`)]
    expect(comparison.compare(7, 100, one, 1, other, 2, first.length)).toBe(count)
    const conflict = {
      offset: 100 + from,
      length,
      bytes: count,
      first: one,
      firstFrom: 1 + from,
      second: other,
      secondFrom: 2 + from,
      firstNumber: 3,
      firstSec: 30,
      firstNsec: 300,
      secondNumber: 4,
      secondSec: 40,
      secondNsec: 400,
    }
    expect(taken).toEqual(count === 0 ? [] : [[7, conflict]])
  })

  it('counts where nobody asks for conflicts', () => {
    expect(new Comparison().compare(0, 0, Buffer.from('abc'), 0, Buffer.from('aXX'), 0, 3)).toBe(2)
  })
})
