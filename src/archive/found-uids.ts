import type { Query } from '../query/where.js'
import { ParquetRows } from './parquet-rows.js'

/**
 * The uids of the connections that a query finds in the index of an archive, in its order. One row group is in memory.
 *
 * @param path Of the index, a Parquet file.
 * @throws InputError
 */
export async function foundUids(path: string, { fields, test }: Query): Promise<string[]> {
  const rows = await ParquetRows.open(path)
  try {
    // Indexes of earlier versions lack fields.
    const columns = ['uid', ...[...fields].filter((field) => field !== 'uid')]
    const found: string[] = []
    for (let group = 0; group < rows.groups; group++)
      for (const row of await rows.group(group, columns)) if (test(row)) found.push(String(row.uid))
    return found
  } finally {
    await rows.close()
  }
}
