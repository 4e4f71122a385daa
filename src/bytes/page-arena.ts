import { NumberedList } from './numbered-list.js'
import type { SharedMemory } from './shared-memory.js'

const UNITS_PER_BLOCK = 64
const UNIT_BYTES = 2048
/** Units of one page, by size class. */
const CLASS_UNITS = [1, 8, UNITS_PER_BLOCK] as const
/** The largest size class. */
export const LARGEST_CLASS = 2
/** Least bytes of memory for an arena. */
export const BLOCK_BYTES = UNITS_PER_BLOCK * UNIT_BYTES
/** Returned instead of a page when there is none. */
export const NO_PAGE = -1

/**
 * Allocates pages of three sizes (1, 8 and 64 units; by default 2, 16 and 128 KiB) in a part of the shared memory. The
 * system provides physical memory on first use.
 *
 * A page is identified by the number of its first unit.
 */
export class PageArena {
  // Invariants:
  // - a block is one of: never used (number >= #fresh), free (in #freeBlocks), or in use for one size class.
  // - #usedPages[2b] and [2b+1] are the bit set of block b's pages in use.
  // - #partial[c] lists the blocks of class c that have both used and free pages.
  readonly memory: SharedMemory
  readonly #from: number
  readonly #unitBytes: number
  readonly #blocks: number
  readonly #partial = [new NumberedList(), new NumberedList()] as const
  readonly #freeBlocks: number[] = []
  readonly #usedPages: Uint32Array
  #fresh = 0

  /**
   * @param from, to  The arena's part of the memory: as many blocks (64 units) as it holds, one at least.
   * @param unitBytes Bytes of the smallest page.
   */
  constructor(memory: SharedMemory, from: number, to: number, unitBytes = UNIT_BYTES) {
    this.memory = memory
    this.#from = from
    this.#unitBytes = unitBytes
    this.#blocks = Math.floor((to - from) / (unitBytes * UNITS_PER_BLOCK))
    if (this.#blocks < 1) throw new RangeError(`bug: ${to - from} bytes are no block of pages`)
    this.#usedPages = new Uint32Array(this.#blocks * 2)
  }

  /** Memory of all pages together. */
  get totalBytes(): number {
    return this.#blocks * UNITS_PER_BLOCK * this.#unitBytes
  }

  /** Bytes of a page of this size class. */
  pageBytes(sizeClass: number): number {
    return CLASS_UNITS[sizeClass]! * this.#unitBytes
  }

  /** The smallest size class that holds `bytes`, or the largest. */
  classFor(bytes: number): number {
    if (bytes <= this.#unitBytes) return 0
    return bytes <= CLASS_UNITS[1] * this.#unitBytes ? 1 : LARGEST_CLASS
  }

  /** Takes a page of this size class, or returns `NO_PAGE` when the memory is used up. */
  tryAllocate(sizeClass: number): number {
    if (sizeClass === LARGEST_CLASS) {
      const block = this.#tryTakeBlock()
      return block === NO_PAGE ? NO_PAGE : block * UNITS_PER_BLOCK
    }
    const partial = this.#partial[sizeClass]!
    let block = partial.first
    if (block === -1) {
      block = this.#tryTakeBlock()
      if (block === NO_PAGE) return NO_PAGE
      partial.pushLast(block)
    }
    const pagesPerWord = Math.min(32, UNITS_PER_BLOCK / CLASS_UNITS[sizeClass]!)
    const full = pagesPerWord === 32 ? 0xffffffff : (1 << pagesPerWord) - 1
    let word = 2 * block
    if (this.#usedPages[word] === full) word += 1
    const free = ~this.#usedPages[word]! & full
    const bit = 31 - Math.clz32(free & -free)
    this.#usedPages[word] = this.#usedPages[word]! | (1 << bit)
    if (this.#isFull(block, sizeClass)) partial.remove(block)
    return block * UNITS_PER_BLOCK + ((word & 1) * 32 + bit) * CLASS_UNITS[sizeClass]!
  }

  /** Gives a page back. */
  free(page: number, sizeClass: number): void {
    const block = Math.floor(page / UNITS_PER_BLOCK)
    if (sizeClass === LARGEST_CLASS) {
      this.#freeBlocks.push(block)
      return
    }
    const index = (page % UNITS_PER_BLOCK) / CLASS_UNITS[sizeClass]!
    const word = 2 * block + (index >> 5)
    const wasFull = this.#isFull(block, sizeClass)
    this.#usedPages[word] = this.#usedPages[word]! & ~(1 << (index & 31))
    const partial = this.#partial[sizeClass]!
    if (this.#usedPages[2 * block] === 0 && this.#usedPages[2 * block + 1] === 0) {
      partial.remove(block)
      this.#freeBlocks.push(block)
    } else if (wasFull) {
      partial.pushLast(block)
    }
  }

  /** Position of a page's first byte in the memory. */
  positionOf(page: number): number {
    return this.#from + page * this.#unitBytes
  }

  #isFull(block: number, sizeClass: number): boolean {
    const low = this.#usedPages[2 * block]!
    if (sizeClass === 1) return low === 0xff
    return low === 0xffffffff && this.#usedPages[2 * block + 1] === 0xffffffff
  }

  #tryTakeBlock(): number {
    const free = this.#freeBlocks.pop()
    if (free !== undefined) return free
    if (this.#fresh === this.#blocks) return NO_PAGE
    this.#fresh += 1
    return this.#fresh - 1
  }
}
