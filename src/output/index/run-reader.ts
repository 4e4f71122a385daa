import { failureReason, OutputError } from '../../errors.js'
import { ByteBuilder } from '../byte-builder.js'
import { RecordFile } from '../record-file.js'
import { UID_LENGTH } from '../uid.js'
import { createIndexFormat } from './formats/index-format.js'
import { compareRecords, RUN_HEADER_BYTES, RUN_UID, recordBytes } from './index-runs.js'

const READ_BYTES = 128 * 1024
/** Our records are shorter. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024

/** Reads the records of one run file in turn. */
export class RunReader {
  readonly #path: string
  readonly #file: RecordFile

  /** @throws OutputError */
  constructor(path: string) {
    this.#path = path
    this.#file = this.#attempt(() => new RecordFile(path, READ_BYTES))
  }

  /** The current record begins at `at` in it, after `next()` has returned true. */
  get buffer(): Buffer {
    return this.#file.buffer
  }

  get at(): number {
    return this.#file.at
  }

  /** Bytes of the current record. */
  get bytes(): number {
    return recordBytes(this.buffer, this.at)
  }

  /** Goes to the record behind the next `skip` bytes. Returns false at the end of the run. @throws OutputError */
  next(skip: number): boolean {
    const file = this.#file
    file.at += skip
    if (!this.#fill(RUN_HEADER_BYTES)) {
      if (file.isAtEnd) return false
      throw this.#refusal('it ends inside a record')
    }
    if (this.bytes > MAX_RECORD_BYTES) throw this.#refusal('a record is too long')
    if (this.#fill(this.bytes)) return true
    throw this.#refusal('it ends inside a record')
  }

  close(): void {
    this.#file.close()
  }

  #fill(needed: number): boolean {
    return this.#attempt(() => this.#file.fill(needed))
  }

  #attempt<T>(read: () => T): T {
    try {
      return read()
    } catch (cause) {
      const message = `Cannot read "${this.#path}": ${failureReason(cause)}`
      throw new OutputError(message, this.#path, { cause })
    }
  }

  #refusal(problem: string): OutputError {
    const message = `Cannot merge "${this.#path}": ${problem}`
    return new OutputError(message, this.#path, { kind: 'run' })
  }
}

/**
 * Looks whether a file is a sorted run whose lines are index records. Who wrote it is not known.
 *
 * @param tap Sees every byte of it, record by record.
 */
export async function isSoundRun(path: string, tap: (record: Buffer) => void): Promise<boolean> {
  const format = await createIndexFormat('csv')
  const scrap = new ByteBuilder()
  let reader: RunReader | null = null
  try {
    reader = new RunReader(path)
    let previous: Buffer | null = null
    for (let isThere = reader.next(0); isThere; isThere = reader.next(reader.bytes)) {
      const record = reader.buffer.subarray(reader.at, reader.at + reader.bytes)
      tap(record)
      if (!isRecord(record) || (previous !== null && compareRecords(previous, 0, record, 0) > 0)) return false
      format.add(record, RUN_HEADER_BYTES, record.length, scrap)
      scrap.clear()
      previous = Buffer.from(record) // owned copy
    }
    return true
  } catch {
    return false
  } finally {
    reader?.close()
  }
}

function isRecord(record: Buffer): boolean {
  const line: unknown = JSON.parse(record.toString('utf8', RUN_HEADER_BYTES))
  const uid = record.toString('latin1', RUN_UID, RUN_UID + UID_LENGTH)
  return record.at(-1) === 10 && typeof line === 'object' && (line as { uid?: unknown } | null)?.uid === uid
}
