/** Bounds at 1, 2 and 5 times each power of 10, from `10^low` up to but excluding `10^high`. */
export function decimalBounds(low: number, high: number): number[] {
  const powers = Array.from({ length: high - low }, (_, i) => low + i)
  return powers.flatMap((power) => [1, 2, 5].map((step) => Number(`${step}e${power}`)))
}

/** Bounds at the powers of 2 from 1 up to but excluding `2^high`, which suit byte units. */
export function binaryBounds(high: number): number[] {
  return Array.from({ length: high }, (_, power) => 2 ** power)
}

/** The number of values in `[from, to)`. */
export interface Bucket {
  /** Lower bound, inclusive. */
  readonly from: number
  /** Upper bound, exclusive; 0 for the bucket that holds only the value 0. */
  readonly to: number
  readonly count: number
}

/** Counts values by size. */
export class Distribution {
  // Invariant: #counts[0] counts the values <= 0, #counts[i + 1] those in [#bounds[i], #bounds[i + 1]).
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array

  /** @param bounds Lower bounds of the buckets, ascending. Values in (0, bounds[0]) count in the first bucket. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    let bucket = 0
    if (value > 0) {
      let to = this.#bounds.length
      bucket = 1
      while (bucket < to) {
        const middle = (bucket + to) >> 1
        if (value >= this.#bounds[middle]!) bucket = middle + 1
        else to = middle
      }
    }
    this.#counts[bucket] = this.#counts[bucket]! + 1
  }

  /** The buckets from the first to the last that is not empty; without the bucket of 0 when that is empty. */
  buckets(): Bucket[] {
    const all = [...this.#counts].map((count, i) => ({
      from: i === 0 ? 0 : this.#bounds[i - 1]!,
      to: i === 0 ? 0 : (this.#bounds[i] ?? Number.MAX_SAFE_INTEGER),
      count,
    }))
    const used = all.slice(1).filter(({ count }) => count > 0)
    const [first, last] = [used[0], used.at(-1)]
    const between = first === undefined ? [] : all.slice(all.indexOf(first), all.indexOf(last!) + 1)
    return all[0]!.count > 0 ? [all[0]!, ...between] : between
  }
}
