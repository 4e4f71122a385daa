import type { ConnectionRecord } from './connection-record.js'

interface Entry {
  readonly record: ConnectionRecord
  readonly rank: number
  /** Place in the index: of two records of one rank the earlier one is kept. */
  readonly place: number
}

/** The records of the highest rank, at most `capacity` of them: a heap with the lowest on top. */
export class TopRecords {
  // Invariant: #heap[i] is not above its children #heap[2i+1] and #heap[2i+2], in the order of `isLower`.
  readonly #capacity: number
  readonly #heap: Entry[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** True when a record of this rank, later than all before, would be kept. */
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

  /** The records with their places, in no order. */
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
