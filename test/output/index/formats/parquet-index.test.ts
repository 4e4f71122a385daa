import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { ByteBuilder } from '../../../../src/output/byte-builder.js'
import { ParquetIndex } from '../../../../src/output/index/formats/parquet-index.js'
import { RowBatch } from '../../../../src/output/index/row-batch.js'
import { duckdb } from '../../../support/duckdb.js'
import { tempFolder } from '../../support.js'
import { addRow, anyRecord, lineOf, plainRecord, type TestRecord, written } from './records.js'

/** @param rows Of a batch. */
function fileOf(records: readonly TestRecord[], rows?: number): string {
  const path = join(tempFolder(), 'x.parquet')
  writeFileSync(path, written(new ParquetIndex(), records, rows))
  return path
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** The file's rows, `ts` as nanoseconds. */
async function rowsOf(path: string): Promise<unknown[]> {
  const rows = await duckdb(
    `SELECT to_json(r)::VARCHAR AS json FROM (SELECT * REPLACE (epoch_ns(ts)::VARCHAR AS ts) FROM '${path}') r`,
  )
  return rows.map(({ json }) => JSON.parse(json as string))
}

function expectedRow(record: TestRecord): unknown {
  const [sec = '', fraction = ''] = record.ts.split('.')
  const ts = BigInt(sec) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
  const blank = { capture: null, alpn: null, ja4: null, orig_sha256: null, resp_sha256: null }
  return { ...blank, ...JSON.parse(lineOf(record)), ts: String(ts) }
}

// Integers as numbers, as JSON has them.
function plainOf(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
}

describe('ParquetIndex', () => {
  it('is read by DuckDB as it was written, in any number of row groups', async () => {
    const records = fc.sample(anyRecord, { numRuns: 300, seed: 1 })
    const expected = records.map(expectedRow)
    expect(await rowsOf(fileOf(records))).toEqual(expected)
    expect(await rowsOf(fileOf(records, 7))).toEqual(expected)
  })

  it('is read by hyparquet as it was written', async () => {
    const records = fc.sample(anyRecord, { numRuns: 300, seed: 2 })
    for (const rows of [undefined, 7]) {
      const bytes = readFileSync(fileOf(records, rows))
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      const found = await parquetReadObjects({ file })
      expect(found.map((row) => plainOf(row))).toEqual(
        records.map((record) => ({ ...(expectedRow(record) as object), ts: expect.anything() })),
      )
    }
  })

  it('has types that need no conversion', async () => {
    const types = await duckdb(`DESCRIBE SELECT * FROM '${fileOf([plainRecord])}'`)
    const typeOf = Object.fromEntries(types.map((row) => [row.column_name, row.column_type]))
    expect(typeOf).toMatchObject({
      ts: 'TIMESTAMP_NS',
      duration: 'DOUBLE',
      'id.orig_h': 'VARCHAR',
      'id.orig_p': 'INTEGER',
      orig_bytes: 'BIGINT',
      orig_file: 'VARCHAR',
      orig_gaps: 'STRUCT("offset" BIGINT, length BIGINT)[]',
      gaps_truncated: 'BOOLEAN',
      tunnel: 'VARCHAR[]',
      vlan: 'INTEGER[]',
    })
  })

  it.each([
    ['0.000000001', '1'],
    ['-1.500000', '-1500000000'],
    ['9223372035.999999999', '9223372035999999999'],
    ['9223372036.854775807', null],
    ['9007199254740991.000000', null],
  ])('keeps the time %s to the nanosecond, where 64 bits hold it', async (ts, nanoseconds) => {
    const [row] = await rowsOf(fileOf([{ ...plainRecord, ts }]))
    expect(row).toMatchObject({ ts: nanoseconds })
  })

  it('is a table without rows when there are no connections', async () => {
    expect(
      await duckdb(`SELECT count(*)::INTEGER AS n, count(vlan)::INTEGER AS v FROM '${fileOf([])}'`),
    ).toEqual([{ n: 0, v: 0 }])
  })

  it('has a row group for each batch', async () => {
    const path = fileOf(
      Array.from({ length: 100 }, () => plainRecord),
      30,
    )
    const [row] = await duckdb(`SELECT num_row_groups::INTEGER AS n FROM parquet_file_metadata('${path}')`)
    expect(row!.n).toBe(4)
  })

  it('takes no more memory for many records than for a row group of them', () => {
    const batch = new RowBatch(true, 1000)
    for (let i = 0; i < 1000; i++) addRow(batch, plainRecord)
    const index = new ParquetIndex()
    const out = new ByteBuilder()
    index.begin(out)
    const heapAfter = (batches: number): number => {
      for (let i = 0; i < batches; i++) {
        index.write(batch, out)
        out.clear()
      }
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const early = heapAfter(20)
    const late = heapAfter(120)
    expect(late - early).toBeLessThan(16 * 2 ** 20)
    index.finish(out)
  })
})
