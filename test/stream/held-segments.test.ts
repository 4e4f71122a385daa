import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Comparison } from '../../src/stream/comparison.js'
import { RowFlag } from '../../src/stream/held-rows.js'
import { HeldSegments } from '../../src/stream/held-segments.js'
import { HeldStore, NOWHERE } from '../../src/stream/held-store.js'
import { pageArena } from '../support/pages.js'
import { FEW_BYTES, heldText, MemorySpill } from './memory-spill.js'

const SPAN = 60

const insertion = fc.record({
  offset: fc.nat(SPAN),
  text: fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }),
  cut: fc.constantFrom(0, 0, 4),
})

function setUp(lastWins: boolean, pages = pageArena(8)) {
  const spill = new MemorySpill()
  const store = new HeldStore(pages, spill, FEW_BYTES)
  const { rows } = store
  const held = new HeldSegments(0, store, new Comparison(), lastWins)
  function insert(offset: number, content: string, cut = 0): void {
    const bytes = new Uint8Array(Buffer.from(content))
    held.insert(offset, bytes, 0, bytes.length, cut, { tsSec: 0, tsNsec: 0, number: 1, peerAcked: 0 })
    bytes.fill(0x21)
  }
  /** What is held, by offset: the byte, or `?` where it was cut off. */
  function drain(): Map<number, string> {
    const found = new Map<number, string>()
    while (held.count > 0) {
      const row = held.shift()
      const [offset, end, place] = [rows.offset[row]!, rows.end[row]!, rows.place[row]!]
      const content = place === NOWHERE ? null : heldText(store, place, end - offset)
      for (let at = offset; at < end; at++) found.set(at, content?.[at - offset] ?? '?')
      held.free(row)
    }
    held.release()
    expect([store.segments, rows.count]).toEqual([0, 0])
    return found
  }
  return { held, insert, drain, spill, store }
}

describe('HeldSegments', () => {
  for (const lastWins of [false, true]) {
    it(`holds the ${lastWins ? 'last' : 'first'} copy of each byte, and captured ones before cut ones`, () => {
      fc.assert(
        fc.property(fc.array(insertion, { maxLength: 30 }), fc.constantFrom(0, 1, 64), (steps, blocks) => {
          const { held, insert, drain, spill, store } = setUp(lastWins, pageArena(blocks, 1))
          const model = new Map<number, string>()
          for (const { offset, text, cut } of steps) {
            let repeated = 0
            let conflicts = 0
            ;[...text].forEach((byte, i) => {
              const before = model.get(offset + i)
              const isHeld = before !== undefined && before !== '?'
              if (isHeld) repeated += 1
              if (isHeld && before !== byte) conflicts += 1
              if (!isHeld || lastWins) model.set(offset + i, byte)
            })
            for (let i = text.length; i < text.length + cut; i++) {
              if (!model.has(offset + i)) model.set(offset + i, '?')
            }
            insert(offset, text, cut)
            expect([held.repeatedBytes, held.conflictBytes]).toEqual([repeated, conflicts])
            expect(held.bytes).toBe([...model.values()].filter((byte) => byte !== '?').length)
          }
          expect(drain()).toEqual(new Map([...model].sort(([a], [b]) => a - b)))
          expect(held.bytes).toBe(0)
          expect(spill.keptBytes).toBe(0)
          expect(store.segments).toBe(0)
        }),
        { numRuns: 1000 },
      )
    })
  }

  it('drops what is cut off at an offset, and keeps what is before it', () => {
    fc.assert(
      fc.property(fc.array(insertion, { maxLength: 20 }), fc.nat(SPAN), (steps, end) => {
        const whole = setUp(false)
        const short = setUp(false)
        for (const { offset, text, cut } of steps) {
          whole.insert(offset, text, cut)
          short.insert(offset, text, cut)
        }
        const dropped = short.held.truncate(end)
        const all = whole.drain()
        expect(short.drain()).toEqual(new Map([...all].filter(([offset]) => offset < end)))
        expect(dropped).toBe([...all].filter(([offset, byte]) => offset >= end && byte !== '?').length)
        expect([short.store.segments, short.spill.keptBytes, short.held.bytes]).toEqual([0, 0, 0])
      }),
      { numRuns: 500 },
    )
  })

  const many = fc.record({
    offset: fc.nat(6_000),
    length: fc.integer({ min: 1, max: 12 }),
    what: fc.constantFrom('hold', 'hold', 'hold', 'hold', 'cut', 'shift', 'truncate'),
  })
  it('stays in order with thousands of pieces, whatever is held, taken and dropped in between', () => {
    fc.assert(
      fc.property(
        fc.array(many, { minLength: 1_500, maxLength: 1_500, size: 'max' }),
        fc.constantFrom(0, 1, 8),
        (steps, blocks) => {
          const { held, insert, drain, spill, store } = setUp(false, pageArena(blocks))
          const { rows } = store
          const model = new Map<number, string>()
          let number = 0
          let taken = 0
          for (const { offset, length, what } of steps) {
            number += 1
            if (what === 'shift' && held.count > 50) {
              const row = held.shift()
              taken = rows.end[row]!
              for (let at = rows.offset[row]!; at < taken; at++) expect(model.delete(at)).toBe(true)
              held.free(row)
            } else if (what === 'truncate' && number % 97 === 0) {
              held.truncate(offset)
              for (const at of [...model.keys()]) if (at >= offset) model.delete(at)
            } else if (offset >= taken) {
              const text = what === 'cut' ? '' : String.fromCharCode(97 + (number % 26)).repeat(length)
              for (let at = offset; at < offset + length; at++) {
                const before = model.get(at)
                if (before === undefined || (before === '?' && text !== '')) model.set(at, text[0] ?? '?')
              }
              insert(offset, text, what === 'cut' ? length : 0)
            }
            const byte = held.byteAt(offset)
            const expected = model.get(offset) ?? '?'
            expect(byte).toBe(expected === '?' ? -1 : expected.charCodeAt(0))
          }
          expect(held.bytes).toBe([...model.values()].filter((byte) => byte !== '?').length)
          expect(drain()).toEqual(new Map([...model].sort(([a], [b]) => a - b)))
          expect([held.bytes, spill.keptBytes]).toEqual([0, 0])
        },
      ),
      { numRuns: 25 },
    )
  })

  it('holds 200,000 pieces that come in reverse order', () => {
    const { held, insert, drain, store } = setUp(false, pageArena(200))
    const count = 200_000
    for (let i = count; i > 0; i--) insert(2 * i, 'a')
    expect([held.count, store.segments, held.firstOffset]).toEqual([count, count, 2])
    expect([...drain().keys()]).toEqual(Array.from({ length: count }, (_, i) => 2 * (i + 1)))
  })

  it('reads and writes no more of the spill file than a repetition covers', () => {
    const { held, insert, spill } = setUp(true, pageArena(0))
    insert(0, 'a'.repeat(60_000))
    const before = spill.movedBytes
    insert(30_000, 'bc')
    expect(held.conflictBytes).toBe(2)
    expect(spill.movedBytes - before).toBeLessThanOrEqual(4)
    expect(spill.keptBytes).toBe(60_000)
  })

  it('counts a packet once, with the first piece of it that is new', () => {
    const { held, insert, store } = setUp(false)
    insert(2, 'ab')
    insert(0, 'abababab')
    const pieces = []
    while (held.count > 0) {
      const row = held.shift()
      pieces.push([store.rows.offset[row], (store.rows.flags[row]! & RowFlag.FIRST) !== 0])
    }
    expect(pieces).toEqual([
      [0, true],
      [2, true],
      [4, false],
    ])
  })
})

describe('HeldSegments, acknowledged', () => {
  const acked = (setup: ReturnType<typeof setUp>) => {
    const { rows } = setup.store
    return rows.flags[setup.held.first]! & RowFlag.ACKED ? rows.ackedSec[setup.held.first]! : null
  }

  it('keeps the time of the first acknowledgment that reached a segment', () => {
    const setup = setUp(false)
    setup.insert(2, 'cdef')
    setup.held.acknowledge(1, 5, 0)
    expect(acked(setup)).toBeNull()
    setup.held.acknowledge(3, 7, 0)
    setup.held.acknowledge(4, 9, 0)
    expect(acked(setup)).toBe(7)
  })

  it.each([
    [4, false],
    [5, true],
    [6, true],
  ])('up to %i has reached a segment at 5 that comes later: %s', (offset, isReached) => {
    const setup = setUp(false)
    setup.insert(20, 'x')
    setup.held.acknowledge(offset, 7, 0)
    setup.insert(5, 'f')
    expect(acked(setup) !== null).toBe(isReached)
  })
})

it('HeldSegments knows the byte at an offset, where one is held', () => {
  const { held, insert } = setUp(false)
  insert(2, 'cd', 2)
  insert(8, 'i')
  expect([1, 2, 3, 4, 7, 8, 9].map((offset) => held.byteAt(offset))).toEqual([-1, 99, 100, -1, -1, 105, -1])
})

it('HeldSegments drops nothing at an offset behind all', () => {
  const { held, insert, drain } = setUp(false)
  insert(2, 'cd')
  expect([held.truncate(4), held.truncate(100), held.bytes]).toEqual([0, 0, 2])
  expect(held.truncate(3)).toBe(1)
  expect([...drain()]).toEqual([[2, 'c']])
})
