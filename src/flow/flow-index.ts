import { u32be } from '../bytes/endian.js'
import type { PacketTuple } from '../wire/transport-packet.js'
import { ConnectionFlag, type ConnectionTable, NONE } from './connection-table.js'

const INITIAL_BUCKETS = 256

/** Finds the connection of a packet by its 5-tuple: hash buckets, chained through the table's `next` column. */
export class FlowIndex {
  // Invariants:
  // - #heads has a power of two of buckets, at least as many as there are connections, half as many at least.
  // - every connection that was added and not removed is in the chain of bucket `hash & (buckets - 1)`.
  readonly #table: ConnectionTable
  #heads = new Int32Array(INITIAL_BUCKETS).fill(NONE)
  #count = 0
  /** Side of the latest connection found that sent the packet. */
  side: 0 | 1 = 0

  constructor(table: ConnectionTable) {
    this.#table = table
  }

  /**
   * The connection that the 5-tuple belongs to in either direction, or `NONE`; `side` tells the direction.
   * Keys are compared in full.
   *
   * @param bytes Where IPv6 addresses are.
   */
  find(bytes: Uint8Array, tuple: PacketTuple, hash: number): number {
    const table = this.#table
    for (
      let connection = this.#heads[hash & (this.#heads.length - 1)]!;
      connection !== NONE;
      connection = table.next[connection]!
    ) {
      if (table.hash[connection] !== hash || table.protocol[connection] !== tuple.protocol) continue
      if (this.#matches(connection, 0, bytes, tuple)) {
        this.side = 0
        return connection
      }
      if (this.#matches(connection, 1, bytes, tuple)) {
        this.side = 1
        return connection
      }
    }
    return NONE
  }

  /** Adds a connection whose key and hash stand in the table. */
  add(connection: number): void {
    if (this.#count === this.#heads.length) this.#grow()
    this.#link(connection)
    this.#count += 1
  }

  remove(connection: number): void {
    const { hash, next } = this.#table
    const bucket = hash[connection]! & (this.#heads.length - 1)
    let at = this.#heads[bucket]!
    if (at === connection) {
      this.#heads[bucket] = next[connection]!
    } else {
      while (next[at] !== connection) at = next[at]!
      next[at] = next[connection]!
    }
    this.#count -= 1
  }

  #link(connection: number): void {
    const bucket = this.#table.hash[connection]! & (this.#heads.length - 1)
    this.#table.next[connection] = this.#heads[bucket]!
    this.#heads[bucket] = connection
  }

  #matches(connection: number, srcSide: 0 | 1, bytes: Uint8Array, tuple: PacketTuple): boolean {
    const table = this.#table
    const srcHalf = 2 * connection + srcSide
    if (table.port[srcHalf] !== tuple.srcPort || table.port[srcHalf ^ 1] !== tuple.dstPort) return false
    const isIpv6 = (table.flags[connection]! & ConnectionFlag.IPV6) !== 0
    if (isIpv6 !== (tuple.ipVersion === 6)) return false
    const src = 4 * srcHalf
    const dst = 4 * (srcHalf ^ 1)
    if (!isIpv6) return ((table.address[src]! ^ tuple.src) | (table.address[dst]! ^ tuple.dst)) === 0
    for (let i = 0; i < 4; i++) {
      if (table.address[src + i] !== u32be(bytes, tuple.src + 4 * i)) return false
      if (table.address[dst + i] !== u32be(bytes, tuple.dst + 4 * i)) return false
    }
    return true
  }

  #grow(): void {
    const chains = this.#heads
    this.#heads = new Int32Array(chains.length * 2).fill(NONE)
    for (let head of chains) {
      while (head !== NONE) {
        const next = this.#table.next[head]!
        this.#link(head)
        head = next
      }
    }
  }
}
