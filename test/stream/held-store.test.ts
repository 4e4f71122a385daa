import { describe, expect, it } from 'vitest'
import { HeldStore } from '../../src/stream/held-store.js'
import { MemorySpill } from './memory-spill.js'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const text = (held: Uint8Array) => Buffer.from(held).toString()

describe('HeldStore', () => {
  it('keeps up to its limit in memory and the rest in the spill', () => {
    const spill = new MemorySpill()
    const store = new HeldStore(5, spill)
    const first = store.keep(bytes('abc'), 0, 3)
    const second = store.keep(bytes('defg'), 0, 4)
    const third = store.keep(bytes('hi'), 0, 2)
    expect([first, second, third].map(({ position }) => position)).toEqual([-1, 0, -1])
    expect([first, second, third].map((stored) => text(store.bytesOf(stored)))).toEqual(['abc', 'defg', 'hi'])
    expect(store.spilledBytes).toBe(4)
    for (const stored of [first, second, third]) store.drop(stored)
    expect(spill.keptBytes).toBe(0)
    expect(store.keep(bytes('12345'), 0, 5).position).toBe(-1)
  })

  it('is full when it keeps track of too many segments, wherever their bytes are', () => {
    const store = new HeldStore(0, new MemorySpill())
    const kept = []
    while (!store.isFull) kept.push(store.keep(bytes('x'), 0, 1))
    expect(kept.length).toBeGreaterThan(100_000)
    for (const stored of kept.slice(0, 10)) store.drop(stored)
    expect(store.isFull).toBe(false)
  })

  it('keeps a copy', () => {
    const store = new HeldStore(100, new MemorySpill())
    const source = bytes('-abc-')
    const stored = store.keep(source, 1, 4)
    source.fill(0x21)
    expect(text(store.bytesOf(stored))).toBe('abc')
  })
})
