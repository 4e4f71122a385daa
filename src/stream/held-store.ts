import { NO_PAGE, type PageArena } from '../bytes/page-arena.js'

/** A file for held bytes that memory has no room for. */
export interface Spill {
  /** Keeps a copy of `bytes[from, to)`. Returns where, for `read`. */
  write(bytes: Uint8Array, from: number, to: number): number
  /** Fills `target` from what was written at `position`. */
  read(position: number, target: Uint8Array): void
  /** Says that `bytes` written bytes are not needed any more. */
  free(bytes: number): void
}

/** Bytes owned by the store, in a page or in the spill file. */
export interface StoredBytes {
  readonly length: number
  /** Number and size class of the page; `NO_PAGE` while they are in the spill file. */
  readonly page: number
  readonly sizeClass: number
  /** Position in the spill file; meaningless in a page. */
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
 * Owns the early bytes of all half-streams of one worker: in the arena's pages, in a spill file when those are used up.
 * What it takes to know where they are is limited to the bytes of the arena, but at least 32 MiB.
 */
export class HeldStore {
  readonly #pages: PageArena
  readonly #spill: Spill
  readonly #place: BytesPlace
  /** Segments that are held now, wherever their bytes are. */
  segments = 0
  /** Bytes that had to go to the spill file so far. */
  spilledBytes = 0

  constructor(pages: PageArena, spill: Spill) {
    this.#pages = pages
    this.#spill = spill
    this.#place = { bytes: pages.memory.bytes, from: 0, to: 0 }
  }

  /** True when the segments, wherever their bytes are, take as much memory as there is. */
  get isFull(): boolean {
    return this.segments * SEGMENT_BYTES > Math.max(this.#pages.totalBytes, MIN_SEGMENTS_BYTES)
  }

  /** Keeps an owned copy of `bytes[from, to)`. */
  keep(bytes: Uint8Array, from: number, to: number): StoredBytes {
    const length = to - from
    const sizeClass = this.#pages.classFor(length)
    const page = length > this.#pages.pageBytes(sizeClass) ? NO_PAGE : this.#pages.tryAllocate(sizeClass)
    this.segments += 1
    if (page === NO_PAGE) {
      this.spilledBytes += length
      return { length, page, sizeClass, spillPosition: this.#spill.write(bytes, from, to) }
    }
    this.#pages.memory.copy(bytes, from, to, this.#pages.positionOf(page))
    return { length, page, sizeClass, spillPosition: 0 }
  }

  /**
   * Where the bytes are; valid until `drop` or the next call. Changing them is only lasting while they are in a page.
   */
  locate({ page, length, spillPosition }: StoredBytes): Readonly<BytesPlace> {
    const place = this.#place
    if (page === NO_PAGE) {
      place.bytes = Buffer.allocUnsafe(length)
      place.from = 0
      this.#spill.read(spillPosition, place.bytes)
    } else {
      place.bytes = this.#pages.memory.bytes
      place.from = this.#pages.positionOf(page)
    }
    place.to = place.from + length
    return place
  }

  /** Notes that a segment is held of which no byte was captured. */
  keepNothing(): void {
    this.segments += 1
  }

  /** @param stored Null for a segment of which no byte was captured. */
  drop(stored: StoredBytes | null): void {
    this.segments -= 1
    if (stored === null) return
    if (stored.page === NO_PAGE) this.#spill.free(stored.length)
    else this.#pages.free(stored.page, stored.sizeClass)
  }
}
