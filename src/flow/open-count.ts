import type { ConnectionTable } from './connection-table.js'

/**
 * How many connections the workers of a run have open together, in memory that they share. Two that open one at the
 * same moment may both find the last place: there may be one more for each worker than the limit says.
 */
export class OpenCount {
  readonly #count: Int32Array
  readonly #limit: number

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(4)
  }

  /** @param limit 1..2^30 */
  constructor(shared: SharedArrayBuffer, limit: number) {
    this.#count = new Int32Array(shared)
    this.#limit = limit
  }

  /** True when there is no place for another. */
  get isFull(): boolean {
    return Atomics.load(this.#count, 0) >= this.#limit
  }

  add(): void {
    Atomics.add(this.#count, 0, 1)
  }

  remove(): void {
    Atomics.sub(this.#count, 0, 1)
  }
}

/**
 * The eighth of the table's connections that has been idle longest, one at least, without `keep`. None where it has no
 * other: then those of other workers fill the count, and each of them makes room when it opens its next.
 */
export function longestIdle(table: ConnectionTable, keep: number): readonly number[] {
  const open: number[] = []
  for (let connection = 0; connection < table.used; connection++) {
    if (table.isOpen[connection] && connection !== keep) open.push(connection)
  }
  open.sort((a, b) => table.lastSec[a]! - table.lastSec[b]! || table.firstNumber[a]! - table.firstNumber[b]!)
  return open.slice(0, Math.max(1, open.length >> 3))
}
