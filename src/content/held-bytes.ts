const FIRST_BYTES = 512
const NOTHING = new Uint8Array(0)

/** Bytes that all connections of a worker may hold together. */
export class HeldBudget {
  #left: number
  /** Arrays of FIRST_BYTES that were given back: most connections need one a direction, for a moment. */
  readonly #spare: Uint8Array[] = []
  /** How often there was no room. */
  refusals = 0

  constructor(bytes: number) {
    this.#left = bytes
  }

  /** Takes room. Returns false when there is too little. */
  take(bytes: number): boolean {
    if (bytes > this.#left) {
      this.refusals += 1
      return false
    }
    this.#left -= bytes
    return true
  }

  give(bytes: number): void {
    this.#left += bytes
  }

  /** An array of `room` bytes, with any content. */
  array(room: number): Uint8Array {
    return (room === FIRST_BYTES ? this.#spare.pop() : undefined) ?? new Uint8Array(room)
  }

  /** Takes an array back that nobody uses any more. */
  reuse(array: Uint8Array): void {
    if (array.length === FIRST_BYTES) this.#spare.push(array)
  }
}

/** Copies of the first bytes of one direction. */
export class HeldBytes {
  readonly #budget: HeldBudget
  /** `bytes[0, length)` are held. */
  bytes: Uint8Array = NOTHING
  length = 0

  constructor(budget: HeldBudget) {
    this.#budget = budget
  }

  /**
   * Holds a copy of `bytes[from, to)` behind those before, up to `limit` in all.
   *
   * @returns How many were taken; -1: the budget has no room.
   */
  add(bytes: Uint8Array, from: number, to: number, limit: number): number {
    const taken = Math.min(to - from, limit - this.length)
    const needed = this.length + taken
    if (needed > this.bytes.length) {
      const room = Math.min(limit, Math.max(FIRST_BYTES, needed, 2 * this.bytes.length))
      if (!this.#budget.take(room - this.bytes.length)) return -1
      const larger = this.#budget.array(room)
      larger.set(this.bytes.subarray(0, this.length))
      this.#budget.reuse(this.bytes)
      this.bytes = larger
    }
    this.bytes.set(bytes.subarray(from, from + taken), this.length)
    this.length = needed
    return taken
  }

  free(): void {
    if (this.bytes === NOTHING) return
    this.#budget.give(this.bytes.length)
    this.#budget.reuse(this.bytes)
    this.bytes = NOTHING
    this.length = 0
  }
}
