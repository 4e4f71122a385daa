import { WordHash } from './word-hash.js'

/** How a header is written in `tunnel`: its name alone, with its number, or with its number's halves of 16 bits. */
type Form = 'name' | 'number' | 'halves'

// By kind.
const WRITTEN: (readonly [name: string, form: Form])[] = []

function kind(name: string, form: Form): number {
  return WRITTEN.push([name, form]) - 1
}

/** Kinds of outer headers that are described, those of tunnels over IP behind the others. */
export const EncapKind = {
  VLAN: kind('vlan', 'number'),
  MPLS: kind('mpls', 'number'),
  PPPOE: kind('pppoe', 'number'),
  PBB: kind('pbb', 'number'),
  FABRIC_PATH: kind('fabricpath', 'number'),
  NSH: kind('nsh', 'number'),
  IP_IP: kind('ipip', 'name'),
  IP_6IN4: kind('6in4', 'name'),
  IP_4IN6: kind('4in6', 'name'),
  IP_6IN6: kind('6in6', 'name'),
  GRE: kind('gre', 'name'),
  GRE_KEY: kind('gre', 'number'),
  PPTP: kind('pptp', 'number'),
  EOIP: kind('eoip', 'number'),
  WCCP: kind('wccp', 'name'),
  ERSPAN_I: kind('erspan', 'name'),
  ERSPAN: kind('erspan', 'number'),
  ETHER_IP: kind('etherip', 'name'),
  PIM: kind('pim-register', 'name'),
  L2TP: kind('l2tp', 'halves'),
  L2TP_V3: kind('l2tpv3', 'number'),
  VXLAN: kind('vxlan', 'number'),
  VXLAN_GPE: kind('vxlan-gpe', 'number'),
  GENEVE: kind('geneve', 'number'),
  GTP_U: kind('gtpu', 'number'),
  TEREDO: kind('teredo', 'name'),
  LISP: kind('lisp', 'name'),
  LISP_INSTANCE: kind('lisp', 'number'),
  LISP_CONTROL: kind('lisp-control', 'name'),
  CAPWAP: kind('capwap', 'name'),
  ETHERNET: kind('ethernet', 'name'),
} as const

/** The first kind that is a tunnel over IP. */
const FIRST_TUNNEL = EncapKind.IP_IP

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
const TWO_32 = 2 ** 32

/** Outer headers of a packet, each from the outside in. */
export interface EncapDescription {
  readonly vlan: readonly number[]
  /** `kind:number`, or `kind` where there is no number: `mpls:16`, `gre`. L2TP's is `l2tp:tunnel/session`. */
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
      else tunnel.push(textOf(kind, number))
    }
    return { vlan, tunnel }
  }
}

function textOf(kind: number, number: number): string {
  const [name, form] = WRITTEN[kind]!
  if (form === 'name') return name
  return form === 'number' ? `${name}:${number}` : `${name}:${number >>> 16}/${number & 0xffff}`
}

/**
 * Numbers stacks of outer headers. One thread writes: it builds the stack of a packet with `clear()` and `push()`, then
 * asks for its number.
 */
export class EncapWriter {
  // Invariants:
  // - `#stack[0, 2 * #depth)` is the packet's stack, as in a slot.
  // - `#isOverfull` after a header was pushed that had no room.
  // - ids 1..#count are given out; `#firstOfHash` and `#sameHash` chain the ids of one hash, newest first.
  readonly #words: Uint32Array
  readonly #capacity: number
  readonly #stack = new Uint32Array(2 * MAX_ENCAP_DEPTH)
  readonly #firstOfHash = new Map<number, number>()
  readonly #sameHash: Uint16Array
  readonly #hash = new WordHash()
  readonly #otherHash = new WordHash()
  readonly #tunnels = new Uint32Array(2 * MAX_ENCAP_DEPTH)
  #depth = 0
  #isOverfull = false
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

  /** Headers pushed. */
  get depth(): number {
    return this.#depth
  }

  /** True when more than {@link MAX_ENCAP_DEPTH} headers were pushed. */
  get isOverfull(): boolean {
    return this.#isOverfull
  }

  /** Begins the stack of the next packet. */
  clear(): void {
    this.truncate(0)
  }

  /** Takes away all but the outermost `depth` headers. */
  truncate(depth: number): void {
    this.#depth = depth
    this.#isOverfull = false
  }

  /**
   * A number for the tunnels over IP in the stack, the same during a run. It is a keyed hash of 52 bits, so no capture
   * can be made in which two stacks share one. 0: there are no tunnels.
   */
  tunnelHash(): number {
    const tunnels = this.#tunnels
    let count = 0
    for (let i = 0; i < 2 * this.#depth; i += 2) {
      if (this.#stack[i]! < FIRST_TUNNEL) continue
      tunnels[count] = this.#stack[i]!
      tunnels[count + 1] = this.#stack[i + 1]!
      count += 2
    }
    if (count === 0) return 0
    return (this.#otherHash.of(tunnels, count) >>> 12) * TWO_32 + this.#hash.of(tunnels, count)
  }

  /**
   * Puts a header inside those pushed before.
   *
   * @param kind   Of {@link EncapKind}.
   * @param number VLAN id, label, session …; uint32.
   */
  push(kind: number, number: number): void {
    if (this.#depth === MAX_ENCAP_DEPTH) {
      this.#isOverfull = true
      return
    }
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
    const hash = this.#hash.of(this.#stack, 2 * this.#depth)
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
}
