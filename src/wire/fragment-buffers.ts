/** Bytes that a fragment's offset counts in; all fragments but a last one are a multiple of it. */
export const BLOCK_BYTES = 8
/** Room of the smallest buffer. */
export const MIN_CAPACITY = 2048

/** Spare buffers may always take this much. */
export const ALWAYS_SPARE_BYTES = 2 ** 20
/** Capacities by their logarithm: the largest is 64 KiB. */
const KINDS = 17

/** Room for the bytes of one datagram, a power of two of them, and a state for each block of eight. */
export interface FragmentBuffer {
  readonly bytes: Uint8Array
  /** 0 in a buffer that is new. */
  readonly blocks: Uint8Array
}

/** Memory that a buffer with room for `capacity` bytes takes. */
export function bufferBytes(capacity: number): number {
  return capacity + capacity / BLOCK_BYTES
}

/** The smallest capacity that holds `bytes`, at least `from`. */
export function capacityFor(bytes: number, from = MIN_CAPACITY): number {
  let capacity = from
  while (capacity < bytes) capacity *= 2
  return capacity
}

/**
 * Buffers that are used again: making one of 64 KiB takes as long as a hundred packets, and an attacker's fragments need one
 * each. What is in use and what waits here together take no more than the limit, and 1 MiB where that much is in use.
 */
export class FragmentBuffers {
  // Invariants: #usedBytes + #spareBytes <= #limit, or #spareBytes <= ALWAYS_SPARE_BYTES; #spares has lists by log2 of the
  // capacity, #spareBytes is what all of them take.
  readonly #limit: number
  readonly #spares: readonly FragmentBuffer[][] = Array.from({ length: KINDS }, () => [])
  #usedBytes = 0
  #spareBytes = 0

  /** @param limit Bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes of the buffers in use. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Bytes of those that wait. */
  get spareBytes(): number {
    return this.#spareBytes
  }

  /** A buffer for `capacity` bytes. Its bytes may hold anything. */
  take(capacity: number): FragmentBuffer {
    const size = bufferBytes(capacity)
    this.#usedBytes += size
    const spare = this.#spares[Math.log2(capacity)]!.pop()
    if (spare === undefined) {
      this.#trim()
      return { bytes: new Uint8Array(capacity), blocks: new Uint8Array(capacity / BLOCK_BYTES) }
    }
    this.#spareBytes -= size
    spare.blocks.fill(0)
    return spare
  }

  /** Gives a buffer back. */
  release(buffer: FragmentBuffer): void {
    const capacity = buffer.bytes.length
    const size = bufferBytes(capacity)
    this.#usedBytes -= size
    this.#spareBytes += size
    this.#spares[Math.log2(capacity)]!.push(buffer)
    this.#trim()
  }

  // The largest go first: they take the most room.
  #trim(): void {
    for (let kind = KINDS - 1; this.#isOver(); kind--) {
      const list = this.#spares[kind]!
      for (let spare = list.pop(); spare !== undefined; spare = this.#isOver() ? list.pop() : undefined)
        this.#spareBytes -= bufferBytes(spare.bytes.length)
    }
  }

  #isOver(): boolean {
    return this.#spareBytes > ALWAYS_SPARE_BYTES && this.#usedBytes + this.#spareBytes > this.#limit
  }
}
