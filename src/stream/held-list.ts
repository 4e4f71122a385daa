import { type HeldRows, MOST_LEVELS, NO_ROW } from './held-rows.js'

/**
 * The early segments of one half-stream, sorted by offset: a skip list (Pugh 1990) over rows of {@link HeldRows}. Finds
 * a position in O(log n), and the end in O(1).
 */
export class HeldList {
  // Invariants:
  // - the rows after #head, linked by next[0], have disjoint ranges and are sorted.
  // - #tails[level] is the last row of each level that has rows; levels from #tails.length on are empty.
  // - where a position was found, it is in rows.path for the levels that have rows, and for one more.
  readonly #rows: HeldRows
  readonly #head: number
  readonly #tails: number[] = []
  /** Rows in the list. */
  count = 0

  constructor(rows: HeldRows) {
    this.#rows = rows
    this.#head = rows.takeHead()
  }

  /** The first row, or `NO_ROW`. */
  get first(): number {
    return this.#rows.next[0]![this.#head]!
  }

  /** True when all rows came at one moment and without a break. */
  get isOneSegment(): boolean {
    const { tsSec, tsNsec, offset, end, next } = this.#rows
    let row = this.first
    for (let after = row === NO_ROW ? row : next[0]![row]!; after !== NO_ROW; after = next[0]![row]!) {
      if (offset[after] !== end[row] || tsSec[after] !== tsSec[row] || tsNsec[after] !== tsNsec[row])
        return false
      row = after
    }
    return true
  }

  /** Frees the list's head row. The list must be empty, and must not be used afterwards. */
  release(): void {
    if (this.count > 0) throw new Error(`bug: ${this.count} held segments are forgotten`)
    this.#rows.free(this.#head)
  }

  /** Moves `rows.path` to just before the first row that ends after `offset`. Returns that row, or `NO_ROW`. */
  find(offset: number): number {
    const { next, end, path } = this.#rows
    const levels = this.#tails.length
    if (levels < MOST_LEVELS) path[levels] = this.#head
    if (levels === 0) return NO_ROW
    // Usually the segment lies above all held ones.
    if (end[this.#tails[0]!]! <= offset) {
      for (let level = 0; level < levels; level++) path[level] = this.#tails[level]!
      return NO_ROW
    }
    let row = this.#head
    for (let level = levels - 1; level >= 0; level--) {
      const links = next[level]!
      for (let after = links[row]!; after !== NO_ROW && end[after]! <= offset; after = links[row]!)
        row = after
      path[level] = row
    }
    return next[0]![row]!
  }

  /** Moves `rows.path` past `row`, the row after it. Returns the next row after that. */
  pass(row: number): number {
    const { next, path } = this.#rows
    for (let level = 0; level < this.#tails.length && next[level]![path[level]!] === row; level++)
      path[level] = row
    return next[0]![row]!
  }

  /** Inserts `row` at `rows.path`, and moves the path past it. */
  insert(row: number): void {
    const { next, path } = this.#rows
    // At most one level above the existing ones, so that short lists stay flat.
    const height = Math.min(this.#rows.height(), this.#tails.length + 1, MOST_LEVELS)
    if (height > this.#tails.length) {
      this.#tails.push(this.#head)
      if (height < MOST_LEVELS) path[height] = this.#head
    }
    for (let level = 0; level < height; level++) {
      const links = next[level]!
      const before = path[level]!
      links[row] = links[before]!
      links[before] = row
      if (links[row] === NO_ROW) this.#tails[level] = row
      path[level] = row
    }
    this.count += 1
  }

  /** Unlinks the first row without freeing it. Returns it. */
  unlinkFirst(): number {
    const { next } = this.#rows
    const row = this.first
    for (let level = 0; level < this.#tails.length && next[level]![this.#head] === row; level++)
      this.#unlinkAfter(this.#head, row, level)
    this.count -= 1
    this.#lower()
    return row
  }

  /** Unlinks the row after `rows.path` without freeing it. */
  unlink(row: number): void {
    const { next, path } = this.#rows
    for (let level = 0; level < this.#tails.length && next[level]![path[level]!] === row; level++)
      this.#unlinkAfter(path[level]!, row, level)
    this.count -= 1
    this.#lower()
  }

  #unlinkAfter(before: number, row: number, level: number): void {
    const links = this.#rows.next[level]!
    links[before] = links[row]!
    if (links[before] === NO_ROW) this.#tails[level] = before
  }

  // Drops top levels that have no row left.
  #lower(): void {
    while (this.#tails.at(-1) === this.#head) this.#tails.pop()
  }
}
