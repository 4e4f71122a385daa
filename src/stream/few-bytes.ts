const INITIAL_SLOTS = 16

/** Stores pieces of a few bytes in slots of one size, in one array that grows. */
export class FewBytes {
  // Invariant: slots below #used are taken or in #free.
  readonly slotBytes: number
  readonly #free: number[] = []
  #used = 0
  /** All slots; another array after `keep`. */
  bytes: Uint8Array

  /** @param slotBytes Length of the longest piece. */
  constructor(slotBytes: number) {
    this.slotBytes = slotBytes
    this.bytes = new Uint8Array(0)
  }

  /** Memory of the slots in use. */
  get usedBytes(): number {
    return (this.#used - this.#free.length) * this.slotBytes
  }

  /** Keeps a copy of `bytes[from, to)`, at most `slotBytes`. Returns the number of its slot. */
  keep(bytes: Uint8Array, from: number, to: number): number {
    const slot = this.#free.pop() ?? this.#used++
    const at = this.positionOf(slot)
    if (at + this.slotBytes > this.bytes.length) this.#grow()
    this.bytes.set(bytes.subarray(from, to), at)
    return slot
  }

  free(slot: number): void {
    this.#free.push(slot)
    if (this.#free.length < this.#used) return
    this.#used = 0
    this.#free.length = 0
  }

  /** Offset of a slot in `bytes`. */
  positionOf(slot: number): number {
    return slot * this.slotBytes
  }

  #grow(): void {
    const longer = new Uint8Array(Math.max(INITIAL_SLOTS * this.slotBytes, 2 * this.bytes.length))
    longer.set(this.bytes)
    this.bytes = longer
  }
}
