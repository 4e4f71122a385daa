/** Kinds of outer headers that are described. */
export const EncapKind = { VLAN: 0, MPLS: 1, PPPOE: 2, PBB: 3, FABRIC_PATH: 4 } as const

/** Names of the kinds in `tunnel`, by kind. */
const KIND_NAMES: readonly string[] = ['vlan', 'mpls', 'pppoe', 'pbb', 'fabricpath']

/** Most outer headers of one packet that are described; the decoder goes no deeper. */
export const MAX_ENCAP_DEPTH = 16

/**
 * A stack of outer headers takes one slot of the shared memory; id `n` has slot `n - 1`:
 *
 *   word 0    1       2        3       4        …  32
 *   +-------+-------+--------+-------+--------+---+
 *   | depth | kind  | number | kind  | number | … |   outermost first
 *   +-------+-------+--------+-------+--------+---+
 *
 * A slot is written once, before any packet with its id is published to another thread.
 */
const SLOT_WORDS = 1 + 2 * MAX_ENCAP_DEPTH
const MAX_ID = 0xffff

/** Outer headers of a packet, each from the outside in. */
export interface EncapDescription {
  readonly vlan: readonly number[]
  /** `kind:number`, e.g. `mpls:16`. */
  readonly tunnel: readonly string[]
}

const NO_ENCAP: EncapDescription = { vlan: [], tunnel: [] }

/** Reads descriptions of outer headers, in any thread. */
export class EncapTable {
  readonly #words: Uint32Array

  /** @param shared What {@link EncapTable.allocate} gave, the same in every thread. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = new Uint32Array(shared)
  }

  /** Shared memory for `limit` different stacks, at most 65,535. */
  static allocate(limit: number): SharedArrayBuffer {
    return new SharedArrayBuffer(Math.min(limit, MAX_ID) * SLOT_WORDS * 4)
  }

  /** @param id From a packet. 0, or an id that was never given out: no outer headers. */
  describe(id: number): EncapDescription {
    const slot = (id - 1) * SLOT_WORDS
    if (id <= 0 || slot >= this.#words.length) return NO_ENCAP
    const vlan: number[] = []
    const tunnel: string[] = []
    const end = slot + 1 + 2 * this.#words[slot]!
    for (let at = slot + 1; at < end; at += 2) {
      const kind = this.#words[at]!
      const number = this.#words[at + 1]!
      if (kind === EncapKind.VLAN) vlan.push(number)
      else tunnel.push(`${KIND_NAMES[kind]}:${number}`)
    }
    return { vlan, tunnel }
  }
}

/**
 * Gives stacks of outer headers their numbers. One thread writes: it builds the stack of one packet with
 * `clear()` and `push()`, then asks for its number.
 */
export class EncapWriter {
  // Invariants:
  // - `#stack[0, 2 * #depth)` is the packet's stack, as in a slot.
  // - ids 1..#count are given out; `#firstOfHash` and `#sameHash` chain the ids of one hash, newest first.
  readonly #words: Uint32Array
  readonly #capacity: number
  readonly #stack = new Uint32Array(2 * MAX_ENCAP_DEPTH)
  readonly #firstOfHash = new Map<number, number>()
  readonly #sameHash: Uint16Array
  #depth = 0
  #count = 0
  #latest = 0
  #limitHits = 0

  /** @param shared What {@link EncapTable.allocate} gave. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = new Uint32Array(shared)
    this.#capacity = this.#words.length / SLOT_WORDS
    this.#sameHash = new Uint16Array(this.#capacity + 1)
  }

  /** Packets that went without description because the table was full. */
  get limitHits(): number {
    return this.#limitHits
  }

  /** Begins the stack of the next packet. */
  clear(): void {
    this.#depth = 0
  }

  /**
   * Puts a header inside those pushed before.
   *
   * @param kind   Of {@link EncapKind}.
   * @param number VLAN id, label, session …; uint32.
   */
  push(kind: number, number: number): void {
    if (this.#depth === MAX_ENCAP_DEPTH) throw new Error(`bug: more than ${MAX_ENCAP_DEPTH} outer headers`)
    this.#stack[2 * this.#depth] = kind
    this.#stack[2 * this.#depth + 1] = number
    this.#depth += 1
  }

  /** The number of the packet's stack; 0 when it is empty, or new while the table is full (counted). */
  intern(): number {
    if (this.#depth === 0) return 0
    if (this.#latest === 0 || !this.#equals(this.#latest)) this.#latest = this.#find()
    return this.#latest
  }

  #find(): number {
    const hash = this.#hash()
    const first = this.#firstOfHash.get(hash) ?? 0
    for (let id = first; id !== 0; id = this.#sameHash[id]!) if (this.#equals(id)) return id
    if (this.#count === this.#capacity) {
      this.#limitHits += 1
      return 0
    }
    this.#count += 1
    const slot = (this.#count - 1) * SLOT_WORDS
    this.#words[slot] = this.#depth
    for (let i = 0; i < 2 * this.#depth; i++) this.#words[slot + 1 + i] = this.#stack[i]!
    this.#sameHash[this.#count] = first
    this.#firstOfHash.set(hash, this.#count)
    return this.#count
  }

  #equals(id: number): boolean {
    const slot = (id - 1) * SLOT_WORDS
    if (this.#words[slot] !== this.#depth) return false
    for (let i = 0; i < 2 * this.#depth; i++) {
      if (this.#words[slot + 1 + i] !== this.#stack[i]) return false
    }
    return true
  }

  #hash(): number {
    let hash = this.#depth
    for (let i = 0; i < 2 * this.#depth; i++) {
      hash = Math.imul(hash ^ this.#stack[i]!, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return hash
  }
}
