import type { Texts } from './column-values.js'

const EMPTY = -1
/** A dictionary is given up when after so many values too many of them are different. */
const TRIAL = 2048
const FEW = 0.6
const view = new DataView(new ArrayBuffer(8))

/**
 * Numbers the different values of a column: in `places` stands for each value its place among those that are new, whose rows
 * are in `firsts`.
 */
export class Dictionary {
  // Invariant: #slots[hash...] has the place of a value, or EMPTY; it is at most half full.
  readonly places: Uint16Array
  readonly firsts: Uint16Array
  /** Different values. */
  size = 0
  readonly #slots: Int32Array

  /** @param mostValues Of a column, at most 65,536. */
  constructor(mostValues: number) {
    this.places = new Uint16Array(mostValues)
    this.firsts = new Uint16Array(mostValues)
    let slots = 16
    while (slots < 2 * mostValues) slots *= 2
    this.#slots = new Int32Array(slots)
  }

  /** Returns false where there are too many different numbers. */
  addNumbers(values: Float64Array, count: number): boolean {
    this.#begin()
    for (let i = 0; i < count; i++) {
      view.setFloat64(0, values[i]!)
      const hash = mixed(Math.imul(view.getUint32(0), 0x9e3779b1) ^ view.getUint32(4))
      let slot = hash & (this.#slots.length - 1)
      while (this.#slots[slot] !== EMPTY && values[this.firsts[this.#slots[slot]!]!] !== values[i])
        slot = (slot + 1) & (this.#slots.length - 1)
      this.#note(i, slot)
      if (this.#isPoor(i)) return false
    }
    return true
  }

  /** Returns false where there are too many different texts. */
  addTexts({ bytes, ends }: Texts, count: number): boolean {
    this.#begin()
    let from = 0
    for (let i = 0; i < count; i++) {
      const to = ends[i]!
      let hash = 0
      for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
      let slot = mixed(hash ^ (to - from)) & (this.#slots.length - 1)
      while (this.#slots[slot] !== EMPTY && !this.#isText(this.#slots[slot]!, bytes, ends, from, to))
        slot = (slot + 1) & (this.#slots.length - 1)
      this.#note(i, slot)
      if (this.#isPoor(i)) return false
      from = to
    }
    return true
  }

  #begin(): void {
    this.#slots.fill(EMPTY)
    this.size = 0
  }

  #note(i: number, slot: number): void {
    if (this.#slots[slot] === EMPTY) {
      this.#slots[slot] = this.size
      this.firsts[this.size] = i
      this.size += 1
    }
    this.places[i] = this.#slots[slot]!
  }

  #isPoor(i: number): boolean {
    return i >= TRIAL && this.size > FEW * i
  }

  #isText(place: number, bytes: Uint8Array, ends: Uint32Array, from: number, to: number): boolean {
    const first = this.firsts[place]!
    const start = first === 0 ? 0 : ends[first - 1]!
    if (ends[first]! - start !== to - from) return false
    for (let i = 0; i < to - from; i++) if (bytes[start + i] !== bytes[from + i]) return false
    return true
  }
}

function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  return h ^ (h >>> 13)
}
