import { seqDiff } from './seq.js'

/** Early user data of one chunk of SCTP. */
export interface HeldChunk {
  readonly tsn: number
  /** Place in the held store, and bytes there. */
  readonly stored: number
  readonly bytes: number
  /** User data that was not captured. */
  readonly cut: number
  readonly tsSec: number
  readonly tsNsec: number
  /** Of the packet that carried it. */
  readonly number: number
}

/** Chunks by their TSN. The TSNs are within 2^31 of each other. */
export class HeldChunks {
  // Invariants:
  // - no TSN is before its parent's; the parent of #heap[i] is #heap[(i - 1) >> 1].
  // - #chunks has the chunk of each TSN of the heap.
  readonly #heap: number[] = []
  readonly #chunks = new Map<number, HeldChunk>()
  bytes = 0

  get count(): number {
    return this.#heap.length
  }

  /** The one with the lowest TSN. */
  get first(): HeldChunk | undefined {
    return this.#heap.length === 0 ? undefined : this.#chunks.get(this.#heap[0]!)
  }

  get(tsn: number): HeldChunk | undefined {
    return this.#chunks.get(tsn)
  }

  /** Adds a chunk, whose TSN none of the others has. */
  add(chunk: HeldChunk): void {
    const heap = this.#heap
    this.#chunks.set(chunk.tsn, chunk)
    this.bytes += chunk.bytes
    let at = heap.push(chunk.tsn) - 1
    for (
      let parent = (at - 1) >> 1;
      at > 0 && seqDiff(chunk.tsn, heap[parent]!) < 0;
      parent = (at - 1) >> 1
    ) {
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = chunk.tsn
  }

  /** Removes the first chunk; there must be one. */
  shift(): HeldChunk {
    const heap = this.#heap
    const chunk = this.#chunks.get(heap[0]!)!
    this.#chunks.delete(chunk.tsn)
    this.bytes -= chunk.bytes
    const last = heap.pop()!
    if (heap.length > 0) this.#sink(last)
    return chunk
  }

  // Puts a TSN where the first one was, and restores the order.
  #sink(tsn: number): void {
    const heap = this.#heap
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && seqDiff(heap[child + 1]!, heap[child]!) < 0) child += 1
      if (seqDiff(tsn, heap[child]!) <= 0) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = tsn
  }
}
