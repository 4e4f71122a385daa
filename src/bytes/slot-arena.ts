import { NumberedList } from './numbered-list.js'
import { NO_PAGE, type PageArena } from './page-arena.js'

/** The smallest slot is a 32nd of a page: as many as a word has bits. */
const SLOT_CLASSES = 5
const MOST_SLOTS = 32
/** Low bits of a slot's number, which are its index in the page. The bits above are the page's number. */
const SLOT_BITS = 5
const SLOT_MASK = MOST_SLOTS - 1

/**
 * Divides the smallest pages of an arena into slots of five sizes: a 32nd, a 16th, an eighth, a quarter and half of a
 * page. All slots of a page have the same size.
 *
 * A slot's number is 32 times the number of its page, plus its index in the page.
 */
export class SlotArena {
  // Invariants:
  // - #used[page] is the bit set of the page's slots in use; 0 for a page that is not taken.
  // - #partial[c] lists the taken pages of class c that have a free slot.
  readonly #pages: PageArena
  /** By class. */
  readonly #slotBytes: readonly number[]
  readonly #partial = Array.from({ length: SLOT_CLASSES }, () => new NumberedList())
  readonly #used: Uint32Array

  constructor(pages: PageArena) {
    this.#pages = pages
    const pageBytes = pages.pageBytes(0)
    this.#slotBytes = Array.from({ length: SLOT_CLASSES }, (_, i) => (pageBytes / MOST_SLOTS) * 2 ** i)
    this.#used = new Uint32Array(Math.floor(pages.totalBytes / pageBytes))
  }

  /** The smallest class for `bytes`; -1 if they need a whole page. */
  classFor(bytes: number): number {
    for (let slotClass = 0; slotClass < SLOT_CLASSES; slotClass++) {
      if (bytes <= this.#slotBytes[slotClass]!) return slotClass
    }
    return -1
  }

  /** Takes a slot, or returns `NO_PAGE` when the memory is used up. */
  tryAllocate(slotClass: number): number {
    const partial = this.#partial[slotClass]!
    let page = partial.first
    if (page === -1) {
      page = this.#pages.tryAllocate(0)
      if (page === NO_PAGE) return NO_PAGE
      partial.pushLast(page)
    }
    const full = fullSet(slotClass)
    const free = ~this.#used[page]! & full
    const slot = 31 - Math.clz32(free & -free)
    const used = (this.#used[page]! | (1 << slot)) >>> 0
    this.#used[page] = used
    if (used === full) partial.remove(page)
    return (page << SLOT_BITS) | slot
  }

  /** Gives a slot back. */
  free(slot: number, slotClass: number): void {
    const page = slot >> SLOT_BITS
    const partial = this.#partial[slotClass]!
    const wasFull = this.#used[page] === fullSet(slotClass)
    this.#used[page] = this.#used[page]! & ~(1 << (slot & SLOT_MASK))
    if (this.#used[page] === 0) {
      partial.remove(page)
      this.#pages.free(page, 0)
    } else if (wasFull) {
      partial.pushLast(page)
    }
  }

  /** Position of a slot's first byte in the memory. */
  positionOf(slot: number, slotClass: number): number {
    return this.#pages.positionOf(slot >> SLOT_BITS) + (slot & SLOT_MASK) * this.#slotBytes[slotClass]!
  }
}

function fullSet(slotClass: number): number {
  const slots = MOST_SLOTS >> slotClass
  return slots === MOST_SLOTS ? 0xffffffff : (1 << slots) - 1
}
