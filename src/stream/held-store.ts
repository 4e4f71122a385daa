import { NO_PAGE, type PageArena } from '../bytes/page-arena.js'

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

/** Bytes owned by the store: in a page, by themselves, or in the spill file. */
export interface StoredBytes {
  readonly length: number
  /** Number and size class of the page; `NO_PAGE` where they are in none. */
  readonly page: number
  readonly sizeClass: number
  /** A few bytes that no page was left for; null: they are elsewhere. */
  readonly few: Uint8Array | null
  /** Position in the spill file; meaningless elsewhere. */
  readonly spillPosition: number
}

/** Where stored bytes can be read: `bytes[from, to)`. */
export interface BytesPlace {
  bytes: Uint8Array
  from: number
  to: number
}

/** Memory that one held segment takes beside its bytes … */
const SEGMENT_BYTES = 320
/** … and what all segments may take together in any case. */
const MIN_SEGMENTS_BYTES = 32 * 1024 * 1024
/**
 * Segments up to this length never go to the spill file: a capture of nothing else, or one that covers them again and
 * again, would cost a call of the system for every few bytes.
 */
const MAX_FEW_BYTES = 256

/**
 * Owns the early bytes of all half-streams of one worker: in the arena's pages; when those are used up, in a spill file,
 * or where they are few by themselves. What those take, and what it takes to know where all are, is limited to the bytes
 * of the arena, but at least 32 MiB.
 */
export class HeldStore {
  readonly #pages: PageArena
  readonly #spill: Spill
  readonly #place: BytesPlace
  readonly #maxFewBytes: number
  /** Segments that are held now, wherever their bytes are. */
  segments = 0
  /** Bytes that had to go to the spill file so far. */
  spilledBytes = 0
  #fewBytes = 0

  /** @param maxFewBytes Segments up to this length never go to the spill file. */
  constructor(pages: PageArena, spill: Spill, maxFewBytes = MAX_FEW_BYTES) {
    this.#pages = pages
    this.#spill = spill
    this.#maxFewBytes = maxFewBytes
    this.#place = { bytes: pages.memory.bytes, from: 0, to: 0 }
  }

  /** True when the segments, wherever their bytes are, take as much memory as there is. */
  get isFull(): boolean {
    const bytes = this.segments * SEGMENT_BYTES + this.#fewBytes
    return bytes > Math.max(this.#pages.totalBytes, MIN_SEGMENTS_BYTES)
  }

  /** Keeps an owned copy of `bytes[from, to)`. */
  keep(bytes: Uint8Array, from: number, to: number): StoredBytes {
    const length = to - from
    const sizeClass = this.#pages.classFor(length)
    const page = length > this.#pages.pageBytes(sizeClass) ? NO_PAGE : this.#pages.tryAllocate(sizeClass)
    this.segments += 1
    if (page !== NO_PAGE) {
      this.#pages.memory.copy(bytes, from, to, this.#pages.positionOf(page))
      return { length, page, sizeClass, few: null, spillPosition: 0 }
    }
    if (length <= this.#maxFewBytes) {
      this.#fewBytes += length
      return { length, page, sizeClass, few: copyOf(bytes, from, to), spillPosition: 0 }
    }
    this.spilledBytes += length
    return { length, page, sizeClass, few: null, spillPosition: this.#spill.write(bytes, from, to) }
  }

  /**
   * Where `length` of the bytes are, from the one at `at` on: by default all. Valid until `replace`, `drop` or the next
   * call.
   */
  locate(stored: StoredBytes, at = 0, length = stored.length - at): Readonly<BytesPlace> {
    const place = this.#place
    const { page, few, spillPosition } = stored
    if (few !== null) {
      place.bytes = few
      place.from = at
    } else if (page === NO_PAGE) {
      place.bytes = Buffer.allocUnsafe(length)
      place.from = 0
      this.#spill.read(spillPosition + at, place.bytes)
    } else {
      place.bytes = this.#pages.memory.bytes
      place.from = this.#pages.positionOf(page) + at
    }
    place.to = place.from + length
    return place
  }

  /** Puts `bytes[from, to)` in the place of the stored bytes from the one at `at` on. */
  replace(
    { page, few, spillPosition }: StoredBytes,
    at: number,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): void {
    // A view for the length of this call.
    if (few !== null) few.set(bytes.subarray(from, to), at)
    else if (page === NO_PAGE) this.#spill.rewrite(spillPosition + at, bytes, from, to)
    else this.#pages.memory.copy(bytes, from, to, this.#pages.positionOf(page) + at)
  }

  /** Notes that a segment is held of which no byte was captured. */
  keepNothing(): void {
    this.segments += 1
  }

  /** @param stored Null for a segment of which no byte was captured. */
  drop(stored: StoredBytes | null): void {
    this.segments -= 1
    if (stored === null) return
    if (stored.few !== null) this.#fewBytes -= stored.length
    else if (stored.page === NO_PAGE) this.#spill.free(stored.length)
    else this.#pages.free(stored.page, stored.sizeClass)
  }
}

// `slice` of a Buffer would be no copy.
function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const copy = new Uint8Array(to - from)
  copy.set(bytes.subarray(from, to))
  return copy
}
