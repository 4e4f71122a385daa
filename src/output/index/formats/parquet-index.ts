import type { ByteBuilder } from '../../byte-builder.js'
import type { ColumnData } from '../../parquet/column-values.js'
import { ParquetWriter } from '../../parquet/parquet-writer.js'
import type { SchemaNode } from '../../parquet/schema.js'
import type { FieldKind, IndexField } from '../field.js'
import { INDEX_FIELDS } from '../index-fields.js'
import type { RowBatch } from '../row-batch.js'
import type { IndexFormat } from './index-format.js'
import { columnsOf } from './parquet-columns.js'

const CREATED_BY = 'pcap2conn'

/**
 * The types of the fields: nanoseconds since 1970 for `ts` (null outside the years 1677 to 2262, which 64 bits hold), double
 * precision for `duration`, UTF-8 for text, INT32 for ports, INT64 for counts, lists for lists.
 */
const TYPES: Readonly<Record<FieldKind, SchemaNode['types'][number]['type']>> = {
  time: 'nanoseconds',
  interval: 'double',
  word: 'text',
  address: 'text',
  text: 'text',
  port: 'int32',
  count: 'int64',
  boolean: 'boolean',
  texts: 'text',
  ports: 'int32',
  gaps: 'int64',
}

const SCHEMA = INDEX_FIELDS.map(schemaOf)

/**
 * A Parquet file (https://parquet.apache.org/docs/file-format/). Each batch is a row group; of those before some kilobytes of
 * metadata are in memory.
 */
export class ParquetIndex implements IndexFormat {
  readonly #writer = new ParquetWriter(SCHEMA, CREATED_BY)

  begin(out: ByteBuilder): void {
    this.#writer.begin(out)
  }

  write(batch: RowBatch, out: ByteBuilder): void {
    const columns: ColumnData[] = INDEX_FIELDS.flatMap((field, i) => columnsOf(field, batch, i))
    this.#writer.write(columns, batch.rows, out)
  }

  finish(out: ByteBuilder): void {
    this.#writer.finish(out)
  }
}

function schemaOf({ name, kind, form, isNullable }: IndexField): SchemaNode {
  const type = TYPES[kind]
  return {
    name,
    kind: form === 'list' ? 'list' : 'column',
    isNullable: kind === 'time' || isNullable === true,
    types:
      kind === 'gaps'
        ? ['offset', 'length'].map((field) => ({ name: field, type }))
        : [{ name: 'element', type }],
  }
}
