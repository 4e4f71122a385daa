/** Called by a worker when it no longer needs anything of this or earlier epochs. */
export function passEpoch(passed: Int32Array, worker: number, epoch: number): void {
  Atomics.store(passed, worker, epoch)
  Atomics.notify(passed, worker)
}

/**
 * The slabs into which captures are read, at the start of the memory that the threads share.
 *
 *   slab 0                     slab 1
 *   +----------+---------------+----------+---------------+ ...
 *   | headroom |   read area   | headroom |   read area   |
 *   +----------+---------------+----------+---------------+ ...
 *
 * Files are read into the read area. A record that is cut by its end is carried over to the headroom of the next
 * slab, directly before that slab's read area.
 *
 * Slabs are freed by epoch. An epoch is everything dispatched between two end-of-epoch marks. It is over when every
 * worker has passed its mark, which each worker records in its own word of `passed`.
 */
export class SlabPool {
  // Invariants:
  // - every slab is in #free, in one list of #epochs, or held by the caller.
  // - epochs are numbered from 1 in the order of their end; #epochs has those not over, oldest first.
  readonly bytes: Uint8Array
  readonly headroomBytes: number
  readonly slabBytes: number
  readonly #passed: Int32Array
  readonly #free: number[] = []
  readonly #epochs: { readonly epoch: number; readonly slabs: readonly number[] }[] = []

  /** Bytes of `slabs` slabs. */
  static bytesOf(slabs: number, headroomBytes: number, readBytes: number): number {
    return slabs * (headroomBytes + readBytes)
  }

  /**
   * @param passed One int32 per worker: the latest epoch that it has passed, modulo 2^32.
   * @param bytes  Shared memory with the slabs at its start; by default new memory.
   */
  constructor(
    slabs: number,
    headroomBytes: number,
    readBytes: number,
    passed: SharedArrayBuffer,
    bytes: Uint8Array = new Uint8Array(
      new SharedArrayBuffer(SlabPool.bytesOf(slabs, headroomBytes, readBytes)),
    ),
  ) {
    this.bytes = bytes
    this.headroomBytes = headroomBytes
    this.slabBytes = headroomBytes + readBytes
    this.#passed = new Int32Array(passed)
    for (let slab = slabs - 1; slab >= 0; slab--) this.#free.push(slab * this.slabBytes)
  }

  /** Takes a slab and returns the position of its first byte, or -1 when none is free. */
  tryTake(): number {
    if (this.#free.length === 0) this.#collect()
    return this.#free.pop() ?? -1
  }

  /** Frees slabs once `epoch` is over, in which they were last used. Its mark must have been sent to every worker. */
  giveBackAfter(epoch: number, slabs: readonly number[]): void {
    this.#epochs.push({ epoch, slabs })
  }

  /** Waits at most `timeoutMs` for a worker to pass the oldest epoch that is not over. */
  waitForPass(timeoutMs: number): void {
    const epoch = this.#epochs[0]?.epoch ?? 0
    for (let worker = 0; worker < this.#passed.length; worker++) {
      const passed = Atomics.load(this.#passed, worker)
      if (((passed - epoch) | 0) >= 0) continue
      Atomics.wait(this.#passed, worker, passed, timeoutMs)
      return
    }
  }

  #collect(): void {
    while (this.#epochs.length > 0 && this.#isPassed(this.#epochs[0]!.epoch)) {
      this.#free.push(...this.#epochs.shift()!.slabs)
    }
  }

  #isPassed(epoch: number): boolean {
    for (let worker = 0; worker < this.#passed.length; worker++) {
      if (((Atomics.load(this.#passed, worker) - epoch) | 0) < 0) return false
    }
    return true
  }
}
