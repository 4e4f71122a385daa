import type { ConnectionRecord } from './connection-record.js'

interface Entry {
  readonly record: ConnectionRecord
  readonly rank: number
  /** The record's position in the index. Of two records with equal rank, the earlier is kept. */
  readonly place: number
}

/** Keeps the `capacity` records of the highest rank in a heap, lowest rank on top. */
export class TopRecords {
  // Invariant: by `isLower`, #heap[i] ranks no higher than its children #heap[2i+1] and #heap[2i+2].
  readonly #capacity: number
  readonly #heap: Entry[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** True when the next record of the index would be kept at this rank. */
  wouldKeep(rank: number): boolean {
    return this.#heap.length < this.#capacity || rank > this.#heap[0]!.rank
  }

  add(record: ConnectionRecord, rank: number, place: number): void {
    if (!this.wouldKeep(rank)) return
    const entry = { record, rank, place }
    if (this.#heap.length < this.#capacity) {
      this.#heap.push(entry)
      this.#rise(this.#heap.length - 1)
    } else {
      this.#heap[0] = entry
      this.#sink()
    }
  }

  /** The records kept, with their positions in the index, in no particular order. */
  entries(): readonly { readonly record: ConnectionRecord; readonly place: number }[] {
    return this.#heap
  }

  #rise(i: number): void {
    const heap = this.#heap
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!isLower(heap[i]!, heap[parent]!)) return
      this.#swap(i, parent)
      i = parent
    }
  }

  #sink(): void {
    const heap = this.#heap
    for (let i = 0; ; ) {
      let lowest = i
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && isLower(heap[child]!, heap[lowest]!)) lowest = child
      }
      if (lowest === i) return
      this.#swap(i, lowest)
      i = lowest
    }
  }

  #swap(i: number, j: number): void {
    const entry = this.#heap[i]!
    this.#heap[i] = this.#heap[j]!
    this.#heap[j] = entry
  }
}

function isLower(a: Entry, b: Entry): boolean {
  return a.rank !== b.rank ? a.rank < b.rank : a.place > b.place
}
