import { RECORD_WORDS } from './record-ring.js'

const INITIAL_RECORDS = 1024

/** What a consumer of a ring has freed there, as far back as somebody wants it. Records are known by their positions. */
export class RecordLog {
  // Invariants:
  // - the capacity is a power of two; the record at position p begins at word `(p & mask) * RECORD_WORDS`.
  // - records at [#from, #to) are there.
  words = new Uint32Array(INITIAL_RECORDS * RECORD_WORDS)
  #mask = INITIAL_RECORDS - 1
  #from = 0
  #to = 0

  /** Behind the latest record. */
  get to(): number {
    return this.#to
  }

  /** Index in `words` of a record that is there. */
  indexOf(position: number): number {
    return (position & this.#mask) * RECORD_WORDS
  }

  /** Nobody wants records before this position any more. */
  forgetTo(position: number): void {
    this.#from = position
  }

  /** Takes the records `[to, to + count)`, which are one behind the other from `source[at]` on. */
  take(source: Uint32Array, at: number, count: number): void {
    const to = (this.#to + count) | 0
    if (((this.#from - this.#to) | 0) > 0) this.#to = this.#from
    const skipped = (this.#to - ((to - count) | 0)) | 0
    if (skipped >= count) {
      this.#to = to
      return
    }
    while (((to - this.#from) | 0) > this.#mask + 1) this.#grow()
    this.#copy(source, at + skipped * RECORD_WORDS, count - skipped)
    this.#to = to
  }

  // Copies records to `#to`, in two pieces where the end is between them.
  #copy(source: Uint32Array, at: number, count: number): void {
    const index = this.#to & this.#mask
    const first = Math.min(count, this.#mask + 1 - index)
    const middle = at + first * RECORD_WORDS
    this.words.set(source.subarray(at, middle), index * RECORD_WORDS)
    if (first < count) this.words.set(source.subarray(middle, at + count * RECORD_WORDS), 0)
  }

  #grow(): void {
    const { words } = this
    const mask = this.#mask
    this.words = new Uint32Array(2 * words.length)
    this.#mask = 2 * mask + 1
    for (let p = this.#from; ((this.#to - p) | 0) > 0; p = (p + 1) | 0) {
      const from = (p & mask) * RECORD_WORDS
      this.words.set(words.subarray(from, from + RECORD_WORDS), this.indexOf(p))
    }
  }
}
