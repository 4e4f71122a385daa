import { type FileHandle, open } from 'node:fs/promises'
import { failureReason, InputError } from '../errors.js'
import { systemPath } from '../system-path.js'
import { EntryContent } from './entry-content.js'
import { NameTable } from './name-table.js'
import {
  CENTRAL_BYTES,
  type Directory,
  damageAt,
  findDirectory,
  MOST_RECORD_BYTES,
  readRecord,
  recordBytesOf,
  type ZipRecord,
} from './zip-directory.js'

/** Most entries of an archive; each takes about 32 bytes of memory. */
const MOST_ENTRIES = 20_000_000
const BLOCK_BYTES = 1024 * 1024

/** A ZIP archive whose entries are read where they stand. Nothing in it is believed before it is checked. */
export class ZipFile {
  // Invariant: the record of entry i is at #records[i]. #offsets are those of the local headers, ascending.
  readonly path: string
  readonly #handle: FileHandle
  readonly #directory: Directory
  readonly #names: NameTable
  readonly #records: Float64Array
  readonly #offsets: Float64Array

  private constructor(path: string, handle: FileHandle, directory: Directory) {
    this.path = path
    this.#handle = handle
    this.#directory = directory
    this.#names = new NameTable(directory.entries)
    this.#records = new Float64Array(directory.entries)
    this.#offsets = new Float64Array(directory.entries)
  }

  /** @throws InputError that names the byte of what is wrong. */
  static async open(path: string): Promise<ZipFile> {
    const handle = await open(systemPath(path)).catch((cause: unknown) => {
      throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
    })
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) throw new InputError(`Cannot read "${path}": it is not a regular file`, path)
      const read = (position: number, length: number) => readAt(path, handle, position, length)
      const directory = await findDirectory(path, stats.size, read)
      if (directory.entries > MOST_ENTRIES)
        throw damageAt(path, directory.from, `it must have at most ${MOST_ENTRIES} entries`)
      const zip = new ZipFile(path, handle, directory)
      await zip.#readDirectory()
      return zip
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The entry with this name; null: there is none. @throws InputError */
  async find(name: string): Promise<ZipRecord | null> {
    const bytes = Buffer.from(name)
    let found: ZipRecord | null = null
    for (const entry of this.#names.find(bytes)) {
      const at = this.#records[entry]!
      const length = recordBytesOf(await this.read(at, CENTRAL_BYTES))
      const record = readRecord(this.path, await this.read(at, length), 0, at)
      if (!record.name.equals(bytes)) continue
      if (found !== null) throw damageAt(this.path, at, `there is another entry ${JSON.stringify(name)}`)
      found = record
    }
    return found
  }

  /** All entries, in the order of the directory. A record is valid until the next. @throws InputError */
  async *entries(): AsyncGenerator<ZipRecord> {
    const { from, to, entries } = this.#directory
    let block: Buffer = Buffer.alloc(0)
    let blockFrom = from
    let at = from
    for (let entry = 0; entry < entries; entry++) {
      const ahead = blockFrom + block.length - at
      if (ahead < MOST_RECORD_BYTES && blockFrom + block.length < to) {
        blockFrom = at
        block = await this.read(at, Math.min(BLOCK_BYTES, to - at))
      }
      const record = readRecord(this.path, block, at - blockFrom, at)
      yield record
      at += record.recordBytes
    }
    if (at !== to) throw damageAt(this.path, at, `its directory must end here: ends at ${to}`)
  }

  /** Opens the content of an entry, whose local header and place are checked. @throws InputError */
  async content(record: ZipRecord): Promise<EntryContent> {
    const end = this.#endOf(record)
    return EntryContent.open(this.path, record, end, (position, length) => this.read(position, length))
  }

  /** Reads bytes of the archive; fewer where it ends. @throws InputError */
  read(position: number, length: number): Promise<Buffer> {
    return readAt(this.path, this.#handle, position, length)
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {}) // what was read is used already
  }

  async #readDirectory(): Promise<void> {
    let entry = 0
    for await (const { name, at, offset } of this.entries()) {
      const problem = problemOfName(name.toString())
      if (problem !== null)
        throw damageAt(this.path, at, `the name ${JSON.stringify(name.toString())} ${problem}`)
      this.#names.add(name)
      this.#records[entry] = at
      this.#offsets[entry] = offset
      entry += 1
    }
    this.#offsets.sort()
  }

  // What stands behind the entry: the next one, or the directory.
  #endOf({ at, offset }: ZipRecord): number {
    const offsets = this.#offsets
    let [low, high] = [0, offsets.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (offsets[middle]! > offset) high = middle
      else low = middle + 1
    }
    if (offsets[low - 2] === offset) throw damageAt(this.path, at, `another entry is at byte ${offset}, too`)
    return offsets[low] ?? this.#directory.from
  }
}

// Names that can be no path below a folder, on any system.
function problemOfName(name: string): string | null {
  if (name === '') return 'is empty'
  if (name.includes('\0')) return 'has a zero'
  if (name.includes('\\')) return 'has a backslash'
  if (/^(?:\/|[A-Za-z]:)/.test(name)) return 'begins at a root'
  return /(?:^|\/)\.{1,2}(?:\/|$)/.test(name) ? 'leads to another folder' : null
}

async function readAt(path: string, handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, length))
  let filled = 0
  try {
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
  }
  return bytes.subarray(0, filled)
}
