import { ByteBuilder } from '../byte-builder.js'
import { JsonLinesIndex } from './formats/json-lines-index.js'
import { RowBatch } from './row-batch.js'
import type { RowWriter } from './row-writer.js'

/** Makes single records as JSON. */
export class RecordLine {
  readonly #batch: RowBatch
  readonly #format = new JsonLinesIndex()
  readonly #out = new ByteBuilder()

  /** @param isUtc Times in names are in UTC. */
  constructor(isUtc: boolean) {
    this.#batch = new RowBatch(isUtc, 1)
  }

  /** The record as a line with its end. */
  of(uid: string, { bytes, length }: Pick<RowWriter, 'bytes' | 'length'>): string {
    this.#batch.clear()
    this.#out.clear()
    this.#batch.add(Buffer.from(uid, 'latin1'), 0, bytes, 0, length)
    this.#format.write(this.#batch, this.#out)
    return Buffer.from(this.#out.bytes.buffer, 0, this.#out.length).toString()
  }
}
