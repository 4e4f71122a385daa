import { describe, expect, it } from 'vitest'
import { HeldStore } from '../../src/stream/held-store.js'
import { pageArena } from '../support/pages.js'
import { heldText, MemorySpill } from './memory-spill.js'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))

describe('HeldStore', () => {
  it('keeps what its pages hold in memory, and the rest in the spill', () => {
    const spill = new MemorySpill()
    const store = new HeldStore(pageArena(2, 1), spill)
    const long = (letter: string) => letter.repeat(300)
    const texts = ['abcdefghi', 'jkl', long('m'), 'vw', long('x')]
    const kept = texts.map((text) => store.keep(bytes(text), 0, text.length))
    expect(kept.map((stored) => heldText(store, stored))).toEqual(texts)
    expect(store.spilledBytes).toBe(600)
    expect(spill.keptBytes).toBe(600)
    for (const stored of kept) store.drop(stored)
    expect(spill.keptBytes).toBe(0)
    const again = texts.slice(0, 2).map((text) => store.keep(bytes(text), 0, text.length))
    expect(again.map((stored) => heldText(store, stored))).toEqual(texts.slice(0, 2))
    expect(spill.keptBytes).toBe(0)
  })

  it('is full when it keeps track of too many segments, wherever their bytes are', () => {
    const store = new HeldStore(pageArena(0, 1), new MemorySpill())
    const kept = []
    while (!store.isFull) kept.push(store.keep(bytes('x'), 0, 1))
    expect(kept.length).toBeGreaterThan(100_000)
    for (const stored of kept.slice(0, 10)) store.drop(stored)
    expect(store.isFull).toBe(false)
  })

  it('keeps what has few bytes in memory where no page is left, and no more of it than of segments', () => {
    const spill = new MemorySpill()
    const store = new HeldStore(pageArena(0, 1), spill)
    const source = new Uint8Array(256).fill(0x61)
    const kept = [store.keep(source, 0, 256)]
    source.fill(0x21)
    expect(heldText(store, kept[0]!)).toBe('a'.repeat(256))
    while (!store.isFull) kept.push(store.keep(source, 0, 256))
    expect(spill.keptBytes).toBe(0)
    expect(kept.length).toBeLessThan(60_000)
    for (const stored of kept) store.drop(stored)
    while (!store.isFull) store.keepNothing()
    expect(store.segments).toBeGreaterThan(100_000)
  })

  it('keeps a copy', () => {
    const store = new HeldStore(pageArena(1), new MemorySpill())
    const source = bytes('-abc-')
    const stored = store.keep(source, 1, 4)
    source.fill(0x21)
    expect(heldText(store, stored)).toBe('abc')
  })
})
