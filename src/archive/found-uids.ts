import { type FileHandle, open } from 'node:fs/promises'
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { codeOf, failureReason, InputError } from '../errors.js'
import type { Query } from '../query/where.js'
import { systemPath } from '../system-path.js'

const NSEC_PER_SEC = 1_000_000_000n
/** Times as seconds. */
const PARSERS = {
  timestampFromNanoseconds: (nanoseconds: bigint) =>
    Number(nanoseconds / NSEC_PER_SEC) + Number(nanoseconds % NSEC_PER_SEC) / 1e9,
}

/**
 * The uids of the connections that a query finds in the index of an archive, in its order. One row group is in memory.
 *
 * @param path Of the index, a Parquet file.
 * @throws InputError
 */
export async function foundUids(path: string, { fields, test }: Query): Promise<string[]> {
  let handle: FileHandle | null = null
  try {
    handle = await open(systemPath(path))
    const file = bufferOf(handle, (await handle.stat()).size)
    const metadata = await parquetMetadataAsync(file)
    // Indexes of earlier versions lack fields.
    const names = new Set(parquetSchema(metadata).children.map(({ element }) => element.name))
    const columns = ['uid', ...[...fields].filter((field) => field !== 'uid' && names.has(field))]
    const found: string[] = []
    let rowStart = 0
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows)
      const options = { file, metadata, columns, rowStart, rowEnd, parsers: PARSERS }
      for (const row of await parquetReadObjects(options)) if (test(row)) found.push(String(row.uid))
      rowStart = rowEnd
    }
    return found
  } catch (cause) {
    const reason = codeOf(cause) === undefined ? 'it is no index, or is damaged' : failureReason(cause)
    throw new InputError(`Cannot read "${path}": ${reason}`, path, { cause })
  } finally {
    await handle?.close()
  }
}

function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = new Uint8Array(Math.max(0, end - start))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      return bytes.buffer.slice(0, bytesRead)
    },
  }
}
