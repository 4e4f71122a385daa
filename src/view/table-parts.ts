import type { ConnectionQuery } from './connection-query.js'
import { isWholeIndex, matchingRows, sortRows } from './connection-query.js'
import type { IndexStore } from './index-store.js'
import type { PayloadFiles } from './payload-files.js'
import { PayloadSearch } from './payload-search.js'
import { PayloadSearches } from './payload-searches.js'
import { MOST_SAVED, type TablePart, type TableRow } from './view-data.js'

/** Most rows in one answer. */
export const MAX_PART_ROWS = 500
/** Number of sorted results cached: scrolling asks for the same one many times. */
const KEPT_ORDERS = 4
const MAX_CHOICES = 200

/** Serves parts of the table that a query selects and sorts. */
export class TableParts {
  // Invariant: #orders has at most KEPT_ORDERS entries, the most recently used last.
  readonly #store: IndexStore
  readonly #payload: PayloadFiles
  readonly #hasMap: boolean
  readonly #orders = new Map<string, Uint32Array>()
  readonly #searches = new PayloadSearches<PayloadSearch>()

  constructor(store: IndexStore, payload: PayloadFiles, hasMap: boolean) {
    this.#hasMap = hasMap
    this.#store = store
    this.#payload = payload
  }

  /**
   * @param from Position of the first row in the query's order.
   * @param count Number of rows, cut to `MAX_PART_ROWS`.
   */
  part(query: ConnectionQuery, from: number, count: number): TablePart {
    const { list, isLoaded, isCut, failure } = this.#store
    const search = this.#searchFor(query)
    const order = isWholeIndex(query) ? null : this.#order(query, search)
    const matching = order?.length ?? list.count
    const to = Math.min(matching, from + Math.min(count, MAX_PART_ROWS))
    const rows: TableRow[] = []
    for (let place = from; place < to; place++) rows.push(this.#row(order === null ? place : order[place]!))
    return {
      total: list.count,
      isLoaded,
      hasMap: this.#hasMap,
      mostSaved: MOST_SAVED,
      problem:
        failure ??
        (isCut ? `The index has more than ${list.count} connections: the rest is not shown` : null),
      matching,
      search:
        search === null
          ? null
          : { searched: search.searched, of: search.rows.length, unreadable: search.unreadable },
      protocols: list.words.proto.texts.slice(0, MAX_CHOICES),
      states: list.words.state.texts.slice(0, MAX_CHOICES),
      services: list.words.service.texts.filter((text) => text !== '').slice(0, MAX_CHOICES),
      rows,
    }
  }

  /** Ends all running searches. */
  close(): void {
    this.#searches.close()
  }

  // A search begins once the index is loaded.
  #searchFor(query: ConnectionQuery): PayloadSearch | null {
    if (query.text === '' || !this.#store.isLoaded) return null
    const key = JSON.stringify({ ...query, sort: '', isDescending: false })
    return this.#searches.of(key, () => {
      const rows = matchingRows(this.#store.list, query)
      return new PayloadSearch(this.#store, this.#payload, rows, query.text)
    })
  }

  #order(query: ConnectionQuery, search: PayloadSearch | null): Uint32Array {
    const { list, isLoaded } = this.#store
    const isFinal = isLoaded && (query.text === '' || search?.isDone === true)
    const key = JSON.stringify(query)
    const kept = this.#orders.get(key)
    if (kept !== undefined) {
      this.#orders.delete(key)
      this.#orders.set(key, kept)
      return kept
    }
    const matching = query.text === '' ? matchingRows(list, query) : (search?.found() ?? new Uint32Array(0))
    const order = sortRows(list, query, matching)
    if (isFinal) {
      this.#orders.set(key, order)
      for (const oldest of this.#orders.keys())
        if (this.#orders.size > KEPT_ORDERS) this.#orders.delete(oldest)
    }
    return order
  }

  #row(row: number): TableRow {
    const { list } = this.#store
    const number = (name: Parameters<typeof list.numbers>[0]) => list.numbers(name)[row]!
    return {
      row,
      ts: number('ts'),
      duration: number('duration'),
      proto: list.text('proto', row),
      origHost: list.text('origHost', row),
      origPort: number('origPort'),
      respHost: list.text('respHost', row),
      respPort: number('respPort'),
      state: list.text('state', row),
      service: list.text('service', row),
      serverName: list.text('serverName', row),
      origBytes: number('origBytes'),
      respBytes: number('respBytes'),
      packets: number('packets'),
      missedBytes: number('missedBytes'),
      retransBytes: number('retransBytes'),
      conflicts: number('conflicts'),
      outsideBytes: number('outsideBytes'),
      copies: number('copies'),
    }
  }
}
