import { ByteBuilder } from '../byte-builder.js'
import { keepRun, RunCounter, type RunFacts } from '../runs/kept-run.js'
import type { RecordTaker } from '../runs/merge-runs.js'
import { RunReader } from '../runs/run-reader.js'
import { RECORD_HEADER_BYTES, RECORD_LAYOUT, UID_AT } from '../runs/sorted-runs.js'
import { createIndexFormat } from './formats/index-format.js'
import { INDEX_FIELDS } from './index-fields.js'
import { RowBatch } from './row-batch.js'

const CHECK_ROWS = 64

/** Stands for the fields that the rows have. */
const FIELDS = JSON.stringify(
  INDEX_FIELDS.map((field) => [field.name, field.kind, field.form, 'words' in field && field.words]),
)

/**
 * Merges runs of rows to one, which appears when it is complete. @param folder Takes what is needed meanwhile.
 *
 * @throws OutputError, or the system's errors.
 */
export function keepRows(runs: readonly string[], folder: string, target: string): Promise<RunFacts> {
  return keepRun(runs, RECORD_LAYOUT, FIELDS, folder, target)
}

/** True for a file of rows of these fields, in order, that is the one that was kept. Who wrote it is not known. */
export async function areKeptRows(path: string, facts: RunFacts): Promise<boolean> {
  // The log takes lists apart, too.
  const format = await createIndexFormat('log')
  const batch = new RowBatch(true, CHECK_ROWS)
  const scrap = new ByteBuilder()
  const counter = new RunCounter(FIELDS)
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
