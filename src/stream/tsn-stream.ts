import { seqAdd, seqDiff } from './seq.js'

/** Delivered chunks of which a half-stream remembers what they had. */
export const KNOWN_CHUNKS = 1024

/** Early user data of one chunk. */
export interface HeldChunk {
  readonly tsn: number
  /** Place in the held store, and bytes there. */
  readonly stored: number
  readonly bytes: number
  /** User data that was not captured. */
  readonly cut: number
  readonly tsSec: number
  readonly tsNsec: number
}

/** The chunks of one direction of an SCTP association, by TSN (RFC 9260 §6.2). All TSNs are int32 that wrap around. */
export class TsnStream {
  // Invariants:
  // - #held is in the order of TSNs, all of them behind `next`.
  // - #known has the hash of what the latest KNOWN_CHUNKS TSNs before `next` brought; none: they are in a gap.
  /** The TSN to be delivered next. */
  next: number
  /** Initial TSN that an INIT told after the stream had begun: of another association, once data comes with it. */
  restart: number | null = null
  /** Highest TSN that the receiver has acknowledged with all before; null: none. */
  acked: number | null = null
  heldBytes = 0
  readonly #held: HeldChunk[] = []
  readonly #known = new Map<number, number>()

  constructor(next: number) {
    this.next = next
  }

  get heldCount(): number {
    return this.#held.length
  }

  get firstHeld(): HeldChunk | undefined {
    return this.#held[0]
  }

  /** What content of this hash is at a TSN before `next`; `'late'`: in a gap. What is too far back is taken for the same. */
  compare(tsn: number, hash: number): 'same' | 'other' | 'late' {
    if (seqDiff(this.next, tsn) > KNOWN_CHUNKS) return 'same'
    const known = this.#known.get(tsn)
    if (known === undefined) return 'late'
    return known === hash ? 'same' : 'other'
  }

  /** `next` was delivered, and had content of this hash. */
  passed(hash: number): void {
    this.#known.set(this.next, hash)
    this.next = seqAdd(this.next, 1)
    this.#forget()
  }

  /** All before `tsn` is given up. */
  skipTo(tsn: number): void {
    this.next = tsn
    this.#forget()
  }

  /** Position of a TSN among those that are held, or -1 minus the position where it belongs. */
  find(tsn: number): number {
    let low = 0
    for (let high = this.#held.length; low < high; ) {
      const middle = (low + high) >>> 1
      const distance = seqDiff(this.#held[middle]!.tsn, tsn)
      if (distance === 0) return middle
      if (distance < 0) low = middle + 1
      else high = middle
    }
    return -1 - low
  }

  at(position: number): HeldChunk {
    return this.#held[position]!
  }

  insert(position: number, chunk: HeldChunk): void {
    if (position === this.#held.length) this.#held.push(chunk)
    else this.#held.splice(position, 0, chunk)
    this.heldBytes += chunk.bytes
  }

  shift(): HeldChunk {
    const chunk = this.#held.shift()!
    this.heldBytes -= chunk.bytes
    return chunk
  }

  // The map has its TSNs in the order in which they were delivered.
  #forget(): void {
    for (const tsn of this.#known.keys()) {
      if (seqDiff(this.next, tsn) <= KNOWN_CHUNKS) return
      this.#known.delete(tsn)
    }
  }
}
