import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeldStore } from '../../src/stream/held-store.js'
import { pageArena } from '../support/pages.js'
import { FEW_BYTES, heldText, MemorySpill } from './memory-spill.js'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))

interface Kept {
  place: number
  text: string
}

describe('HeldStore', () => {
  it('keeps what its pages hold in memory, and the rest in the spill', () => {
    const spill = new MemorySpill()
    const store = new HeldStore(pageArena(2, 1), spill)
    const long = (letter: string) => letter.repeat(300)
    const texts = ['abcdefghi', 'jkl', long('m'), 'vw', long('x')]
    const kept = texts.map((text) => store.keep(bytes(text), 0, text.length))
    expect(kept.map((place, i) => heldText(store, place, texts[i]!.length))).toEqual(texts)
    expect(store.spilledBytes).toBe(600)
    expect(spill.keptBytes).toBe(600)
    for (const [i, place] of kept.entries()) store.drop(place, texts[i]!.length)
    expect(spill.keptBytes).toBe(0)
    const again = texts.slice(0, 2).map((text) => store.keep(bytes(text), 0, text.length))
    expect(again.map((place, i) => heldText(store, place, texts[i]!.length))).toEqual(texts.slice(0, 2))
    expect(spill.keptBytes).toBe(0)
  })

  it('is full when it keeps track of too many segments, wherever their bytes are', () => {
    const store = new HeldStore(pageArena(0, 1), new MemorySpill())
    const rows: number[] = []
    while (!store.isFull) rows.push(store.rows.take())
    expect(rows.length).toBeGreaterThan(262_144)
    expect(rows.length).toBeLessThan(400_000)
    for (const row of rows.slice(0, 10)) store.rows.free(row)
    expect(store.isFull).toBe(false)
  })

  it('is full when too many half-streams hold a segment each', () => {
    const store = new HeldStore(pageArena(0, 1), new MemorySpill())
    for (; !store.isFull; store.countList(1)) store.rows.take() // the list's own
    expect(store.segments).toBe(0)
    expect(store.rows.count).toBeLessThan(150_000)
  })

  it('keeps what has few bytes in memory where no page is left, and no more of it than of segments', () => {
    const spill = new MemorySpill()
    const store = new HeldStore(pageArena(0, 1), spill)
    const source = new Uint8Array(256).fill(0x61)
    const kept = [store.keep(source, 0, 256)]
    source.fill(0x21)
    expect(heldText(store, kept[0]!, 256)).toBe('a'.repeat(256))
    while (!store.isFull) kept.push(store.keep(source, 0, 256))
    expect(spill.keptBytes).toBe(0)
    expect(kept.length).toBeGreaterThan(100_000)
    expect(kept.length).toBeLessThan(140_000)
    for (const place of kept) store.drop(place, 256)
    expect(store.isFull).toBe(false)
  })

  it('keeps 4,096 segments of 64 bytes in the memory of 128 pages', () => {
    const spill = new MemorySpill()
    const store = new HeldStore(pageArena(2), spill, 0)
    const source = new Uint8Array(64)
    const kept = new Set<number>()
    while (spill.keptBytes === 0) kept.add(store.keep(source, 0, 64))
    expect(kept.size).toBe(4_097)
  })

  it('keeps a copy', () => {
    const store = new HeldStore(pageArena(1), new MemorySpill())
    const source = bytes('-abc-')
    const place = store.keep(source, 1, 4)
    source.fill(0x21)
    expect(heldText(store, place, 3)).toBe('abc')
  })

  it('gives back what was kept, whatever the sizes and whatever was kept, cut, replaced and dropped before', () => {
    const action = fc.record({
      what: fc.constantFrom('keep', 'keep', 'keep', 'drop', 'replace', 'shorten'),
      length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 400 })),
      which: fc.nat(1000),
    })
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 120 }),
        fc.constantFrom([0, 1], [1, 4], [2, 32], [3, 64]),
        fc.constantFrom(0, FEW_BYTES, 16),
        (actions, [blocks, unitBytes], fewBytes) => {
          const spill = new MemorySpill()
          const store = new HeldStore(pageArena(blocks!, unitBytes!), spill, fewBytes)
          const all: Kept[] = []
          actions.forEach(({ what, length, which }, i) => {
            const at = which % Math.max(1, all.length)
            const one = all[at]
            if (what === 'keep') {
              const text = String.fromCharCode(97 + (i % 26)).repeat(length)
              const source = bytes(`-${text}-`)
              all.push({ place: store.keep(source, 1, 1 + length), text })
              source.fill(0x21)
            } else if (one === undefined) {
              return
            } else if (what === 'drop') {
              store.drop(one.place, one.text.length)
              all.splice(at, 1)
            } else if (what === 'shorten') {
              const less = Math.min(length, one.text.length - 1)
              store.shorten(one.place, less)
              one.text = one.text.slice(0, one.text.length - less)
            } else {
              const from = length % one.text.length
              store.replace(one.place, from, bytes('!'), 0, 1)
              one.text = `${one.text.slice(0, from)}!${one.text.slice(from + 1)}`
            }
          })
          for (const { place, text } of all) expect(heldText(store, place, text.length)).toBe(text)
          for (const { place, text } of all) store.drop(place, text.length)
          expect(spill.keptBytes).toBe(0)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('replaces and shortens what it keeps in memory, from the first place on', () => {
    const spill = new MemorySpill()
    const store = new HeldStore(pageArena(0, 1), spill)
    const first = store.keep(bytes('abcdef'), 0, 6)
    store.replace(first, 2, bytes('<XY>'), 1, 3)
    expect(heldText(store, first, 6)).toBe('abXYef')
    store.shorten(first, 2)
    expect(heldText(store, first, 4)).toBe('abXY')
    store.drop(first, 4)
    expect([spill.keptBytes, store.spilledBytes]).toEqual([0, 0])
  })
})
