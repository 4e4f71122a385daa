import { WordHash } from '../wire/word-hash.js'

const INITIAL_SLOTS = 256
/** The latest second that a slot can hold. Later times count as this one. */
const MAX_SEC = 0xffff_ffff
const TWO_32 = 2 ** 32

// Words of a slot: the hash (2 words), the count (2 words, 0 for a free slot), then the second and the generation of the
// connection that was counted last.
const LOW = 0
const HIGH = 1
const COUNT = 2
const COUNT_ABOVE = 3
const SEC = 4
const GENERATION = 5
const SLOT_WORDS = 6

/**
 * Numbers the connections of a capture that share a key (the words given to `next()`), in the order of their first packets.
 *
 * It remembers the keys of the latest packets, and all keys that are not older than the latest sweep. So a key can be forgotten
 * only where the capture's time goes back. A connection whose key may be forgotten gets the number of its first packet
 * instead: no connection before it can have that number.
 */
export class Ordinals {
  // Invariants:
  // - the number of slots is a power of two; #used of them, at most three quarters, are taken.
  // - a key stands in the first slot, counted from its hash, that was free when the key came.
  // - a taken slot is of this generation or the one before, or its second is not before the latest sweep.
  readonly #lowHash = new WordHash()
  readonly #highHash = new WordHash()
  readonly #generationPackets: number
  #slots = new Uint32Array(INITIAL_SLOTS * SLOT_WORDS)
  #used = 0
  #generation = 0
  #generationStart = 0
  #sweptSec = Number.NEGATIVE_INFINITY
  #hasForgotten = false
  /** Number of connections whose ordinal is the number of their first packet. */
  hits = 0

  /** @param packets A key is remembered for at least this many packets, and for at most twice as many. */
  constructor(packets: number) {
    this.#generationPackets = packets
  }

  /** Begins a capture. @param packetsBefore Packets of the run before it. */
  startCapture(packetsBefore: number): void {
    this.#slots = new Uint32Array(INITIAL_SLOTS * SLOT_WORDS)
    this.#used = 0
    this.#generation = 0
    this.#generationStart = packetsBefore
    this.#sweptSec = Number.NEGATIVE_INFINITY
    this.#hasForgotten = false
  }

  /**
   * Forgets old keys. Every worker gets the same calls.
   *
   * @param sec     No packet since the sweep before is older than this second.
   * @param packets Packets of the run so far.
   */
  sweep(sec: number, packets: number): void {
    if (sec > this.#sweptSec) this.#sweptSec = sec
    if (packets - this.#generationStart < this.#generationPackets) return
    this.#generationStart = packets
    this.#generation += 1
    if (this.#generation === 1) return
    this.#hasForgotten = true
    this.#forget()
    if (this.#used <= 2 * this.#generationPackets) return
    this.#sweptSec = Number.POSITIVE_INFINITY // too many keys lie in the future: a clock was wrong
    this.#forget()
  }

  /**
   * Counts one more connection.
   *
   * @param words       Its key: the first `count` words.
   * @param sec         Second of its first packet.
   * @param firstNumber Number of that packet in the capture.
   * @param isRepeated  True when an earlier second may have the same key.
   * @returns Its number among the connections with this key, from 1.
   */
  next(words: Uint32Array, count: number, sec: number, firstNumber: number, isRepeated = false): number {
    if (this.#used * SLOT_WORDS * 4 >= this.#slots.length * 3) {
      this.#rebuild((2 * this.#slots.length) / SLOT_WORDS, () => true)
    }
    const low = this.#lowHash.of(words, count)
    const high = this.#highHash.of(words, count)
    const at = this.#find(low, high)
    const slots = this.#slots
    let ordinal = countAt(slots, at) + 1
    if (ordinal === 1) {
      this.#used += 1
      if (this.#hasForgotten && (isRepeated || sec < this.#sweptSec)) {
        ordinal = firstNumber
        this.hits += 1
      }
    }
    slots[at + LOW] = low
    slots[at + HIGH] = high
    slots[at + COUNT] = ordinal
    slots[at + COUNT_ABOVE] = ordinal / TWO_32
    slots[at + SEC] = Math.min(sec, MAX_SEC)
    slots[at + GENERATION] = this.#generation
    return ordinal
  }

  // Finds the slot of a hash, or the free slot that it would get.
  #find(low: number, high: number): number {
    const slots = this.#slots
    const mask = slots.length / SLOT_WORDS - 1
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = slot * SLOT_WORDS
      if (slots[at + LOW] === low && slots[at + HIGH] === high) return at
      if (countAt(slots, at) === 0) return at
    }
  }

  #forget(): void {
    this.#rebuild(INITIAL_SLOTS, (at) => {
      return this.#slots[at + GENERATION]! >= this.#generation - 1 || this.#slots[at + SEC]! >= this.#sweptSec
    })
  }

  // Moves the kept entries to a new table of at least `slots` slots.
  #rebuild(slots: number, isKept: (at: number) => boolean): void {
    const old = this.#slots
    const kept: number[] = []
    for (let at = 0; at < old.length; at += SLOT_WORDS) if (countAt(old, at) > 0 && isKept(at)) kept.push(at)
    let size = slots
    while (size < 2 * kept.length) size *= 2
    this.#slots = new Uint32Array(size * SLOT_WORDS)
    this.#used = kept.length
    for (const from of kept) {
      const at = this.#find(old[from + LOW]!, old[from + HIGH]!)
      this.#slots.set(old.subarray(from, from + SLOT_WORDS), at)
    }
  }
}

function countAt(slots: Uint32Array, at: number): number {
  return slots[at + COUNT_ABOVE]! * TWO_32 + slots[at + COUNT]!
}
