import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ByteBuilder } from '../../byte-builder.js'
import { type ColumnKind, INDEX_COLUMNS } from './columns.js'
import { FieldSplitter } from './field-splitter.js'
import type { IndexFormat } from './index-format.js'
import { columnSchema } from './parquet-schema.js'
import { valueReader } from './parquet-values.js'

/** A row group ends at so many records. */
const GROUP_ROWS = 16_384
/** A row group also ends when its JSON lines have so many bytes, which bounds the memory. */
const GROUP_LINE_BYTES = 16 * 1024 * 1024
const PARQUET_NAME = 'pcap2conn'
/** Columns whose least and greatest value a row group tells, so that readers can pass over it. */
const WITH_RANGE: ReadonlySet<ColumnKind> = new Set(['time', 'interval', 'address', 'port', 'count'])

/**
 * A Parquet file (https://parquet.apache.org/docs/file-format/) of row groups of bounded size, compressed with Snappy.
 * One row group is in memory, and of those before some kilobytes of metadata.
 */
export class ParquetIndex implements IndexFormat {
  // Invariant: every list of #values has #rows values.
  readonly #fields = new FieldSplitter()
  readonly #readers = INDEX_COLUMNS.map(valueReader)
  readonly #values: unknown[][] = INDEX_COLUMNS.map(() => [])
  readonly #target = new ByteWriter(64 * 1024)
  readonly #writer = new ParquetWriter({
    writer: this.#target,
    schema: [{ name: 'root', num_children: INDEX_COLUMNS.length }, ...INDEX_COLUMNS.flatMap(columnSchema)],
    createdBy: PARQUET_NAME,
  })
  readonly #groupRows: number
  readonly #groupLineBytes: number
  #rows = 0
  #lineBytes = 0

  constructor(groupRows = GROUP_ROWS, groupLineBytes = GROUP_LINE_BYTES) {
    this.#groupRows = groupRows
    this.#groupLineBytes = groupLineBytes
  }

  begin(out: ByteBuilder): void {
    this.#moveTo(out)
  }

  add(bytes: Buffer, from: number, to: number, out: ByteBuilder): void {
    this.#fields.split(bytes, from, to)
    const starts = this.#fields.from
    const ends = this.#fields.to
    for (let i = 0; i < starts.length; i++) {
      this.#values[i]!.push(this.#readers[i]!(bytes, starts[i]!, ends[i]!))
    }
    this.#rows += 1
    this.#lineBytes += to - from
    if (this.#rows >= this.#groupRows || this.#lineBytes >= this.#groupLineBytes) this.#endGroup(out)
  }

  finish(out: ByteBuilder): void {
    if (this.#rows > 0) this.#endGroup(out)
    void this.#writer.finish() // ByteWriter is synchronous
    this.#moveTo(out)
  }

  #endGroup(out: ByteBuilder): void {
    const columnData = INDEX_COLUMNS.map(({ name, kind }, i) => ({
      name,
      data: this.#values[i]!,
      statistics: WITH_RANGE.has(kind),
    }))
    void this.#writer.write({ columnData, rowGroupSize: this.#rows })
    this.#moveTo(out)
    for (const values of this.#values) values.length = 0
    this.#rows = 0
    this.#lineBytes = 0
  }

  #moveTo(out: ByteBuilder): void {
    const bytes = this.#target.getBytes()
    out.putBytes(bytes, 0, bytes.length)
    this.#target.index = 0
  }
}
