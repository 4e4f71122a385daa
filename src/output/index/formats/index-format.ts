import type { IndexFormatName } from '../../../config/index-targets.js'
import type { ByteBuilder } from '../../byte-builder.js'

/** Turns index records into the bytes of a file of some format. */
export interface IndexFormat {
  /** Appends what stands before the first record. */
  begin(out: ByteBuilder): void
  /**
   * Takes the next record. What it appends, if anything, may be later than that of the records before.
   *
   * @param bytes `bytes[from, to)` is the record's JSON line with its line feed. Valid during the call.
   */
  add(bytes: Buffer, from: number, to: number, out: ByteBuilder): void
  /** Appends what is left, and the end of the file. */
  finish(out: ByteBuilder): void
}

/** Makes the writer of a format; what it needs is loaded now. */
export async function createIndexFormat(name: IndexFormatName): Promise<IndexFormat> {
  switch (name) {
    case 'jsonl':
      return JSON_LINES
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

const JSON_LINES: IndexFormat = {
  begin() {},
  add(bytes, from, to, out) {
    out.putBytes(bytes, from, to)
  },
  finish() {},
}
