const STEPS = [1, 2, 5]

/** How often a value fell between two bounds. */
export interface Bucket {
  /** Values of the bucket are at least this … */
  readonly from: number
  /** … and below this; the bucket of 0 alone has 0 here. */
  readonly to: number
  readonly count: number
}

/** Counts of values by size, in buckets that begin at 1, 2 and 5 times the powers of 10. */
export class Distribution {
  // Invariant: #counts[0] is of the values up to 0, #counts[i + 1] of those from #bounds[i] on, below #bounds[i + 1].
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array

  /** Buckets for values from `10^low` (smaller ones above 0 fall into the first) to `10^high` (larger ones into the last). */
  constructor(low: number, high: number) {
    const bounds: number[] = []
    for (let power = low; power < high; power++) {
      for (const step of STEPS) bounds.push(Number(`${step}e${power}`))
    }
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
