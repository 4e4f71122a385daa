import type { RecordFields } from '../report/record-index.js'
import type { Matcher } from '../search/matcher.js'
import { matcherOf } from '../search/pattern.js'
import type { IndexStore } from './index-store.js'
import type { OpenConversation, PayloadFiles } from './payload-files.js'
import { ConversationSearch } from './search/conversation-search.js'

/** Connections searched in parallel. */
const PARALLEL = 8
/** Connections whose payload is got at once: so many, or until they have so many bytes. */
const GROUP_ROWS = 256
const GROUP_BYTES = 64 * 1024 * 1024

/**
 * Searches the payload of connections for a text. ASCII letters match in either case. A match may span chunks of one
 * side, but not a gap.
 */
export class PayloadSearch {
  readonly rows: Uint32Array
  readonly #store: IndexStore
  readonly #payload: PayloadFiles
  readonly #matcher: Promise<Matcher>
  readonly #found: number[] = []
  #searched = 0
  #unreadable = 0
  #isStopped = false
  /** Resolves when the search has ended or was stopped. */
  readonly ended: Promise<void>

  /** @param rows The rows to search, in index order. @param text The text, as UTF-8 and UTF-16LE; not empty. */
  constructor(store: IndexStore, payload: PayloadFiles, rows: Uint32Array, text: string) {
    this.#store = store
    this.#payload = payload
    this.rows = rows
    this.#matcher = matcherOf({ kind: 'text', text, isAnyCase: true })
    this.ended = this.#run()
  }

  get isDone(): boolean {
    return this.#searched === this.rows.length || this.#isStopped
  }

  /** Number of connections searched so far. */
  get searched(): number {
    return this.#searched
  }

  /** Number of connections so far whose files could not be read. */
  get unreadable(): number {
    return this.#unreadable
  }

  /** The rows found so far, in index order. */
  found(): Uint32Array {
    return Uint32Array.from(this.#found).sort()
  }

  stop(): void {
    this.#isStopped = true
  }

  async #run(): Promise<void> {
    for (let next = 0; next < this.rows.length && !this.#isStopped; ) {
      const group = this.#groupFrom(next)
      next += group.length
      await this.#searchGroup(group)
    }
  }

  #groupFrom(first: number): Uint32Array {
    const { list } = this.#store
    const [orig, resp] = [list.numbers('origBytes'), list.numbers('respBytes')]
    let to = first
    for (let bytes = 0; to < this.rows.length && to - first < GROUP_ROWS && bytes < GROUP_BYTES; to++)
      bytes += orig[this.rows[to]!]! + resp[this.rows[to]!]!
    return this.rows.subarray(first, to)
  }

  async #searchGroup(group: Uint32Array): Promise<void> {
    const first = this.#searched
    try {
      const records: (RecordFields | null)[] = []
      for (const row of group) records.push(await this.#store.record(row).catch(() => null))
      const known = records.filter((record) => record !== null)
      await this.#payload.withMany(known, (open) => this.#searchRecords(group, records, open))
    } catch {
      this.#unreadable += group.length - (this.#searched - first)
      this.#searched = first + group.length
    }
  }

  async #searchRecords(
    group: Uint32Array,
    records: readonly (RecordFields | null)[],
    open: OpenConversation,
  ): Promise<void> {
    let next = 0
    const matcher = await this.#matcher
    const lane = async () => {
      const search = new ConversationSearch(matcher, 0)
      while (next < group.length && !this.#isStopped) {
        const i = next
        next += 1
        if (await this.#holds(records[i]!, open, search)) this.#found.push(group[i]!)
        this.#searched += 1
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, lane))
  }

  async #holds(
    record: RecordFields | null,
    open: OpenConversation,
    search: ConversationSearch,
  ): Promise<boolean> {
    try {
      if (record === null) throw new Error('its record cannot be read')
      const files = await open(record)
      if (files === null) return false
      try {
        let isFound = false
        const take = () => {
          isFound = true
        }
        await search.search(files, record, take, () => isFound || this.#isStopped)
        return isFound
      } finally {
        await files.close()
      }
    } catch {
      this.#unreadable += 1
      return false
    }
  }
}
