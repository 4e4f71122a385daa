import { type FileHandle, open } from 'node:fs/promises'
import { failureReason, InputError } from '../errors.js'
import { objectOf, parseRecord } from '../report/connection-record.js'
import { type IndexReading, openIndex } from '../report/index-lines.js'
import { systemPath } from '../system-path.js'
import { ConnectionList } from './connection-list.js'

/** Most connections that a viewer loads; each takes about 120 bytes. */
export const MAX_ROWS = 10_000_000

/** An index that loads in the background. Its first connections are available at once. */
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

  /** Opens a JSON-lines index and begins to load it. @throws InputError when its first block cannot be read. */
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
      throw new InputError(
        `Cannot read "${this.path}" at byte ${place.offset}: the file has changed`,
        this.path,
      )
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
