/** Most searches kept, so that several pages can search at the same time. */
export const MAX_SEARCHES = 4
/** A running search ends when no page has asked for it this long: the page was closed or searches for something else. */
export const MAX_UNASKED_MS = 5000

/** What this module needs of a search. */
interface Search {
  readonly isDone: boolean
  stop(): void
}

interface Kept<S extends Search> {
  readonly search: S
  unasked: NodeJS.Timeout | undefined
}

/** Keeps a viewer's searches by key, so that several pages can search at the same time. */
export class PayloadSearches<S extends Search> {
  // Invariant: #kept has at most MAX_SEARCHES entries, the most recently used last.
  readonly #kept = new Map<string, Kept<S>>()

  /**
   * Returns the search for `key` and marks it as used.
   *
   * @param begin Starts the search when none is kept. Above the limit, the least recently used search ends.
   */
  of(key: string, begin: () => S): S {
    const kept = this.#kept.get(key) ?? { search: begin(), unasked: undefined }
    clearTimeout(kept.unasked)
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    if (!kept.search.isDone) {
      kept.unasked = setTimeout(() => this.#end(key), MAX_UNASKED_MS)
      kept.unasked.unref()
    }
    for (const oldest of this.#kept.keys()) if (this.#kept.size > MAX_SEARCHES) this.#end(oldest)
    return kept.search
  }

  /** Ends all searches. */
  close(): void {
    for (const key of this.#kept.keys()) this.#end(key)
  }

  #end(key: string): void {
    const kept = this.#kept.get(key)
    clearTimeout(kept?.unasked)
    kept?.search.stop()
    this.#kept.delete(key)
  }
}
