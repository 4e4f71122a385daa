import { LARGEST_CLASS, NO_PAGE, type PageArena } from '../bytes/page-arena.js'
import { SlotArena } from '../bytes/slot-arena.js'
import { FewBytes } from './few-bytes.js'
import { HeldRows } from './held-rows.js'

/** A file for held bytes that memory has no room for. */
export interface Spill {
  /** Keeps a copy of `bytes[from, to)`. Returns where, for `read`. */
  write(bytes: Uint8Array, from: number, to: number): number
  /** Puts `bytes[from, to)` in the place of what was written at `position`. */
  rewrite(position: number, bytes: Uint8Array, from: number, to: number): void
  /** Fills `target` from what was written at `position`. */
  read(position: number, target: Uint8Array): void
  /** Says that `bytes` written bytes are not needed any more. */
  free(bytes: number): void
}

/** Where stored bytes can be read: `bytes[from, to)`. */
export interface BytesPlace {
  bytes: Uint8Array
  from: number
  to: number
}

/** The place of bytes that were not captured. */
export const NOWHERE = 0
// A place is a kind (bits 0-3) and the number of a page, slot or piece above it; below 0 it is -1 less a position in the
// spill file.
const KIND_BITS = 4
const KIND_MASK = 15
const FIRST_PAGE_KIND = 1
const FIRST_SLOT_KIND = FIRST_PAGE_KIND + LARGEST_CLASS + 1
const FEW_KIND = 15

/** Memory that a row takes, and memory that a half-stream with rows takes. */
const ROW_BYTES = 96
const LIST_BYTES = 192
/** Rows and half-streams may always take so much memory together. */
const MIN_RECORD_BYTES = 32 * 1024 * 1024
/**
 * Segments up to this length never go to the spill file: a capture of nothing else, or one that covers them again and
 * again, would cost a call of the system for every few bytes.
 */
const MAX_FEW_BYTES = 256

/**
 * Owns the early segments of all half-streams of one worker. Their bytes are in the arena's pages, several of them in one
 * where they are short; when those are used up, in a spill file, or where they are few in an array. What that takes, and
 * the rows and lists that tell where all is, is limited to the bytes of the arena, but at least 32 MiB.
 *
 * A place is a number that tells where bytes are; how many they are its owner knows.
 */
export class HeldStore {
  readonly rows = new HeldRows()
  readonly #pages: PageArena
  readonly #slots: SlotArena
  readonly #few: FewBytes
  readonly #spill: Spill
  readonly #place: BytesPlace
  /** What was read of the spill file last. */
  #fromSpill = new Uint8Array(0)
  /** Half-streams that hold segments: each has a row of its own. */
  #lists = 0
  /** Bytes that had to go to the spill file so far. */
  spilledBytes = 0

  /** @param maxFewBytes Segments up to this length never go to the spill file. */
  constructor(pages: PageArena, spill: Spill, maxFewBytes = MAX_FEW_BYTES) {
    this.#pages = pages
    this.#slots = new SlotArena(pages)
    this.#few = new FewBytes(maxFewBytes)
    this.#spill = spill
    this.#place = { bytes: pages.memory.bytes, from: 0, to: 0 }
  }

  /** Segments, or pieces of such, that are held now. */
  get segments(): number {
    return this.rows.count - this.#lists
  }

  /** True when rows, lists and short pieces take all the memory that they may. */
  get isFull(): boolean {
    const bytes = this.rows.count * ROW_BYTES + this.#lists * LIST_BYTES + this.#few.usedBytes
    return bytes > Math.max(this.#pages.totalBytes, MIN_RECORD_BYTES)
  }

  /** Notes that one more, or one fewer (-1), half-stream has a list of its own. */
  countList(change: 1 | -1): void {
    this.#lists += change
  }

  /** Keeps an owned copy of `bytes[from, to)`. Returns its place. */
  keep(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from
    const slotClass = this.#slots.classFor(length)
    if (slotClass >= 0) {
      const slot = this.#slots.tryAllocate(slotClass)
      if (slot !== NO_PAGE) {
        this.#pages.memory.copy(bytes, from, to, this.#slots.positionOf(slot, slotClass))
        return (slot << KIND_BITS) | (FIRST_SLOT_KIND + slotClass)
      }
    } else {
      const sizeClass = this.#pages.classFor(length)
      const page = length > this.#pages.pageBytes(sizeClass) ? NO_PAGE : this.#pages.tryAllocate(sizeClass)
      if (page !== NO_PAGE) {
        this.#pages.memory.copy(bytes, from, to, this.#pages.positionOf(page))
        return (page << KIND_BITS) | (FIRST_PAGE_KIND + sizeClass)
      }
    }
    if (length <= this.#few.slotBytes) return (this.#few.keep(bytes, from, to) << KIND_BITS) | FEW_KIND
    this.spilledBytes += length
    return -1 - this.#spill.write(bytes, from, to)
  }

  /** Finds `length` stored bytes, from byte `at` on. Valid until `keep`, `replace`, `drop` or the next call. */
  locate(stored: number, at: number, length: number): Readonly<BytesPlace> {
    const place = this.#place
    if (stored < 0) {
      if (this.#fromSpill.length < length) this.#fromSpill = new Uint8Array(2 * length)
      place.bytes = this.#fromSpill
      place.from = 0
      this.#spill.read(-1 - stored + at, this.#fromSpill.subarray(0, length))
    } else if ((stored & KIND_MASK) === FEW_KIND) {
      place.bytes = this.#few.bytes
      place.from = this.#few.positionOf(stored >> KIND_BITS) + at
    } else {
      place.bytes = this.#pages.memory.bytes
      place.from = this.#positionInPages(stored) + at
    }
    place.to = place.from + length
    return place
  }

  /** Puts `bytes[from, to)` in the place of the stored bytes from the one at `at` on. */
  replace(stored: number, at: number, bytes: Uint8Array, from: number, to: number): void {
    if (stored < 0) this.#spill.rewrite(-1 - stored + at, bytes, from, to)
    else if ((stored & KIND_MASK) === FEW_KIND)
      this.#few.bytes.set(bytes.subarray(from, to), this.#few.positionOf(stored >> KIND_BITS) + at)
    else this.#pages.memory.copy(bytes, from, to, this.#positionInPages(stored) + at)
  }

  /** Gives back the last `bytes` stored bytes, which are not all of them. */
  shorten(stored: number, bytes: number): void {
    if (stored < 0) this.#spill.free(bytes)
  }

  /** @param length Of the bytes that were kept and not cut off by `shorten`. */
  drop(stored: number, length: number): void {
    if (stored === NOWHERE) return
    const kind = stored & KIND_MASK
    if (stored < 0) this.#spill.free(length)
    else if (kind === FEW_KIND) this.#few.free(stored >> KIND_BITS)
    else if (kind >= FIRST_SLOT_KIND) this.#slots.free(stored >> KIND_BITS, kind - FIRST_SLOT_KIND)
    else this.#pages.free(stored >> KIND_BITS, kind - FIRST_PAGE_KIND)
  }

  #positionInPages(stored: number): number {
    const kind = stored & KIND_MASK
    const number = stored >> KIND_BITS
    return kind >= FIRST_SLOT_KIND
      ? this.#slots.positionOf(number, kind - FIRST_SLOT_KIND)
      : this.#pages.positionOf(number)
  }
}
