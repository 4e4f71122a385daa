/** Unit of fragment offsets. The length of every fragment but the last is a multiple of it. */
export const BLOCK_BYTES = 8
/** Capacity of the smallest buffer. */
export const MIN_CAPACITY = 2048

/** Spare buffers may always take this much memory. */
export const ALWAYS_SPARE_BYTES = 2 ** 20
/** Number of capacities, indexed by log2; the largest is 64 KiB. */
const KINDS = 17

/** Memory for one datagram: its bytes, a power of two, and a state per block of 8 bytes. */
export interface FragmentBuffer {
  readonly bytes: Uint8Array
  /** A state per block, all 0 after `take()`. */
  readonly blocks: Uint8Array
}

/** Memory that a buffer of `capacity` takes, in bytes. */
export function bufferBytes(capacity: number): number {
  return capacity + capacity / BLOCK_BYTES
}

/** The smallest capacity that holds `bytes` and is `from` times a power of two. */
export function capacityFor(bytes: number, from = MIN_CAPACITY): number {
  let capacity = from
  while (capacity < bytes) capacity *= 2
  return capacity
}

/**
 * Pools buffers, because allocating 64 KiB takes as long as a hundred packets, and each fragment of an attacker may need
 * a buffer. Used and spare buffers together stay within the limit, except that spare ones may always take 1 MiB.
 */
export class FragmentBuffers {
  // Invariants: #usedBytes + #spareBytes <= #limit, or #spareBytes <= ALWAYS_SPARE_BYTES. #spares holds lists by log2 of
  // the capacity; #spareBytes is the memory of all of them.
  readonly #limit: number
  readonly #spares: readonly FragmentBuffer[][] = Array.from({ length: KINDS }, () => [])
  #usedBytes = 0
  #spareBytes = 0

  /** @param limit Most bytes for used and spare buffers together. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Memory of the buffers in use, in bytes. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Memory of the spare buffers, in bytes. */
  get spareBytes(): number {
    return this.#spareBytes
  }

  /** Takes a buffer of `capacity`, a power of two. Its `bytes` have arbitrary content. */
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

  // Drop the largest buffers first: they take the most memory.
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
