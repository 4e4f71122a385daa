import { grown, grownRows } from './grown.js'

const INITIAL_CAPACITY = 256

/**
 * An ordered set of small integers with constant-time changes and no allocation per member: a doubly linked
 * list over typed arrays.
 */
export class NumberedList {
  // Invariants:
  // - member m has row m + 1; row 0 belongs to the list: #next[0] is the row of the first member, #previous[0] that of
  //   the last.
  // - #next of the last member and #previous of the first are 0. Rows of numbers not in the list have no meaning.
  #next = new Int32Array(INITIAL_CAPACITY)
  #previous = new Int32Array(INITIAL_CAPACITY)
  #isMember = new Uint8Array(INITIAL_CAPACITY)

  /** The first member, or -1. */
  get first(): number {
    return this.#next[0]! - 1
  }

  has(member: number): boolean {
    return this.#isMember[member + 1] === 1
  }

  /** Moves or adds `member` to the end. */
  pushLast(member: number): void {
    const row = member + 1
    if (row >= this.#next.length) this.#grow(row)
    if (this.#isMember[row] === 1) {
      if (this.#next[row] === 0) return
      this.remove(member)
    }
    const last = this.#previous[0]!
    this.#next[last] = row
    this.#previous[row] = last
    this.#next[row] = 0
    this.#previous[0] = row
    this.#isMember[row] = 1
  }

  /** Removes `member`; does nothing when it is not in the list. */
  remove(member: number): void {
    const row = member + 1
    if (this.#isMember[row] !== 1) return
    const next = this.#next[row]!
    const previous = this.#previous[row]!
    this.#next[previous] = next
    this.#previous[next] = previous
    this.#isMember[row] = 0
  }

  #grow(row: number): void {
    const rows = grownRows(this.#next.length, row + 1)
    this.#next = grown(this.#next, rows)
    this.#previous = grown(this.#previous, rows)
    this.#isMember = grown(this.#isMember, rows)
  }
}
