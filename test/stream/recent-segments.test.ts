import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { Comparison } from '../../src/stream/comparison.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { RecentSegments } from '../../src/stream/recent-segments.js'
import { pageArena } from '../support/pages.js'
import { MemorySpill } from './memory-spill.js'

const WINDOW_BYTES = 256 * 1024
const WINDOW_SEGMENTS = 256

interface Segment {
  offset: number
  bytes: Uint8Array
  timeSec: number
}

/** The rule as the model has it: looked up among all segments that were ever delivered. */
class Model {
  readonly segments: Segment[] = []

  /** Bytes of `[start, start + bytes.length)` that were compared, and that differ. */
  compare(start: number, bytes: Uint8Array, acked: number, nowSec: number): [number, number] {
    let newer = 0
    let compared = 0
    let conflicts = 0
    let earliest = Infinity
    for (const [i, segment] of this.segments.toReversed().entries()) {
      const end = segment.offset + segment.bytes.length
      earliest = Math.min(earliest, segment.timeSec)
      if (newer >= WINDOW_BYTES || i >= WINDOW_SEGMENTS || (end <= acked && earliest < nowSec - 1)) break
      newer += segment.bytes.length
      for (let at = Math.max(start, segment.offset); at < Math.min(end, start + bytes.length); at++) {
        compared += 1
        if (segment.bytes[at - segment.offset] !== bytes[at - start]) conflicts += 1
      }
    }
    return [compared, conflicts]
  }
}

/** Half-streams with recent segments, whose input is the array `input`. */
function setUp(halves: number, readsInput: boolean) {
  const table = new ConnectionTable()
  for (let i = 0; i < halves; i += 2) table.allocate()
  const spill = new MemorySpill()
  const copies = new HeldStore(pageArena(8), spill, 0)
  const shared = new Uint8Array(4096)
  const input: number[] = []
  const inputs = {
    read(number: number, offset: number, target: Uint8Array) {
      expect(number).toBe(3)
      target.set(input.slice(offset, offset + target.length))
      return true
    },
  }
  const recent = new RecentSegments(table, copies, inputs, shared, new Comparison())
  /** Delivers a segment: from a window of the input, or from other memory. */
  function deliver(half: number, bytes: Uint8Array, timeSec: number): void {
    const at = 100
    shared.set(bytes, at)
    if (readsInput) recent.startWindow({ from: at, to: at + bytes.length, input: 3, base: input.length - at })
    input.push(...bytes)
    recent.note(half, shared, at, at + bytes.length, Math.floor(timeSec), Math.round((timeSec % 1) * 1e9))
    table.nextOffset[half]! += bytes.length
    table.lastSec[half >> 1] = Math.max(table.lastSec[half >> 1]!, timeSec)
    shared.fill(0x21)
  }
  return { table, recent, deliver, spill }
}

const step = fc.record({
  half: fc.nat(5),
  length: fc.integer({ min: 1, max: 40 }),
  gap: fc.constantFrom(0, 0, 0, 7),
  value: fc.nat(255),
  later: fc.constantFrom(0, 0, 0.25, 0.5),
  acks: fc.boolean(),
  repeats: fc.nat(2),
  back: fc.nat(300),
  wrong: fc.boolean(),
})

describe.each([
  ['in the input', true],
  ['in copies', false],
])('segments whose bytes are %s', (_where, readsInput) => {
  it('are compared as far as the rule says, however often rows are moved', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const { table, recent, deliver, spill } = setUp(6, readsInput)
        const models = Array.from({ length: 6 }, () => new Model())
        let timeSec = 100
        // The steps again and again: thousands of segments, so that rows run out several times.
        for (let round = 0; round < Math.ceil(9_000 / steps.length); round++) {
          for (const { half, length, gap, value, later, acks, repeats, back, wrong } of steps) {
            timeSec += later
            const model = models[half]!
            table.nextOffset[half]! += gap
            const bytes = new Uint8Array(length).fill(value + round)
            model.segments.push({ offset: table.nextOffset[half]!, bytes, timeSec })
            deliver(half, bytes, timeSec)
            if (acks) table.ackedOffset[half] = table.nextOffset[half]!
            if (repeats > 0 || round % 50 !== 0) continue
            const start = Math.max(0, table.nextOffset[half]! - back)
            const again = new Uint8Array(back).fill(wrong ? 1 : value + round)
            recent.compare(half, start, again, 0, back)
            const now = table.lastSec[half >> 1]!
            expect([recent.comparedBytes, recent.conflictBytes]).toEqual(
              model.compare(start, again, table.ackedOffset[half]!, now),
            )
          }
        }
        for (let half = 0; half < 6; half++) recent.release(half)
        expect([spill.keptBytes, recent.copiedBytes]).toEqual([0, 0])
      }),
      { numRuns: 20 },
    )
  })

  it('count up to 256 KiB and 256 segments back, while they are not acknowledged', () => {
    const { recent, deliver } = setUp(2, readsInput)
    const bytes = new Uint8Array(1024).fill(1)
    for (let i = 0; i < 300; i++) deliver(0, bytes, 0)
    const again = new Uint8Array(300 * 1024).fill(1)
    recent.compare(0, 0, again, 0, again.length)
    expect(recent.comparedBytes).toBe(WINDOW_BYTES)
    for (let i = 0; i < 600; i++) deliver(1, bytes.subarray(0, 2), 0)
    recent.compare(1, 0, again, 0, 1200)
    expect(recent.comparedBytes).toBe(2 * WINDOW_SEGMENTS)
  })

  it('count by bytes where segments are long', () => {
    const { recent, deliver } = setUp(2, readsInput)
    const bytes = new Uint8Array(2048).fill(1)
    for (let i = 0; i < 150; i++) deliver(0, bytes, 0)
    recent.compare(0, 0, new Uint8Array(150 * 2048), 0, 150 * 2048)
    expect([recent.comparedBytes, recent.conflictBytes]).toEqual([WINDOW_BYTES, WINDOW_BYTES])
  })

  it('are compared within the range alone', () => {
    const { recent, table, deliver } = setUp(2, readsInput)
    for (const text of ['abc', 'def', 'ghi']) deliver(0, Buffer.from(text), 0)
    const compared = (start: number, text: string) => {
      recent.compare(0, start, Buffer.from(`<${text}>`), 1, 1 + text.length)
      return [recent.comparedBytes, recent.conflictBytes]
    }
    expect(table.nextOffset[0]).toBe(9)
    expect(compared(0, 'ab')).toEqual([2, 0])
    expect(compared(1, 'bXd')).toEqual([3, 1])
    expect(compared(4, 'efgX')).toEqual([4, 1])
    expect(compared(8, 'i and more')).toEqual([1, 0])
    expect(compared(9, 'more')).toEqual([0, 0])
  })

  it('all count where more are alive than there were rows for', () => {
    const { recent, deliver } = setUp(40, readsInput)
    const bytes = Uint8Array.of(1)
    for (let i = 0; i < WINDOW_SEGMENTS; i++) for (let half = 0; half < 40; half++) deliver(half, bytes, 0)
    for (let half = 0; half < 40; half++) {
      recent.compare(half, 0, new Uint8Array(1000).fill(1), 0, 1000)
      expect([half, recent.comparedBytes, recent.conflictBytes]).toEqual([half, WINDOW_SEGMENTS, 0])
    }
  })
})

it('gives back copies that do not count any more before they take much memory', () => {
  const { table, recent, deliver } = setUp(2, false)
  const bytes = new Uint8Array(2048)
  for (let i = 0; i < 20_000; i++) {
    deliver(0, bytes, 0)
    table.ackedOffset[0] = table.nextOffset[0]!
  }
  expect(recent.copiedBytes).toBeLessThan(16 * 1024 * 1024)
})

it('compares nothing where the input cannot be read any more', () => {
  const table = new ConnectionTable()
  table.allocate()
  const shared = new Uint8Array(16)
  const copies = new HeldStore(pageArena(8), new MemorySpill())
  const recent = new RecentSegments(table, copies, { read: () => false }, shared, new Comparison())
  recent.startWindow({ from: 0, to: 16, input: 0, base: 0 })
  recent.note(0, shared, 2, 8, 0, 0)
  recent.compare(0, 0, shared, 2, 8)
  expect([recent.comparedBytes, recent.conflictBytes]).toEqual([0, 0])
})
