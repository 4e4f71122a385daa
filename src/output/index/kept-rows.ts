import { createHash, type Hash } from 'node:crypto'
import { WholeFile } from '../../whole-file.js'
import { ByteBuilder } from '../byte-builder.js'
import { mergeRuns, type RecordTaker } from '../runs/merge-runs.js'
import { RunReader } from '../runs/run-reader.js'
import { RECORD_HEADER_BYTES, RECORD_LAYOUT, UID_AT } from '../runs/sorted-runs.js'
import { createIndexFormat } from './formats/index-format.js'
import { INDEX_FIELDS } from './index-fields.js'
import { RowBatch } from './row-batch.js'

const CHECK_ROWS = 64

/** What identifies a file of rows. */
export interface RowsFacts {
  readonly bytes: number
  /** SHA-256, in hexadecimal, of the fields that the rows have, and of the file. */
  readonly sha256: string
}

/**
 * Merges runs of rows to one, which appears when it is complete. @param folder Takes what is needed meanwhile.
 *
 * @throws OutputError, or the system's errors.
 */
export async function keepRows(runs: readonly string[], folder: string, target: string): Promise<RowsFacts> {
  const file = new WholeFile(target)
  const counter = new RowsCounter()
  const gathered = new ByteBuilder()
  const put = (bytes: Buffer, from: number, to: number) => {
    counter.add(bytes, from, to)
    gathered.putBytes(bytes, from, to)
  }
  try {
    await mergeRuns(runs, RECORD_LAYOUT, folder, {
      begin: (bytes, at) => put(bytes, at, at + RECORD_HEADER_BYTES),
      content: put,
      flush: () => {
        file.append(gathered.bytes.subarray(0, gathered.length))
        gathered.clear()
      },
    })
    file.publish()
    return counter.facts
  } catch (error) {
    file.abandon()
    throw error
  }
}

/** True for a file of rows of these fields, in order, that is the one that was kept. Who wrote it is not known. */
export async function areKeptRows(path: string, facts: RowsFacts): Promise<boolean> {
  // The log takes lists apart, too.
  const format = await createIndexFormat('log')
  const batch = new RowBatch(true, CHECK_ROWS)
  const scrap = new ByteBuilder()
  const counter = new RowsCounter()
  const uid: { bytes: Buffer; at: number } = { bytes: Buffer.alloc(0), at: 0 }
  const taker: RecordTaker = {
    begin(bytes, at) {
      counter.add(bytes, at, at + RECORD_HEADER_BYTES)
      uid.bytes = bytes
      uid.at = at + UID_AT
    },
    content(bytes, from, to) {
      counter.add(bytes, from, to)
      batch.add(uid.bytes, uid.at, bytes, from, to)
      if (!batch.isFull) return
      format.write(batch, scrap)
      scrap.clear()
      batch.clear()
    },
  }
  let reader: RunReader | null = null
  try {
    reader = new RunReader(path, RECORD_LAYOUT, 0)
    let previous: Buffer | null = null
    while (reader.next()) {
      const key = reader.key()
      if (previous !== null && previous.compare(key) > 0) return false
      previous = Buffer.from(key) // owned copy
      reader.handOver(taker)
    }
    format.write(batch, scrap)
    return counter.facts.bytes === facts.bytes && counter.facts.sha256 === facts.sha256
  } catch {
    return false
  } finally {
    reader?.close()
  }
}

class RowsCounter {
  readonly #hash: Hash = createHash('sha256').update(
    JSON.stringify(
      INDEX_FIELDS.map((field) => [field.name, field.kind, field.form, 'words' in field && field.words]),
    ),
  )
  #bytes = 0

  add(bytes: Uint8Array, from: number, to: number): void {
    this.#hash.update(bytes.subarray(from, to))
    this.#bytes += to - from
  }

  get facts(): RowsFacts {
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') }
  }
}
