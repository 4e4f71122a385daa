/** Most keys counted separately. */
export const MAX_KINDS = 4096
/** The key under which all further keys are counted. */
export const OTHER_KINDS = -1

/** Counts packets and bytes by key: separately for the first {@link MAX_KINDS} keys, together for all others. */
export class Tally {
  // Invariants: #slots maps each key to its slot; #packets and #bytes are indexed by slot. #latestKey is the key added
  // last, NaN before the first, and #latestSlot is its slot.
  readonly #slots = new Map<number, number>()
  readonly #packets: number[] = []
  readonly #bytes: number[] = []
  #latestKey = Number.NaN
  #latestSlot = 0

  /** Adds a packet of `bytes` bytes. @param key At least 0. */
  add(key: number, bytes: number): void {
    if (key !== this.#latestKey) {
      this.#latestSlot = this.#slotOf(key)
      this.#latestKey = key
    }
    const slot = this.#latestSlot
    this.#packets[slot] = (this.#packets[slot] ?? 0) + 1
    this.#bytes[slot] = (this.#bytes[slot] ?? 0) + bytes
  }

  entries(): { readonly key: number; readonly packets: number; readonly bytes: number }[] {
    return [...this.#slots].map(([key, slot]) => ({
      key,
      packets: this.#packets[slot] ?? 0,
      bytes: this.#bytes[slot] ?? 0,
    }))
  }

  #slotOf(key: number): number {
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    if (this.#slots.size >= MAX_KINDS && key !== OTHER_KINDS) return this.#slotOf(OTHER_KINDS)
    const slot = this.#slots.size
    this.#slots.set(key, slot)
    this.#packets.push(0)
    this.#bytes.push(0)
    return slot
  }
}
