/** A copy comes at most so long after the first. */
export const COPY_NSEC = 20_000_000
/** Packets of the capture in one batch. */
export const BATCH_PACKETS = 1024
const NSEC_PER_SEC = 1_000_000_000

/** Lowest and highest time of packets. */
export interface BatchTimes {
  readonly lowSec: number
  readonly lowNsec: number
  readonly highSec: number
  readonly highNsec: number
}

/** Packets of the capture, one behind the other. `fromRow`: where the worker's own begin. */
interface Batch extends BatchTimes {
  readonly fromRow: number
}

/**
 * Of which packets copies may still come. A packet is too old when all packets of a later batch, those of other workers among
 * them, were more than {@link COPY_NSEC} later; or when more batches were behind it than are kept. Both depend on the
 * capture alone, not on memory or the number of workers.
 */
export class Batches {
  // Invariants:
  // - #batches has those that are kept, oldest first.
  // - #lows has those of them whose lowest time is above that of every later one, oldest first.
  readonly #limit: number
  readonly #batches: Batch[] = []
  readonly #lows: Batch[] = []
  #nextRow: number

  /** @param limit Batches that are kept at most. */
  constructor(limit: number, nextRow: number) {
    this.#limit = limit
    this.#nextRow = nextRow
  }

  /** The first row that may not be too old. */
  get firstRow(): number {
    return this.#batches[0]?.fromRow ?? this.#nextRow
  }

  /** True when the oldest batch is one too many. */
  get isOverfull(): boolean {
    return this.#batches.length > this.#limit
  }

  /** True when no copy of the packet is expected any more, by its time. */
  isTooOld(row: number, sec: number, nsec: number): boolean {
    const lows = this.#lows
    let low = 0
    for (let high = lows.length; low < high; ) {
      const middle = (low + high) >>> 1
      if (((lows[middle]!.fromRow - row) | 0) > 0) high = middle
      else low = middle + 1
    }
    const later = lows[low]
    return later !== undefined && nsecBetween(sec, nsec, later.lowSec, later.lowNsec) > COPY_NSEC
  }

  /** A batch has ended; the next one's first packet of this worker gets the row `nextRow`. */
  end(nextRow: number, times: BatchTimes): void {
    const lows = this.#lows
    const { lowSec, lowNsec, highSec, highNsec } = times
    const batch: Batch = { lowSec, lowNsec, highSec, highNsec, fromRow: this.#nextRow }
    this.#nextRow = nextRow
    for (let last = lows.at(-1); last !== undefined; last = lows.at(-1)) {
      if (nsecBetween(times.lowSec, times.lowNsec, last.lowSec, last.lowNsec) > 0) break
      lows.pop()
    }
    lows.push(batch)
    this.#batches.push(batch)
    for (let oldest = this.#batches[0]!; ; oldest = this.#batches[0]!) {
      const { lowSec: sec, lowNsec: nsec } = lows[0]!
      if (nsecBetween(oldest.highSec, oldest.highNsec, sec, nsec) <= COPY_NSEC) return
      this.dropOldest()
    }
  }

  dropOldest(): void {
    if (this.#batches.shift() === this.#lows[0]) this.#lows.shift()
  }

  /** Begins anew. */
  clear(nextRow: number): void {
    this.#batches.length = 0
    this.#lows.length = 0
    this.#nextRow = nextRow
  }
}

/** Nanoseconds from one time to another, negative when that is earlier. Seconds are modulo 2^32. */
export function nsecBetween(sec: number, nsec: number, otherSec: number, otherNsec: number): number {
  return ((otherSec - sec) | 0) * NSEC_PER_SEC + otherNsec - nsec
}
