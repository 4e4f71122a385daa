const FINEST_SECONDS = 0.001

/**
 * Amounts over time in at most `capacity` bins, one array of bins per channel. The bin width doubles when the time span
 * outgrows the bins, so the span need not be known in advance and memory stays constant.
 */
export class TimeBins {
  // Invariant: bin i covers [(#first + i) * #width, (#first + i + 1) * #width) for i in [0, #count); all arrays are 0
  // from #count on. The amount of a channel in bin i is #values[i] plus the sum of #steps[0..i], so a connection that
  // spans many bins costs only two steps and two values.
  readonly #capacity: number
  readonly #values: Float64Array[] = []
  readonly #steps: Float64Array[] = []
  #width = FINEST_SECONDS
  #first = 0
  #count = 0

  /** @param capacity Largest number of bins; at least 4. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Adds a channel and returns its number. */
  addChannel(): number {
    this.#values.push(new Float64Array(this.#capacity))
    this.#steps.push(new Float64Array(this.#capacity + 1))
    return this.#values.length - 1
  }

  /** Start of the first bin, seconds since 1970. */
  get from(): number {
    return this.#first * this.#width
  }

  /** Width of a bin in seconds. */
  get width(): number {
    return this.#width
  }

  /** Extends the covered time to include `[from, to]`, seconds since 1970, `from <= to`. */
  cover(from: number, to: number): void {
    let first = Math.floor(from / this.#width)
    let last = Math.floor(to / this.#width)
    if (this.#count > 0) {
      first = Math.min(first, this.#first)
      last = Math.max(last, this.#first + this.#count - 1)
    } else {
      this.#first = first
    }
    while (last - first >= this.#capacity) {
      this.#double()
      first = Math.floor(first / 2)
      last = Math.floor(last / 2)
    }
    if (first < this.#first) this.#shift(this.#first - first)
    this.#first = first
    this.#count = last - first + 1
  }

  /** Spreads `amount` evenly over `[from, to]`, which must be covered already. */
  add(channel: number, from: number, to: number, amount: number): void {
    if (amount === 0) return
    const values = this.#values[channel]!
    const firstBin = from / this.#width - this.#first
    const lastBin = to / this.#width - this.#first
    const i = this.#inRange(Math.floor(firstBin))
    const j = this.#inRange(Math.floor(lastBin))
    if (i === j) {
      values[i] = values[i]! + amount
      return
    }
    const perBin = amount / (lastBin - firstBin)
    const atFirst = perBin * (i + 1 - firstBin)
    const between = perBin * (j - i - 1)
    values[i] = values[i]! + atFirst
    values[j] = values[j]! + amount - atFirst - between
    if (j === i + 1) return
    const steps = this.#steps[channel]!
    steps[i + 1] = steps[i + 1]! + perBin
    steps[j] = steps[j]! - perBin
  }

  /** The amounts of a channel in all covered bins, as a copy. */
  bins(channel: number): Float64Array {
    this.#settle()
    return this.#values[channel]!.slice(0, this.#count)
  }

  // Rounding may put an end of the range just outside the bins.
  #inRange(bin: number): number {
    return Math.max(0, Math.min(bin, this.#count - 1))
  }

  #settle(): void {
    this.#steps.forEach((steps, channel) => {
      const values = this.#values[channel]!
      let level = 0
      for (let i = 0; i < this.#count; i++) {
        level += steps[i]!
        // Rounding errors leave tiny sums where the level should be 0.
        if (Math.abs(level) > 1e-6) values[i] = values[i]! + level
      }
      steps.fill(0)
    })
  }

  #double(): void {
    this.#settle()
    const first = Math.floor(this.#first / 2)
    for (const values of this.#values) {
      const merged = new Float64Array(this.#capacity)
      for (let i = 0; i < this.#count; i++) {
        const target = Math.floor((this.#first + i) / 2) - first
        merged[target] = merged[target]! + values[i]!
      }
      values.set(merged)
    }
    this.#count = this.#count === 0 ? 0 : Math.floor((this.#first + this.#count - 1) / 2) - first + 1
    this.#first = first
    this.#width *= 2
  }

  #shift(bins: number): void {
    for (const list of [...this.#values, ...this.#steps]) {
      list.copyWithin(bins, 0, this.#count)
      list.fill(0, 0, bins)
    }
  }
}
