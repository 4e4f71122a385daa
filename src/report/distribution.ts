/** Bounds at 1, 2 and 5 times the powers of 10, from `10^low` to below `10^high`. */
export function decimalBounds(low: number, high: number): number[] {
  const powers = Array.from({ length: high - low }, (_, i) => low + i)
  return powers.flatMap((power) => [1, 2, 5].map((step) => Number(`${step}e${power}`)))
}

/** Bounds at the powers of 2 from 1 to below `2^high`, as the units of bytes are. */
export function binaryBounds(high: number): number[] {
  return Array.from({ length: high }, (_, power) => 2 ** power)
}

/** How often a value fell between two bounds. */
export interface Bucket {
  /** The least value of the bucket. */
  readonly from: number
  /** All its values are below this; the bucket of 0 alone has 0 here. */
  readonly to: number
  readonly count: number
}

/** Counts of values by size. */
export class Distribution {
  // Invariant: #counts[0] is of the values up to 0, #counts[i + 1] of those from #bounds[i] on, below #bounds[i + 1].
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array

  /** @param bounds Where buckets begin, ascending. Smaller values above 0 fall into the first, larger ones into the last. */
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

  /** The buckets from the first to the last one that has values; the one of 0 only where it has. */
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
