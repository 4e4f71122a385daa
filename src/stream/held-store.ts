/** A file for held bytes that memory has no room for. */
export interface Spill {
  /** Keeps a copy of `bytes[from, to)`. Returns where, for `read`. */
  write(bytes: Uint8Array, from: number, to: number): number
  /** Fills `target` from what was written at `position`. */
  read(position: number, target: Uint8Array): void
  /** Says that `bytes` written bytes are not needed any more. */
  free(bytes: number): void
}

/** Bytes owned by the store, in memory or in the spill file. */
export interface StoredBytes {
  /** In memory; null while they are in the spill file. */
  bytes: Uint8Array | null
  readonly length: number
  /** Position in the spill file; -1 while in memory. */
  readonly position: number
}

/** Memory that one held segment takes beside its bytes … */
const SEGMENT_BYTES = 320
/** … and what all segments may take together in any case. */
const MIN_SEGMENTS_BYTES = 32 * 1024 * 1024

/**
 * Owns the early bytes of all half-streams of one worker: in memory up to a limit, in a spill file beyond it. What it
 * takes to know where they are has a limit as high, but at least 32 MiB.
 */
export class HeldStore {
  readonly #limitBytes: number
  readonly #spill: Spill
  #usedBytes = 0
  /** Segments that are held now, wherever their bytes are. */
  segments = 0
  /** Bytes that had to go to the spill file so far. */
  spilledBytes = 0

  /** @param limitBytes Bytes kept in memory at one moment, and bytes to keep track of all segments. */
  constructor(limitBytes: number, spill: Spill) {
    this.#limitBytes = limitBytes
    this.#spill = spill
  }

  /** True when the segments, wherever their bytes are, take as much memory as there is. */
  get isFull(): boolean {
    return this.segments * SEGMENT_BYTES > Math.max(this.#limitBytes, MIN_SEGMENTS_BYTES)
  }

  /** Keeps an owned copy of `bytes[from, to)`. */
  keep(bytes: Uint8Array, from: number, to: number): StoredBytes {
    const length = to - from
    this.segments += 1
    if (this.#usedBytes + length > this.#limitBytes) {
      this.spilledBytes += length
      return { bytes: null, length, position: this.#spill.write(bytes, from, to) }
    }
    this.#usedBytes += length
    const copy = Buffer.allocUnsafeSlow(length) // from no pool, of which it would keep much more alive
    copy.set(bytes.subarray(from, to)) // a view for the length of this call
    return { bytes: copy, length, position: -1 }
  }

  /** The bytes themselves; valid until `drop`. Changing them is only lasting while they are in memory. */
  bytesOf(stored: StoredBytes): Uint8Array {
    if (stored.bytes !== null) return stored.bytes
    const copy = Buffer.allocUnsafe(stored.length)
    this.#spill.read(stored.position, copy)
    return copy
  }

  /** Notes that a segment is held of which no byte was captured. */
  keepNothing(): void {
    this.segments += 1
  }

  /** @param stored Null for a segment of which no byte was captured. */
  drop(stored: StoredBytes | null): void {
    this.segments -= 1
    if (stored === null) return
    if (stored.position >= 0) this.#spill.free(stored.length)
    else this.#usedBytes -= stored.length
  }
}
