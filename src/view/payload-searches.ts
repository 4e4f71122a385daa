/** Searches that are kept: pages, or windows, that look for something at the same time. */
export const MAX_SEARCHES = 4
/** A search that nobody asks for this long is ended: its page was closed, or looks for something else. */
export const MAX_UNASKED_MS = 5000

/** What is known of a search here. */
interface Search {
  readonly isDone: boolean
  stop(): void
}

interface Kept<S extends Search> {
  readonly search: S
  unasked: NodeJS.Timeout | undefined
}

/** The searches of a viewer by what they look for, so that those of several pages go on side by side. */
export class PayloadSearches<S extends Search> {
  // Invariant: #kept has at most MAX_SEARCHES entries, the one that was asked for last at the end.
  readonly #kept = new Map<string, Kept<S>>()

  /**
   * Gives the search for `key`, which then counts as asked for.
   *
   * @param begin Called where none is kept; where that is one too many, the one that was not asked for the longest ends.
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

  /** Ends all. */
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
