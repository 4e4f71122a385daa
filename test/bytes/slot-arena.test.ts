import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_PAGE } from '../../src/bytes/page-arena.js'
import { SlotArena } from '../../src/bytes/slot-arena.js'
import { pageArena } from '../support/pages.js'

interface Slot {
  slot: number
  slotClass: number
  mark: number
}

describe('SlotArena', () => {
  it.each([
    [1, 0],
    [64, 0],
    [65, 1],
    [128, 1],
    [256, 2],
    [512, 3],
    [1024, 4],
    [1025, -1],
  ])('has for %i bytes the class %i', (bytes, slotClass) => {
    expect(new SlotArena(pageArena(1)).classFor(bytes)).toBe(slotClass)
  })

  it('gives out all memory of its pages, and gives them back', () => {
    const pages = pageArena(2)
    const arena = new SlotArena(pages)
    for (let slotClass = 0; slotClass < 5; slotClass++) {
      const slots: number[] = []
      for (let slot = arena.tryAllocate(slotClass); slot !== NO_PAGE; slot = arena.tryAllocate(slotClass))
        slots.push(slot)
      expect(slots).toHaveLength((128 * 32) >> slotClass)
      for (const slot of slots) arena.free(slot, slotClass)
    }
    for (let i = 0; i < 128; i++) expect(pages.tryAllocate(0)).not.toBe(NO_PAGE)
  })

  it('never gives the same byte to two slots, or to a slot and a page', () => {
    const action = fc.record({ slotClass: fc.nat(5), isFree: fc.boolean(), which: fc.nat(1000) })
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const pages = pageArena(1, 32)
        const arena = new SlotArena(pages)
        const { bytes } = pages.memory
        const taken: Slot[] = []
        const from = ({ slot, slotClass }: Slot) =>
          slotClass === 5 ? pages.positionOf(slot) : arena.positionOf(slot, slotClass)
        actions.forEach(({ slotClass, isFree, which }, i) => {
          if (isFree && taken.length > 0) {
            const [{ slot, slotClass: freed }] = taken.splice(which % taken.length, 1) as [Slot]
            if (freed === 5) pages.free(slot, 0)
            else arena.free(slot, freed)
            return
          }
          const slot = slotClass === 5 ? pages.tryAllocate(0) : arena.tryAllocate(slotClass)
          if (slot === NO_PAGE) return
          const one = { slot, slotClass, mark: i % 255 }
          bytes.fill(one.mark, from(one), from(one) + 2 ** slotClass)
          taken.push(one)
        })
        for (const one of taken) {
          for (let at = 0; at < 2 ** one.slotClass; at++) expect(bytes[from(one) + at]).toBe(one.mark)
        }
      }),
      { numRuns: 300 },
    )
  })
})
