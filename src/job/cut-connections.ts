import { ParquetRows } from '../archive/parquet-rows.js'

const COLUMN = 'close_reason'

/** Number of connections of an index that ended with their capture. @throws InputError */
export async function cutConnections(index: string): Promise<number> {
  const rows = await ParquetRows.open(index)
  let count = 0
  try {
    for (let group = 0; group < rows.groups; group++)
      for (const row of await rows.group(group, [COLUMN])) if (row[COLUMN] === 'end') count += 1
    return count
  } finally {
    await rows.close()
  }
}
