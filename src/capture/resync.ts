import { MAX_RECORD_BYTES } from './capture-reader.js'

/** Bytes behind damage in which a record is looked for. */
export const SEARCH_BYTES = 1024 * 1024
/** Records in a row that must look right before they are believed. */
export const CHAIN_RECORDS = 3
/**
 * A chain is judged by this many bytes from its first on, however many the window has, so that the judgement
 * does not depend on where windows end. Three records of the usual largest length are shorter.
 */
export const LOOKAHEAD_BYTES = MAX_RECORD_BYTES + 64
/** Steps along chains for each byte of the record that is looked into again. */
const STEPS_PER_BYTE = 4

/** What `recordBytes()` answers in place of a length. */
export const NO_RECORD = -1
/** The bytes end before that can be said. */
export const CUT_RECORD = -2

/** What `find()` answers in place of a position. */
export const NOTHING_FOUND = -1
export const NEEDS_MORE = -2

/** Tells whether bytes look like a record of the capture that is being read. */
export interface RecordTest {
  /** Records that are enough where they end exactly with the file. */
  readonly leastRecords: number
  /** The next `recordBytes()` is asked for the first record of a chain. */
  beginChain(): void
  /** Length of the record that seems to begin at `view[at]`; {@link NO_RECORD}; or {@link CUT_RECORD}. */
  recordBytes(view: DataView, at: number, to: number): number
}

/** Where the window stands in the file. */
export interface SearchWindow {
  readonly view: DataView
  /** The window's bytes are `view[.., to)`. */
  readonly to: number
  /** File offset of `view[0]`. */
  readonly base: number
  /** No byte follows `to` in the file. */
  readonly isLast: boolean
}

/**
 * One search for the place behind damage where reading can go on: the first from which a chain of records goes. Near
 * the file's end a shorter one does that ends exactly with the file.
 *
 * The work is bounded by the bytes looked at: at each place a few records are looked at, and the steps along
 * longer chains have a budget.
 */
export class ResyncSearch {
  // Invariants: all places before #offset (of the file) were looked at and none after #lastOffset will be;
  // #steps of the budget are left.
  readonly #test: RecordTest
  #offset = 0
  #lastOffset = 0
  #reachOffset = 0
  #steps = 0

  constructor(test: RecordTest) {
    this.#test = test
  }

  /** File offset of the first place that was not looked at. */
  get offset(): number {
    return this.#offset
  }

  /** The search ended because it had gone far enough, not because the file ends. */
  get isExhausted(): boolean {
    return this.#offset > this.#lastOffset
  }

  /**
   * Begins a search.
   *
   * @param from  File offset of the first place to look at.
   * @param hole  File offset of the damage: the search goes {@link SEARCH_BYTES} further.
   * @param reach File offset that the chain must reach; Infinity: it must end exactly with the file.
   */
  begin(from: number, hole: number, reach: number): void {
    this.#offset = from
    this.#lastOffset = hole + SEARCH_BYTES
    this.#reachOffset = reach
    this.#steps = STEPS_PER_BYTE * (reach === Infinity ? LOOKAHEAD_BYTES : Math.max(0, hole - from))
  }

  /**
   * Goes on with the search in a window that has the byte at `offset`.
   *
   * @returns Position in the window where a chain begins; {@link NEEDS_MORE}, then the next window must begin
   *          with the byte at `offset`; {@link NOTHING_FOUND}.
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

/** The end of a message: the search behind the damage that `problem` names found nothing as far as it went. */
export function nothingBehind(problem: string): string {
  return `${problem}; the ${SEARCH_BYTES / 2 ** 20} MiB behind it hold no record`
}
