import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LARGEST_CLASS, NO_PAGE, PageArena } from '../../src/bytes/page-arena.js'
import { SharedMemory } from '../../src/bytes/shared-memory.js'
import { pageArena } from '../support/pages.js'

interface Page {
  page: number
  sizeClass: number
  mark: number
}

describe('PageArena', () => {
  it.each([
    [0, 0],
    [2048, 0],
    [2049, 1],
    [16384, 1],
    [16385, 2],
    [1_000_000, 2],
  ])('has for %i bytes the size class %i', (bytes, sizeClass) => {
    expect(pageArena(1).classFor(bytes)).toBe(sizeClass)
  })

  it('has as many blocks as its part of the memory holds, and one at least', () => {
    const { memory } = pageArena(2)
    expect(new PageArena(memory, 0, 2 * 64 * 16 + 63 * 16, 16).totalBytes).toBe(2 * 64 * 16)
    expect(() => new PageArena(memory, 5, 5 + 63 * 16, 16)).toThrow('bug: 1008 bytes')
  })

  it('gives out the whole budget in the smallest pages, and then nothing', () => {
    const arena = pageArena(20, 16)
    const pages = new Set<number>()
    for (let page = arena.tryAllocate(0); page !== NO_PAGE; page = arena.tryAllocate(0)) pages.add(page)
    expect(pages.size).toBe(20 * 64)
    for (const page of pages) arena.free(page, 0)
    for (let i = 0; i < 20; i++) expect(arena.tryAllocate(LARGEST_CLASS)).not.toBe(NO_PAGE)
  })

  const memory = new SharedMemory(SharedMemory.allocate(4096))
  it('never gives the same byte to two pages, and uses freed memory for any size', () => {
    const action = fc.record({ sizeClass: fc.nat(2), isFree: fc.boolean(), which: fc.nat(1000) })
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 150 }),
        fc.integer({ min: 1, max: 12 }),
        (actions, blocks) => {
          const arena = new PageArena(memory, 8, 8 + blocks * 64 * 4, 4)
          memory.bytes.fill(0)
          const pages: Page[] = []
          const view = ({ page, sizeClass }: Page): Uint8Array => {
            const from = arena.positionOf(page)
            return arena.memory.bytes.subarray(from, from + arena.pageBytes(sizeClass))
          }
          let mark = 0
          for (const { sizeClass, isFree, which } of actions) {
            if (isFree && pages.length > 0) {
              const [freed] = pages.splice(which % pages.length, 1)
              arena.free(freed!.page, freed!.sizeClass)
            } else {
              const page = arena.tryAllocate(sizeClass)
              if (page === NO_PAGE) continue
              mark = (mark % 255) + 1
              const made = { page, sizeClass, mark }
              view(made).fill(mark)
              pages.push(made)
            }
            for (const page of pages) {
              const bytes = view(page)
              expect(bytes.length).toBe(arena.pageBytes(page.sizeClass))
              expect(bytes.every((byte) => byte === page.mark)).toBe(true)
            }
          }
          expect(Buffer.from(memory.bytes.subarray(0, 8)).equals(Buffer.alloc(8))).toBe(true)
          const end = 8 + blocks * 64 * 4
          expect(Buffer.from(memory.bytes.subarray(end, end + 8)).equals(Buffer.alloc(8))).toBe(true)
          for (const { page, sizeClass } of pages) arena.free(page, sizeClass)
          for (let i = 0; i < blocks; i++) expect(arena.tryAllocate(LARGEST_CLASS)).not.toBe(NO_PAGE)
        },
      ),
      { numRuns: 150 },
    )
  })
})
