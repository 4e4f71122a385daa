import { type FileHandle, open } from 'node:fs/promises'
import { failureReason, InputError } from '../errors.js'
import { objectOf, parseRecord } from '../report/connection-record.js'
import { type IndexReading, openIndex } from '../report/index-lines.js'
import { systemPath } from '../system-path.js'
import { ConnectionList } from './connection-list.js'

/** Connections that a viewer holds; about 120 bytes each. */
export const MAX_ROWS = 10_000_000

/** An index under reading: its first connections are there at once, the others follow. */
export class IndexStore {
  readonly list = new ConnectionList()
  readonly path: string
  readonly #file: FileHandle
  readonly #maxRows: number
  #isLoaded = false
  #isCut = false
  #failure: string | null = null
  #isClosed = false

  private constructor(path: string, file: FileHandle, maxRows: number) {
    this.path = path
    this.#file = file
    this.#maxRows = maxRows
  }

  /** Opens an index of JSON lines and begins to read it. @throws InputError when it cannot be read at its begin. */
  static async open(path: string, maxRows = MAX_ROWS): Promise<IndexStore> {
    const reading = await openIndex(path)
    try {
      const file = await open(systemPath(path))
      const store = new IndexStore(path, file, maxRows)
      try {
        const isMore = await reading.next(store.#add)
        void store.#load(reading, isMore)
        return store
      } catch (error) {
        await file.close()
        throw error
      }
    } catch (error) {
      await reading.close()
      throw error
    }
  }

  /** True when all connections are there, or no more will come. */
  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** True when there are more connections than are held. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Why reading ended early; null: it didn't. */
  get failure(): string | null {
    return this.#failure
  }

  /** A whole record as it stands in the file. @returns Null when there is no such row. @throws InputError */
  async record(row: number): Promise<Readonly<Record<string, unknown>> | null> {
    const place = this.list.place(row)
    if (place === null) return null
    const bytes = Buffer.alloc(place.length)
    try {
      await this.#file.read(bytes, 0, place.length, place.offset)
    } catch (cause) {
      throw new InputError(`Cannot read "${this.path}": ${failureReason(cause)}`, this.path, { cause })
    }
    const record = objectOf(bytes.toString('utf8'))
    if (record === null)
      throw new InputError(`Cannot read "${this.path}" at byte ${place.offset}: it has changed`, this.path)
    return record
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#file.close()
  }

  readonly #add = (bytes: Buffer, from: number, to: number, offset: number): void => {
    const record = parseRecord(bytes, from, to, this.path, offset)
    if (this.list.count < this.#maxRows) this.list.add(record, offset, to - from)
    else this.#isCut = true
  }

  async #load(reading: IndexReading, isMore: boolean): Promise<void> {
    try {
      let isGoingOn = isMore
      while (isGoingOn && !this.#isCut && !this.#isClosed) isGoingOn = await reading.next(this.#add)
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
    } finally {
      this.#isLoaded = true
      await reading.close()
    }
  }
}
