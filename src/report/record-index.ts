import { ParquetRows } from '../archive/parquet-rows.js'
import { InputError } from '../errors.js'
import { type ConnectionRecord, objectOf, parseRecord, recordOf } from './connection-record.js'
import { type IndexReading, openIndex } from './index-lines.js'

/** All fields of an index record by name, as in JSON. Untrusted. */
export type RecordFields = Readonly<Record<string, unknown>>
/** Takes a record and its place. @param fields All of its fields; to be called during the call only. */
export type TakeRecord = (
  record: ConnectionRecord,
  offset: number,
  length: number,
  fields: () => RecordFields,
) => void

/** An index of connections: JSON lines or Parquet. It is read in parts, and its records can be had again. */
export interface RecordIndex {
  readonly path: string
  /** Hands over the records of the next part. @returns False at the end. @throws InputError */
  next(take: TakeRecord): Promise<boolean>
  /** The whole record at a place that was handed over. @throws InputError */
  fields(offset: number, length: number): Promise<RecordFields>
  close(): Promise<void>
}

/** Opens an index; one whose name ends in .parquet is that. @throws InputError */
export async function openRecordIndex(path: string): Promise<RecordIndex> {
  if (!/\.parquet$/i.test(path)) return new LineIndex(path, await openIndex(path))
  return new ParquetIndex(path, await ParquetRows.open(path))
}

/** JSON lines. A record's place is that of its line. */
class LineIndex implements RecordIndex {
  readonly path: string
  readonly #reading: IndexReading

  constructor(path: string, reading: IndexReading) {
    this.path = path
    this.#reading = reading
  }

  next(take: TakeRecord): Promise<boolean> {
    return this.#reading.next((bytes, from, to, offset) =>
      take(
        parseRecord(bytes, from, to, this.path, offset),
        offset,
        to - from,
        () => objectOf(bytes.toString('utf8', from, to)) ?? {},
      ),
    )
  }

  async fields(offset: number, length: number): Promise<RecordFields> {
    const fields = objectOf((await this.#reading.line(offset, length)).toString('utf8'))
    if (fields !== null) return fields
    throw new InputError(`Cannot read "${this.path}" at byte ${offset}: the file has changed`, this.path)
  }

  close(): Promise<void> {
    return this.#reading.close()
  }
}

/** Parquet. A record's place is the number of its row, and the length 0. */
class ParquetIndex implements RecordIndex {
  // Invariant: #kept gives the rows of group #keptGroup, the latest that was asked for.
  readonly path: string
  readonly #rows: ParquetRows
  #next = 0
  #keptGroup = -1
  #kept: Promise<readonly RecordFields[]> = Promise.resolve([])

  constructor(path: string, rows: ParquetRows) {
    this.path = path
    this.#rows = rows
  }

  async next(take: TakeRecord): Promise<boolean> {
    const group = this.#next
    if (group === this.#rows.groups) return false
    this.#next += 1
    let row = this.#rows.startOf(group)
    for (const values of await this.#rows.group(group, null)) {
      const fields = plainFields(values)
      const refuse = (name: string, mustBe: string) =>
        new InputError(
          `Cannot read "${this.path}" at row ${row}: field "${name}" must be ${mustBe}`,
          this.path,
        )
      take(recordOf(fields, refuse), row, 0, () => fields)
      row += 1
    }
    return true
  }

  async fields(row: number): Promise<RecordFields> {
    let group = 0
    while (group + 1 < this.#rows.groups && this.#rows.startOf(group + 1) <= row) group += 1
    if (group !== this.#keptGroup) this.#kept = this.#rows.group(group, null)
    this.#keptGroup = group
    const fields = (await this.#kept)[row - this.#rows.startOf(group)]
    if (fields !== undefined) return plainFields(fields)
    throw new InputError(`Cannot read "${this.path}": it has no row ${row}`, this.path)
  }

  close(): Promise<void> {
    return this.#rows.close()
  }
}

// Fields as JSON has them. A time that Parquet cannot hold, before 1677 or after 2262, is 0.
function plainFields(row: RecordFields): RecordFields {
  const fields: Record<string, unknown> = {}
  for (const name in row) fields[name] = plainValue(row[name])
  fields.ts ??= 0
  return fields
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.length === 0 ? value : value.map(plainValue)
  return typeof value === 'object' && value !== null ? plainFieldsOf(value as RecordFields) : value
}

function plainFieldsOf(object: RecordFields): RecordFields {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, plainValue(value)]))
}
