import { randomBytes } from 'node:crypto'

/** Finds entries by the hashes of their names; 16 bytes an entry. The hash is keyed, so that nobody can make names that collide. */
export class NameTable {
  // Invariant: the hash of entry i is #hashes[i]. #slots has i + 1 in the first free place from its hash on, and 0 where nothing is.
  readonly #key0 = randomBytes(4).readInt32LE()
  readonly #key1 = randomBytes(4).readInt32LE() | 1
  readonly #hashes: Uint32Array
  readonly #slots: Uint32Array
  readonly #mask: number
  #count = 0

  constructor(entries: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * entries + 2))
    this.#hashes = new Uint32Array(entries)
    this.#slots = new Uint32Array(slots)
    this.#mask = slots - 1
  }

  /** Adds the name of the next entry. */
  add(name: Uint8Array): void {
    const hash = this.#hashOf(name)
    let slot = hash & this.#mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot] = this.#count + 1
    this.#hashes[this.#count] = hash
    this.#count += 1
  }

  /** The entries that can have this name. */
  *find(name: Uint8Array): Generator<number> {
    const hash = this.#hashOf(name)
    for (let slot = hash & this.#mask; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot]! - 1
      if (this.#hashes[entry] === hash) yield entry
    }
  }

  #hashOf(name: Uint8Array): number {
    let a = this.#key0
    let b = this.#key1
    for (let i = 0; i < name.length; i++) {
      a = Math.imul(a ^ name[i]!, this.#key1)
      b = Math.imul(b ^ (a >>> 15), 0x9e3779b1) + a
      a ^= b >>> 13
    }
    return (a ^ (b >>> 16)) >>> 0
  }
}
