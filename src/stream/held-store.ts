import { LARGEST_CLASS, NO_PAGE, type PageArena } from '../bytes/page-arena.js'
import { SlotArena } from '../bytes/slot-arena.js'
import { FewBytes } from './few-bytes.js'
import { HeldRows } from './held-rows.js'

/** A file for held bytes that do not fit in memory. */
export interface Spill {
  /** Writes `bytes[from, to)`. Returns the position for `read`. */
  write(bytes: Uint8Array, from: number, to: number): number
  /** Overwrites bytes written at `position` by `bytes[from, to)`. */
  rewrite(position: number, bytes: Uint8Array, from: number, to: number): void
  /** Reads `target.length` bytes from `position`. */
  read(position: number, target: Uint8Array): void
  /** Notes that `bytes` written bytes are no longer needed. */
  free(bytes: number): void
}

/** A view of stored bytes: `bytes[from, to)`. */
export interface BytesPlace {
  bytes: Uint8Array
  from: number
  to: number
}

/** The place of bytes that were not captured. */
export const NOWHERE = 0
// A place has a kind in bits 0-3 and the number of a page, slot or piece above them. A negative place is -1 minus a
// position in the spill file.
const KIND_BITS = 4
const KIND_MASK = 15
const FIRST_PAGE_KIND = 1
const FIRST_SLOT_KIND = FIRST_PAGE_KIND + LARGEST_CLASS + 1
const FEW_KIND = 15

/** Memory of a row, and memory of a half-stream with rows. */
const ROW_BYTES = 104
const LIST_BYTES = 192
/** Memory of a chunk of SCTP that is held. */
const CHUNK_BYTES = 192
/** Rows and half-streams may always take this much memory together. */
const MIN_RECORD_BYTES = 32 * 1024 * 1024
/**
 * Segments up to this length never go to the spill file. Otherwise a capture with only such segments, or one that
 * overlaps them again and again, would cost a system call for every few bytes.
 */
const MAX_FEW_BYTES = 256

/**
 * Owns the early segments of all half-streams of one worker. Their bytes are in the arena's pages, several of them in
 * one where they are short; when those are used up, in a spill file, or where they are few in an array. What that
 * takes, and the rows and lists that tell where all is, is limited to the bytes of the arena, but at least 32 MiB.
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
  /** The bytes read from the spill file last. */
  #fromSpill = new Uint8Array(0)
  /** Number of half-streams that hold segments; each has a head row. */
  #lists = 0
  #chunkBytes = 0
  /** Bytes written to the spill file so far. */
  spilledBytes = 0

  /** @param maxFewBytes Segments up to this length never go to the spill file. */
  constructor(pages: PageArena, spill: Spill, maxFewBytes = MAX_FEW_BYTES) {
    this.#pages = pages
    this.#slots = new SlotArena(pages)
    this.#few = new FewBytes(maxFewBytes)
    this.#spill = spill
    this.#place = { bytes: pages.memory.bytes, from: 0, to: 0 }
  }

  /** Number of segments, or pieces of segments, held. */
  get segments(): number {
    return this.rows.count - this.#lists
  }

  /** True when rows, lists and short pieces have reached their memory limit. */
  get isFull(): boolean {
    const records = this.rows.count * ROW_BYTES + this.#lists * LIST_BYTES + this.#chunkBytes
    const bytes = records + this.#few.usedBytes
    return bytes > Math.max(this.#pages.totalBytes, MIN_RECORD_BYTES)
  }

  /** Counts half-streams with a list. @param change 1 for one more, -1 for one fewer. */
  countList(change: 1 | -1): void {
    this.#lists += change
  }

  /** Counts chunks of SCTP that are held. @param change 1 for one more, -1 for one fewer. */
  countChunk(change: 1 | -1): void {
    this.#chunkBytes += change * CHUNK_BYTES
  }

  /** Stores an owned copy of `bytes[from, to)`. Returns its place. */
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

  /** Overwrites the stored bytes from byte `at` on by `bytes[from, to)`. */
  replace(stored: number, at: number, bytes: Uint8Array, from: number, to: number): void {
    if (stored < 0) this.#spill.rewrite(-1 - stored + at, bytes, from, to)
    else if ((stored & KIND_MASK) === FEW_KIND)
      this.#few.bytes.set(bytes.subarray(from, to), this.#few.positionOf(stored >> KIND_BITS) + at)
    else this.#pages.memory.copy(bytes, from, to, this.#positionInPages(stored) + at)
  }

  /** Frees the last `bytes` stored bytes, which must not be all. */
  shorten(stored: number, bytes: number): void {
    if (stored < 0) this.#spill.free(bytes)
  }

  /** Frees stored bytes. @param length Number of stored bytes, without those that `shorten` freed. */
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
