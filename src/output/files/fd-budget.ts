const FREE = 0
const SHARED = 1

/**
 * The number of output files that all workers together may still open, in shared memory.
 *
 * Each worker owns one slot from the start, so none can be starved by the others and there is no deadlock: a
 * worker without a free slot closes its own least recently used file. The other slots are shared.
 */
export class FdBudget {
  readonly #words: Int32Array

  /** @param shared The memory from `allocate()`, the same in every thread. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared)
  }

  /**
   * @param total   Open files allowed over all workers; at least `workers`.
   * @param workers Workers, each of which owns one slot.
   */
  static allocate(total: number, workers: number): SharedArrayBuffer {
    if (total < workers) throw new Error(`bug: ${total} fd slots for ${workers} workers`)
    const shared = new SharedArrayBuffer(8)
    new Int32Array(shared).fill(total - workers)
    return shared
  }

  /** Takes one of the shared slots. Returns false, without waiting, when none is free. */
  tryAcquire(): boolean {
    for (;;) {
      const free = Atomics.load(this.#words, FREE)
      if (free === 0) return false
      if (Atomics.compareExchange(this.#words, FREE, free, free - 1) === free) return true
    }
  }

  /** Gives a shared slot back. */
  release(): void {
    Atomics.add(this.#words, FREE, 1)
  }

  /** Number of shared slots taken. */
  get takenSlots(): number {
    return Atomics.load(this.#words, SHARED) - Atomics.load(this.#words, FREE)
  }
}
