/**
 * Slots of bytes in one SharedArrayBuffer. One thread fills them in turn, and one other thread empties them.
 *
 *   byte 0        128       256       384                640              640 + slots * slotBytes
 *   +---------+---------+---------+------------------+------- ... -------+
 *   | filled  | emptied | waiting | bytes of slots   |  slots            |
 *   +---------+---------+---------+------------------+------- ... -------+
 *
 * `filled` (producer) and `emptied` (consumer) count slots since the start, modulo 2^32; number `n` is slot `n % slots`.
 * `waiting` is 1 while the consumer wants a message about the next slot. The first `reservedBytes` of each slot are not
 * handed over.
 */
const FILLED = 0 // int32 index: byte offset / 4
const EMPTIED = 128 / 4
const WAITING = 256 / 4
const LENGTHS = 384 / 4
const SLOTS_FROM_BYTE = 640
const MAX_SLOTS = (SLOTS_FROM_BYTE - 384) / 4

/** The shared memory of a ring, and its dimensions. */
export interface SlotRing {
  readonly memory: SharedArrayBuffer
  /** A power of two, at most 64. */
  readonly slots: number
  readonly slotBytes: number
  readonly reservedBytes: number
}

export function allocateSlotRing(slots: number, slotBytes: number, reservedBytes: number): SlotRing {
  if (slots > MAX_SLOTS || (slots & (slots - 1)) !== 0) throw new Error(`bug: a ring of ${slots} slots`)
  return {
    memory: new SharedArrayBuffer(SLOTS_FROM_BYTE + slots * slotBytes),
    slots,
    slotBytes,
    reservedBytes,
  }
}

function slotViews({ memory, slots, slotBytes }: SlotRing): Uint8Array[] {
  return Array.from(
    { length: slots },
    (_, slot) => new Uint8Array(memory, SLOTS_FROM_BYTE + slot * slotBytes, slotBytes),
  )
}

/** The filling end. */
export class SlotProducer {
  // Invariant: the slot at #filled is the caller's alone while `hasFree()`.
  readonly slots: readonly Uint8Array[]
  readonly #words: Int32Array
  #filled = 0

  constructor(ring: SlotRing) {
    this.slots = slotViews(ring)
    this.#words = new Int32Array(ring.memory, 0, SLOTS_FROM_BYTE / 4)
  }

  /** Index of the slot to fill. */
  get slot(): number {
    return this.#filled & (this.slots.length - 1)
  }

  /** Number of filled slots. */
  get full(): number {
    return (this.#filled - Atomics.load(this.#words, EMPTIED)) | 0
  }

  /**
   * True when the slot at `slot` may be filled.
   *
   * @param most Most slots that may be full at a time.
   */
  hasFree(most = this.slots.length): boolean {
    return this.full < most
  }

  /** Waits at most `timeoutMs` until `hasFree(most)`. */
  waitForFree(timeoutMs: number, most = this.slots.length): void {
    Atomics.wait(this.#words, EMPTIED, (this.#filled - most) | 0, timeoutMs)
  }

  /**
   * Hands the slot over.
   *
   * @param to End of its content, which begins after the reserved bytes.
   * @returns True when the consumer must be notified.
   */
  publish(to: number): boolean {
    this.#words[LENGTHS + this.slot] = to
    this.#filled = (this.#filled + 1) | 0
    Atomics.store(this.#words, FILLED, this.#filled) // publishes everything above
    return Atomics.exchange(this.#words, WAITING, 0) === 1
  }
}

/** The emptying end. */
export class SlotConsumer {
  // Invariant: #at is the first byte not yet read of the slot at #emptied.
  readonly #slots: readonly Uint8Array[]
  readonly #words: Int32Array
  readonly #reservedBytes: number
  #emptied = 0
  #at: number

  constructor(ring: SlotRing) {
    this.#slots = slotViews(ring)
    this.#words = new Int32Array(ring.memory, 0, SLOTS_FROM_BYTE / 4)
    this.#reservedBytes = ring.reservedBytes
    this.#at = ring.reservedBytes
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#words, FILLED) === this.#emptied
  }

  /** Moves bytes from filled slots to `target`. Returns their number; 0 when no slot is filled. */
  read(target: Uint8Array): number {
    let filled = 0
    while (filled < target.length && !this.isEmpty) {
      const slot = this.#emptied & (this.#slots.length - 1)
      const to = this.#words[LENGTHS + slot]!
      const take = Math.min(to - this.#at, target.length - filled)
      target.set(this.#slots[slot]!.subarray(this.#at, this.#at + take), filled)
      filled += take
      this.#at += take
      if (this.#at === to) this.#giveBack()
    }
    return filled
  }

  /** Requests a notification of the next slot. Returns false when one is filled already. */
  tryWait(): boolean {
    Atomics.store(this.#words, WAITING, 1)
    if (this.isEmpty) return true
    Atomics.store(this.#words, WAITING, 0)
    return false
  }

  #giveBack(): void {
    this.#at = this.#reservedBytes
    this.#emptied = (this.#emptied + 1) | 0
    Atomics.store(this.#words, EMPTIED, this.#emptied)
    Atomics.notify(this.#words, EMPTIED)
  }
}
