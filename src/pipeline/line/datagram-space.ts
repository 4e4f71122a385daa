import type { SlabPool } from '../../ring/slab-pool.js'
import { MAX_REASSEMBLED_DATAGRAMS, type ReassembledSpace } from '../../wire/fragments.js'

/** Room that one reassembled datagram may need: 65,535 bytes, an IPv6 header, and alignment. */
const DATAGRAM_BYTES = 66 * 1024
/** Room that one frame may need. */
const FRAME_BYTES = MAX_REASSEMBLED_DATAGRAMS * DATAGRAM_BYTES

/**
 * Where the decoder puts reassembled datagrams: a slab of its own from the pool, so that workers read them as they
 * read everything else. The slab is exchanged for another one between epochs, before it is full.
 */
export class DatagramSpace implements ReassembledSpace {
  readonly #pool: SlabPool
  #slab = -1
  #at = 0
  #end = 0

  constructor(pool: SlabPool) {
    this.#pool = pool
  }

  /** True when the datagrams of the next frame have room. */
  get hasRoom(): boolean {
    return this.#end - this.#at >= FRAME_BYTES
  }

  /** Position of `bytes` free bytes. */
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
