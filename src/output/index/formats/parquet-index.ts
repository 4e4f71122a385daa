import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ByteBuilder } from '../../byte-builder.js'
import type { FieldKind } from '../field.js'
import { INDEX_FIELDS } from '../index-fields.js'
import type { RowBatch } from '../row-batch.js'
import type { IndexFormat } from './index-format.js'
import { columnSchema } from './parquet-schema.js'
import { valuesOf } from './parquet-values.js'

const PARQUET_NAME = 'pcap2conn'
/** Columns whose least and greatest value a row group tells, so that readers can pass over it. */
const WITH_RANGE: ReadonlySet<FieldKind> = new Set(['time', 'interval', 'address', 'port', 'count'])

/**
 * A Parquet file (https://parquet.apache.org/docs/file-format/), compressed with Snappy. Each batch is a row group; of those
 * before some kilobytes of metadata are in memory.
 */
export class ParquetIndex implements IndexFormat {
  readonly #target = new ByteWriter(64 * 1024)
  readonly #writer = new ParquetWriter({
    writer: this.#target,
    schema: [{ name: 'root', num_children: INDEX_FIELDS.length }, ...INDEX_FIELDS.flatMap(columnSchema)],
    createdBy: PARQUET_NAME,
  })

  begin(out: ByteBuilder): void {
    this.#moveTo(out)
  }

  write(batch: RowBatch, out: ByteBuilder): void {
    const columnData = INDEX_FIELDS.map((field, i) => ({
      name: field.name,
      data: valuesOf(field, batch, i),
      statistics: WITH_RANGE.has(field.kind),
    }))
    void this.#writer.write({ columnData, rowGroupSize: batch.rows })
    this.#moveTo(out)
  }

  finish(out: ByteBuilder): void {
    void this.#writer.finish() // ByteWriter is synchronous
    this.#moveTo(out)
  }

  #moveTo(out: ByteBuilder): void {
    const bytes = this.#target.getBytes()
    out.putBytes(bytes, 0, bytes.length)
    this.#target.index = 0
  }
}
