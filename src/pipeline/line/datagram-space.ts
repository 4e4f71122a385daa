import type { SlabPool } from '../../ring/slab-pool.js'
import { MAX_REASSEMBLED_DATAGRAMS, type ReassembledSpace } from '../../wire/fragments.js'

/** Most space for one reassembled datagram: 65,535 bytes, an IPv6 header, and alignment. */
const DATAGRAM_BYTES = 66 * 1024
/** Most space for the datagrams of one frame. */
const FRAME_BYTES = MAX_REASSEMBLED_DATAGRAMS * DATAGRAM_BYTES

/**
 * The space for reassembled datagrams: a slab from the pool, so that workers read datagrams like any other packet. The
 * slab is replaced by another one between epochs, before it is full.
 */
export class DatagramSpace implements ReassembledSpace {
  readonly #pool: SlabPool
  #slab = -1
  #at = 0
  #end = 0

  constructor(pool: SlabPool) {
    this.#pool = pool
  }

  /** True when the datagrams of another frame fit. */
  get hasRoom(): boolean {
    return this.#end - this.#at >= FRAME_BYTES
  }

  /** Reserves `bytes` bytes and returns their position. */
  reserve(bytes: number): number {
    if (this.#end - this.#at < bytes) throw new Error(`bug: no room for a datagram of ${bytes} bytes`)
    const at = this.#at
    this.#at += bytes
    return at
  }

  /** Takes a slab if one is free, and returns whether it did. `epoch` has just ended. */
  tryRenew(epoch: number): boolean {
    const slab = this.#pool.tryTake()
    if (slab < 0) return false
    if (this.#slab >= 0) this.#pool.giveBackAfter(epoch, [this.#slab])
    this.#slab = slab
    this.#at = slab
    this.#end = slab + this.#pool.slabBytes
    return true
  }
}
