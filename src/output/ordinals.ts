import { WordHash } from '../wire/word-hash.js'

const INITIAL_SLOTS = 256
/** Seconds that a slot can tell apart; later ones are all the latest. */
const MAX_SEC = 0xffff_ffff
const TWO_32 = 2 ** 32

// Words of a slot: the hash in two parts, the count in two parts (0: the slot is free), the second and the generation
// of what was counted last.
const LOW = 0
const HIGH = 1
const COUNT = 2
const COUNT_ABOVE = 3
const SEC = 4
const GENERATION = 5
const SLOT_WORDS = 6

/**
 * Counts the connections of a capture that share something, in the order of their first packets.
 *
 * It remembers what was counted during the latest packets of the capture, and whatever is not older than the latest
 * sweep. So it has forgotten something only where the capture's time goes back: there a connection's ordinal is the number of
 * its first packet, which no connection before it can have had.
 */
export class Ordinals {
  // Invariants:
  // - #slots has a power of two of slots, of which at most three quarters, #used, are taken.
  // - what is counted stands in the first slot, from that of its hash on, that was free when it came.
  // - a slot is of this generation or the one before, or its second is not behind the latest sweep.
  readonly #lowHash = new WordHash()
  readonly #highHash = new WordHash()
  readonly #generationPackets: number
  #slots = new Uint32Array(INITIAL_SLOTS * SLOT_WORDS)
  #used = 0
  #generation = 0
  #generationStart = 0
  #sweptSec = Number.NEGATIVE_INFINITY
  #hasForgotten = false
  /** Connections whose ordinal is the number of their first packet. */
  hits = 0

  /** @param packets A connection is remembered for at least so many packets, and at most twice as many. */
  constructor(packets: number) {
    this.#generationPackets = packets
  }

  /** A capture begins, behind `packetsBefore` packets of the run. */
  startCapture(packetsBefore: number): void {
    this.#slots = new Uint32Array(INITIAL_SLOTS * SLOT_WORDS)
    this.#used = 0
    this.#generation = 0
    this.#generationStart = packetsBefore
    this.#sweptSec = Number.NEGATIVE_INFINITY
    this.#hasForgotten = false
  }

  /** `packets` of the run are read, and those since the sweep before have times from `sec` on. The same in every worker. */
  sweep(sec: number, packets: number): void {
    if (sec > this.#sweptSec) this.#sweptSec = sec
    if (packets - this.#generationStart < this.#generationPackets) return
    this.#generationStart = packets
    this.#generation += 1
    if (this.#generation === 1) return
    this.#hasForgotten = true
    this.#forget()
    if (this.#used <= 2 * this.#generationPackets) return
    this.#sweptSec = Number.POSITIVE_INFINITY // too many have later times, as after a clock that was wrong
    this.#forget()
  }

  /**
   * Counts one more connection.
   *
   * @param words       What it shares with others: the first `count` words.
   * @param sec         Second of its first packet.
   * @param firstNumber Number of that packet in the capture.
   * @param isRepeated  The words may be those of an earlier second, too.
   * @returns Which of those that share the words it is, from 1.
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

  // Where the slot of a hash is, or the free one that it would get.
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

  // Copies what is kept to at least `slots` slots.
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
