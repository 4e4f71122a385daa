import { MAX_RECORD_BYTES } from './capture-reader.js'

/** Bytes after damage that are searched for a record. */
export const SEARCH_BYTES = 1024 * 1024
/** Consecutive records that must look right for a chain to be accepted. */
export const CHAIN_RECORDS = 3
/**
 * A chain is judged by at most this many bytes from its start, even if the window has more, so that the result does not
 * depend on where windows end. Three records of the largest usual length fit.
 */
export const LOOKAHEAD_BYTES = MAX_RECORD_BYTES + 64
/** Budget of steps along chains per byte searched again. */
const STEPS_PER_BYTE = 4

/** `recordBytes()` returns this when the bytes are not a record. */
export const NO_RECORD = -1
/** `recordBytes()` returns this when there are too few bytes to decide. */
export const CUT_RECORD = -2

/** Results of `find()` other than a position. */
export const NOTHING_FOUND = -1
export const NEEDS_MORE = -2

/** Decides whether bytes look like a record of the capture. */
export interface RecordTest {
  /** Least number of records in a chain that ends exactly with the file. */
  readonly leastRecords: number
  /** Called before `recordBytes()` is called for the first record of a chain. */
  beginChain(): void
  /** Length of the record that seems to begin at `view[at]`, {@link NO_RECORD} or {@link CUT_RECORD}. */
  recordBytes(view: DataView, at: number, to: number): number
}

/** A window of the file to search. */
export interface SearchWindow {
  readonly view: DataView
  /** End of the window's bytes in `view`. */
  readonly to: number
  /** File offset of `view[0]`. */
  readonly base: number
  /** True when the file ends at `to`. */
  readonly isLast: boolean
}

/**
 * Searches for the place after damage where reading can continue: the first at which a chain of records begins. Near the
 * end of the file, a shorter chain is accepted if it ends exactly with the file.
 *
 * The work is proportional to the bytes searched: a few records are checked at each place, and steps along longer chains
 * have a budget.
 */
export class ResyncSearch {
  // Invariants: file offsets before #offset were checked, and none after #lastOffset will be. #steps of the budget are
  // left.
  readonly #test: RecordTest
  #offset = 0
  #lastOffset = 0
  #reachOffset = 0
  #steps = 0

  constructor(test: RecordTest) {
    this.#test = test
  }

  /** File offset of the first place not yet checked. */
  get offset(): number {
    return this.#offset
  }

  /** True when the search ended at its limit and not at the end of the file. */
  get isExhausted(): boolean {
    return this.#offset > this.#lastOffset
  }

  /**
   * Begins a search.
   *
   * @param from  File offset of the first place to check.
   * @param hole  File offset of the damage. The search ends {@link SEARCH_BYTES} after it.
   * @param reach File offset that the chain must reach; Infinity if it must end exactly with the file.
   */
  begin(from: number, hole: number, reach: number): void {
    this.#offset = from
    this.#lastOffset = hole + SEARCH_BYTES
    this.#reachOffset = reach
    this.#steps = STEPS_PER_BYTE * (reach === Infinity ? LOOKAHEAD_BYTES : Math.max(0, hole - from))
  }

  /**
   * Continues the search in a window that contains the byte at `offset`.
   *
   * @returns The window offset where a chain begins, {@link NOTHING_FOUND}, or {@link NEEDS_MORE}: then the next window
   *          must begin with the byte at `offset`.
   */
  find(window: SearchWindow): number {
    const { base, to, isLast } = window
    for (let at = this.#offset - base; this.#offset <= this.#lastOffset; at++) {
      if (at >= to) return isLast ? NOTHING_FOUND : NEEDS_MORE
      const verdict = this.#judge(window, at)
      if (verdict === 'more') return NEEDS_MORE
      if (verdict === 'chain') return at
      this.#offset += 1
    }
    return NOTHING_FOUND
  }

  #judge({ view, base, to, isLast }: SearchWindow, from: number): 'chain' | 'none' | 'more' {
    const limit = from + LOOKAHEAD_BYTES
    const knowsEnd = isLast && to < limit
    const end = Math.min(to, limit)
    const reach = this.#reachOffset - base
    const { leastRecords } = this.#test
    this.#test.beginChain()
    let at = from
    let steps = this.#steps
    for (let records = 1; ; records++) {
      const bytes = this.#test.recordBytes(view, at, end)
      if (bytes === CUT_RECORD && !knowsEnd && end < limit) return 'more'
      at += bytes
      if (bytes > 0) {
        if (knowsEnd && at === to && records >= leastRecords) return 'chain'
        if (records >= CHAIN_RECORDS && at >= reach) return 'chain'
      }
      if (bytes < 0 || (records >= CHAIN_RECORDS && steps-- <= 0)) {
        this.#steps = Math.max(0, steps)
        return 'none'
      }
    }
  }
}

/** Adds to `problem` that the search after it reached its limit without finding a record. */
export function nothingBehind(problem: string): string {
  return `${problem}; the next ${SEARCH_BYTES / 2 ** 20} MiB contain no record`
}
