import { WordHash } from './word-hash.js'

/** How `tunnel` shows a header: name only, name and number, or name and the number's two 16-bit halves. */
type Form = 'name' | 'number' | 'halves'

// Indexed by kind.
const WRITTEN: (readonly [name: string, form: Form])[] = []

function kind(name: string, form: Form): number {
  return WRITTEN.push([name, form]) - 1
}

/** Kinds of outer headers. Those of tunnels over IP come last. */
export const EncapKind = {
  VLAN: kind('vlan', 'number'),
  MPLS: kind('mpls', 'number'),
  PPPOE: kind('pppoe', 'number'),
  PBB: kind('pbb', 'number'),
  FABRIC_PATH: kind('fabricpath', 'number'),
  NSH: kind('nsh', 'number'),
  TRILL: kind('trill', 'name'),
  IP_IP: kind('ipip', 'name'),
  IP_6IN4: kind('6in4', 'name'),
  IP_4IN6: kind('4in6', 'name'),
  IP_6IN6: kind('6in6', 'name'),
  GRE: kind('gre', 'name'),
  GRE_KEY: kind('gre', 'number'),
  NVGRE: kind('gre', 'number'),
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
  TZSP: kind('tzsp', 'name'),
  AYIYA: kind('ayiya', 'name'),
  ESP: kind('esp', 'name'),
} as const

/** The first kind that is a tunnel over IP. */
const FIRST_TUNNEL = EncapKind.IP_IP

/** Most outer headers of a packet. The decoder goes no deeper. */
export const MAX_ENCAP_DEPTH = 16

/**
 * Each stack of outer headers has a slot in shared memory; id `n` has slot `n - 1`:
 *
 *   word 0    1       2        3       4        …  32
 *   +-------+-------+--------+-------+--------+---+
 *   | depth | kind  | number | kind  | number | … |   outermost first
 *   +-------+-------+--------+-------+--------+---+
 *
 * A slot is written once, before any packet with its id is published to another thread.
 */
const SLOT_WORDS = 1 + 2 * MAX_ENCAP_DEPTH
/** Largest id of a stack. */
export const MAX_ENCAP_ID = 0xffff
const TWO_32 = 2 ** 32

/** The outer headers of a packet, outermost first. */
export interface EncapDescription {
  readonly vlan: readonly number[]
  /** `kind:number`, such as `mpls:16`; `kind` for kinds without a number, such as `gre`; `l2tp:tunnel/session`. */
  readonly tunnel: readonly string[]
}

const NO_ENCAP: EncapDescription = { vlan: [], tunnel: [] }

/** Headers that number virtual networks, and how far the number is shifted: behind NVGRE's stands a flow's (RFC 7637 §3.2). */
const NETWORKS = new Map<number, number>([
  [EncapKind.VXLAN, 0],
  [EncapKind.VXLAN_GPE, 0],
  [EncapKind.GENEVE, 0],
  [EncapKind.NVGRE, 8],
])

/** Reads descriptions of outer headers. Any thread may use it. */
export class EncapTable {
  readonly #words: Uint32Array

  /** @param shared The memory from {@link EncapTable.allocate}, the same in every thread. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = new Uint32Array(shared)
  }

  /** Allocates shared memory for `limit` different stacks, at most 65,535. */
  static allocate(limit: number): SharedArrayBuffer {
    return new SharedArrayBuffer(Math.min(limit, MAX_ENCAP_ID) * SLOT_WORDS * 4)
  }

  /** @param id The `encapId` of a packet. For 0 and for an unknown id the description is empty. */
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

  /**
   * In which network a packet was seen, `''` where nothing says it: its innermost VXLAN or GENEVE VNI or NVGRE VSID, and its
   * innermost VLAN ids, those of the frame inside. Id 0 is a priority without a VLAN (IEEE 802.1Q §6.9.1).
   */
  networkOf(id: number): string {
    const slot = (id - 1) * SLOT_WORDS
    if (id <= 0 || slot >= this.#words.length) return ''
    let vlans = ''
    let isBehindVlans = false
    for (let at = slot + 2 * this.#words[slot]! - 1; at > slot; at -= 2) {
      const kind = this.#words[at]!
      const number = this.#words[at + 1]!
      const shift = NETWORKS.get(kind)
      if (shift !== undefined) return `${number >>> shift}${vlans}`
      if (kind !== EncapKind.VLAN) isBehindVlans = vlans !== ''
      else if (!isBehindVlans && number !== 0) vlans = `.${number}${vlans}`
    }
    return vlans
  }
}

function textOf(kind: number, number: number): string {
  const [name, form] = WRITTEN[kind]!
  if (form === 'name') return name
  return form === 'number' ? `${name}:${number}` : `${name}:${number >>> 16}/${number & 0xffff}`
}

/**
 * Gives ids to stacks of outer headers. Only one thread may write: for each packet it builds a stack with `clear()` and
 * `push()`, and gets its id from `intern()`.
 */
export class EncapWriter {
  // Invariants:
  // - `#stack[0, 2 * #depth)` is the packet's stack, laid out as in a slot.
  // - `#isOverfull` is true after a push for which there was no room.
  // - ids 1..#count are in use; `#firstOfHash` and `#sameHash` chain the ids with the same hash, newest first.
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

  /** @param shared The memory from {@link EncapTable.allocate}. */
  constructor(shared: SharedArrayBuffer) {
    this.#words = new Uint32Array(shared)
    this.#capacity = this.#words.length / SLOT_WORDS
    this.#sameHash = new Uint16Array(this.#capacity + 1)
  }

  /** Packets without a description because the table was full. */
  get limitHits(): number {
    return this.#limitHits
  }

  /** Number of headers in the stack. */
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

  /** Removes all but the outermost `depth` headers. */
  truncate(depth: number): void {
    this.#depth = depth
    this.#isOverfull = false
  }

  /**
   * A number that identifies the tunnels over IP in the stack during a run; 0 without tunnels. It is a keyed 52-bit
   * hash, so nobody can craft a capture in which two stacks have the same number.
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
   * Adds a header inside those pushed before.
   *
   * @param kind   A value of {@link EncapKind}.
   * @param number VLAN id, label, session id or the like; uint32.
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

  /** The id of the packet's stack. 0 when it is empty, and when it is new but the table is full, which is counted. */
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
