import { ByteBuilder } from '../byte-builder.js'
import { putHybrid } from './bits.js'
import type { ColumnData } from './column-values.js'
import { rangeOf } from './range.js'
import type { SchemaNode } from './schema.js'
import { leavesOf, putSchema, TYPE_NUMBERS } from './schema.js'
import { ThriftWriter } from './thrift-writer.js'
import { Encoding, ValueEncoder } from './value-encoder.js'

const MAGIC = 'PAR1'
const VERSION = 2
const UNCOMPRESSED = 0
/** Kinds of pages. */
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

interface ColumnChunk {
  readonly encodings: readonly number[]
  readonly values: number
  readonly bytes: number
  readonly dataAt: number
  /** Null: there is no dictionary. */
  readonly dictionaryAt: number | null
  readonly nulls: number
  readonly range: { readonly least: Uint8Array; readonly most: Uint8Array } | null
}

interface RowGroup {
  readonly columns: readonly ColumnChunk[]
  readonly rows: number
  readonly bytes: number
}

/**
 * Writes a Parquet file from typed columns, a row group at a time. Values are encoded, not compressed: dictionaries, packed
 * differences and common beginnings leave little to a general method. Each column of a row group is one page.
 *
 * Source: https://parquet.apache.org/docs/file-format/
 */
export class ParquetWriter {
  // Invariant: #offset bytes of the file were appended before those of the call under way.
  readonly #schema: readonly SchemaNode[]
  readonly #createdBy: string
  readonly #encoder = new ValueEncoder()
  readonly #data = new ByteBuilder()
  readonly #dictionary = new ByteBuilder()
  readonly #levels = new ByteBuilder()
  readonly #groups: RowGroup[] = []
  #offset = 0

  constructor(schema: readonly SchemaNode[], createdBy: string) {
    this.#schema = schema
    this.#createdBy = createdBy
  }

  begin(out: ByteBuilder): void {
    out.putText(MAGIC)
    this.#offset = MAGIC.length
  }

  /** Appends a row group. @param columns Of the leaves of the schema, in their order. */
  write(columns: readonly ColumnData[], rows: number, out: ByteBuilder): void {
    const from = out.length
    const base = this.#offset - from
    const chunks = columns.map((column) => this.#writeColumn(column, rows, base, out))
    this.#offset += out.length - from
    this.#groups.push({ columns: chunks, rows, bytes: out.length - from })
  }

  /** Appends the end of the file. */
  finish(out: ByteBuilder): void {
    const from = out.length
    this.#putFooter(out)
    const length = out.length - from
    out.reserve(4)
    new DataView(out.bytes.buffer).setUint32(out.length, length, true)
    out.length += 4
    out.putText(MAGIC)
  }

  #writeColumn(column: ColumnData, rows: number, base: number, out: ByteBuilder): ColumnChunk {
    const { values, count, definition, repetition, levels = rows, hasRange } = column
    const data = this.#data
    const dictionary = this.#dictionary
    data.clear()
    dictionary.clear()
    const [encoding, dictionarySize] =
      count === 0 ? [Encoding.PLAIN, 0] : this.#encoder.put(values, count, data, dictionary)
    const at = out.length
    if (dictionarySize > 0) putDictionaryPage(dictionary, dictionarySize, out)
    const dataAt = out.length
    const levelsBuilder = this.#levels
    levelsBuilder.clear()
    if (repetition !== undefined) putHybrid(repetition, levels, 1, levelsBuilder)
    const repetitionBytes = levelsBuilder.length
    if (definition !== undefined) putHybrid(definition, levels, 1, levelsBuilder)
    new ThriftWriter(out).element((thrift) => {
      thrift.i32(1, DATA_PAGE_V2)
      thrift.i32(2, levelsBuilder.length + data.length)
      thrift.i32(3, levelsBuilder.length + data.length)
      thrift.struct(8, () => {
        thrift.i32(1, levels)
        thrift.i32(2, levels - count)
        thrift.i32(3, rows)
        thrift.i32(4, encoding)
        thrift.i32(5, levelsBuilder.length - repetitionBytes)
        thrift.i32(6, repetitionBytes)
        thrift.boolean(7, false)
      })
    })
    out.putBytes(levelsBuilder.bytes, 0, levelsBuilder.length)
    out.putBytes(data.bytes, 0, data.length)
    return {
      encodings: [...new Set([...(dictionarySize > 0 ? [Encoding.PLAIN] : []), Encoding.RLE, encoding])],
      values: levels,
      bytes: out.length - at,
      dataAt: base + dataAt,
      dictionaryAt: dictionarySize > 0 ? base + at : null,
      nulls: levels - count,
      range: hasRange && count > 0 ? rangeOf(values, count) : null,
    }
  }

  #putFooter(out: ByteBuilder): void {
    const leaves = leavesOf(this.#schema)
    const thrift = new ThriftWriter(out)
    thrift.element(() => {
      thrift.i32(1, VERSION)
      putSchema(2, this.#schema, thrift)
      thrift.i64(
        3,
        this.#groups.reduce((sum, { rows }) => sum + rows, 0),
      )
      thrift.structList(4, this.#groups, ({ columns, rows, bytes }) => {
        thrift.structList(1, [...columns.keys()], (i) => {
          thrift.i64(2, 0)
          thrift.struct(3, () => putChunk(columns[i]!, leaves[i]!, thrift))
        })
        thrift.i64(2, bytes)
        thrift.i64(3, rows)
        thrift.i64(6, bytes)
      })
      thrift.binary(6, this.#createdBy)
      // The order of each column is that of its type: without it readers may not trust the ranges.
      thrift.structList(7, leaves, () => thrift.struct(1, () => {}))
    })
  }
}

function putDictionaryPage(dictionary: ByteBuilder, size: number, out: ByteBuilder): void {
  new ThriftWriter(out).element((thrift) => {
    thrift.i32(1, DICTIONARY_PAGE)
    thrift.i32(2, dictionary.length)
    thrift.i32(3, dictionary.length)
    thrift.struct(7, () => {
      thrift.i32(1, size)
      thrift.i32(2, Encoding.PLAIN)
    })
  })
  out.putBytes(dictionary.bytes, 0, dictionary.length)
}

function putChunk(chunk: ColumnChunk, leaf: ReturnType<typeof leavesOf>[number], thrift: ThriftWriter): void {
  const { encodings, values, bytes, dataAt, dictionaryAt, nulls, range } = chunk
  thrift.i32(1, TYPE_NUMBERS[leaf.type])
  thrift.i32List(2, encodings)
  thrift.textList(3, leaf.path)
  thrift.i32(4, UNCOMPRESSED)
  thrift.i64(5, values)
  thrift.i64(6, bytes)
  thrift.i64(7, bytes)
  thrift.i64(9, dataAt)
  if (dictionaryAt !== null) thrift.i64(11, dictionaryAt)
  if (range === null) return
  thrift.struct(12, () => {
    thrift.i64(3, nulls)
    thrift.binary(5, range.most)
    thrift.binary(6, range.least)
  })
}
