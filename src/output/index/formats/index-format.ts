import type { IndexFormatName } from '../../../config/index-targets.js'
import type { ByteBuilder } from '../../byte-builder.js'
import type { RowBatch } from '../row-batch.js'

/** Turns the rows of an index into the bytes of a file of some format. */
export interface IndexFormat {
  /** Appends what stands before the first record. */
  begin(out: ByteBuilder): void
  /** Appends the records of a batch, which is valid during the call. */
  write(batch: RowBatch, out: ByteBuilder): void
  /** Appends the end of the file. */
  finish(out: ByteBuilder): void
}

/** Makes the writer of a format; what it needs is loaded now. */
export async function createIndexFormat(name: IndexFormatName): Promise<IndexFormat> {
  switch (name) {
    case 'jsonl': {
      const { JsonLinesIndex } = await import('./json-lines-index.js')
      return new JsonLinesIndex()
    }
    case 'csv': {
      const { CsvIndex } = await import('./csv-index.js')
      return new CsvIndex()
    }
    case 'log': {
      const { ZeekLogIndex } = await import('./zeek-log-index.js')
      return new ZeekLogIndex()
    }
    case 'parquet': {
      const { ParquetIndex } = await import('./parquet-index.js')
      return new ParquetIndex()
    }
  }
}
