import { type FileHandle, open } from 'node:fs/promises'
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet'
import { codeOf, failureReason, InputError } from '../errors.js'
import { systemPath } from '../system-path.js'

/** A row of an index. Integers are bigint where the file has 64 bits for them, times are seconds. */
export type ParquetRow = Readonly<Record<string, unknown>>

/** Most rows of a group, which is in memory as a whole. An index has 16,384. */
const MOST_GROUP_ROWS = 2 ** 20
const NSEC_PER_SEC = 1_000_000_000n
/** Times as seconds. */
const PARSERS = {
  timestampFromNanoseconds: (nanoseconds: bigint) =>
    Number(nanoseconds / NSEC_PER_SEC) + Number(nanoseconds % NSEC_PER_SEC) / 1e9,
}

/** The rows of an index in Parquet, read group by group. */
export class ParquetRows {
  // Invariant: #starts[i] is the number of the first row in group i; one more stands behind the last group.
  readonly path: string
  readonly #handle: FileHandle
  readonly #file: AsyncBuffer
  readonly #metadata: FileMetaData
  readonly #starts: readonly number[]
  readonly #names: ReadonlySet<string>

  private constructor(path: string, handle: FileHandle, file: AsyncBuffer, metadata: FileMetaData) {
    this.path = path
    this.#handle = handle
    this.#file = file
    this.#metadata = metadata
    this.#names = new Set(parquetSchema(metadata).children.map(({ element }) => element.name))
    const starts = [0]
    for (const { num_rows } of metadata.row_groups) {
      if (num_rows < 0n || num_rows > MOST_GROUP_ROWS)
        throw new InputError(
          `Cannot read "${path}": a row group must have at most ${MOST_GROUP_ROWS} rows: found ${num_rows}`,
          path,
        )
      starts.push(starts.at(-1)! + Number(num_rows))
    }
    this.#starts = starts
  }

  /** @throws InputError */
  static async open(path: string): Promise<ParquetRows> {
    let handle: FileHandle | null = null
    try {
      handle = await open(systemPath(path))
      const file = bufferOf(handle, (await handle.stat()).size)
      return new ParquetRows(path, handle, file, await parquetMetadataAsync(file))
    } catch (cause) {
      await handle?.close()
      throw unreadable(path, cause)
    }
  }

  get groups(): number {
    return this.#starts.length - 1
  }

  /** Number of the first row in a group. */
  startOf(group: number): number {
    return this.#starts[group]!
  }

  /** @param columns Those that are read, of which the file may lack some; null: all. @throws InputError */
  async group(group: number, columns: readonly string[] | null): Promise<ParquetRow[]> {
    const rowStart = this.startOf(group)
    const options = {
      file: this.#file,
      metadata: this.#metadata,
      rowStart,
      rowEnd: this.#starts[group + 1]!,
      parsers: PARSERS,
      ...(columns === null ? {} : { columns: columns.filter((name) => this.#names.has(name)) }),
    }
    if (options.rowEnd === rowStart) return []
    try {
      return await parquetReadObjects(options)
    } catch (cause) {
      throw unreadable(this.path, cause)
    }
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {}) // what was read is used already
  }
}

function unreadable(path: string, cause: unknown): InputError {
  if (cause instanceof InputError) return cause
  const reason = codeOf(cause) === '' ? 'it is no index, or is damaged' : failureReason(cause)
  return new InputError(`Cannot read "${path}": ${reason}`, path, { cause })
}

function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      return bytes.buffer.slice(0, bytesRead)
    },
  }
}
