import type { ConnectionRecord } from '../report/connection-record.js'
import { openRecordIndex, type RecordFields, type RecordIndex } from '../report/record-index.js'
import { ConnectionList } from './connection-list.js'

/** Most connections that a viewer loads; each takes about 120 bytes. */
export const MAX_ROWS = 10_000_000

/** An index that loads in the background. Its first connections are available at once. */
export class IndexStore {
  readonly list = new ConnectionList()
  readonly path: string
  readonly #index: RecordIndex
  readonly #maxRows: number
  #isLoaded = false
  #isCut = false
  #failure: string | null = null
  #isClosed = false

  private constructor(index: RecordIndex, maxRows: number) {
    this.path = index.path
    this.#index = index
    this.#maxRows = maxRows
  }

  /** Opens an index and begins to load it. @throws InputError when its first part cannot be read. */
  static async open(path: string, maxRows = MAX_ROWS): Promise<IndexStore> {
    const index = await openRecordIndex(path)
    try {
      const store = new IndexStore(index, maxRows)
      const isMore = await index.next(store.#add)
      void store.#load(isMore)
      return store
    } catch (error) {
      await index.close()
      throw error
    }
  }

  /** True when loading has ended: at the end of the index, at `maxRows`, or by a failure. */
  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** True when the index has more than `maxRows` connections. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Why loading failed; null when it did not. */
  get failure(): string | null {
    return this.#failure
  }

  /** Reads a row's whole record from the file. @returns Null when there is no such row. @throws InputError */
  async record(row: number): Promise<RecordFields | null> {
    const place = this.list.place(row)
    return place === null ? null : this.#index.fields(place.offset, place.length)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#index.close()
  }

  readonly #add = (record: ConnectionRecord, offset: number, length: number): void => {
    if (this.list.count < this.#maxRows) this.list.add(record, offset, length)
    else this.#isCut = true
  }

  async #load(isMore: boolean): Promise<void> {
    try {
      let isGoingOn = isMore
      while (isGoingOn && !this.#isCut && !this.#isClosed) isGoingOn = await this.#index.next(this.#add)
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
    } finally {
      this.#isLoaded = true
    }
  }
}
