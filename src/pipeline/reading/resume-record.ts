import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Config } from '../../config/config.js'
import { type ErrorKind, type Failure, failureReason, InputError, OutputError } from '../../errors.js'
import { refuseExisting } from '../../existing-outputs.js'
import { reason } from '../../input/file-source.js'
import type { Input } from '../../input/input.js'
import { RECORD_NAME } from '../../input/own-results.js'
import { type InputProblem, type InputSummary, isBalanced, isPayloadBalanced } from '../../summary.js'
import { systemPath } from '../../system-path.js'
import { writeWholeFile } from '../../whole-file.js'
import { type Counts, haveForm } from '../counts.js'
import { NO_COUNTS } from '../run-summary.js'
import type { KeptIndexFacts } from './kept-index.js'
import type { ResultFacts } from './result-list.js'
import { textOf } from './resume-files.js'

/** A larger file is not taken for a record. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024
/** Raised when a new version of the program gives other results for the same input. */
const RECORD_VERSION = 3
/** The first version that lists the files it makes. */
export const LISTING_VERSION = 2
/** One input of a capture, as it was when it was converted. */
export interface RecordedInput {
  readonly name: string
  readonly size: number
  /** Modification time, nanoseconds since 1970. */
  readonly mtime_ns: string
}

/** What was converted, and with which options. Equal facts give equal results. */
export interface CaptureFacts {
  readonly version: number
  readonly options: Readonly<Record<string, unknown>>
  readonly inputs: readonly RecordedInput[]
}

/** The content of a record. */
export interface ResumeRecord extends CaptureFacts {
  /** False: the conversion was begun and has not ended, or `failures` of the run concern it. */
  readonly complete: boolean
  readonly failures: readonly Failure[]
  /** Null: it is not complete. */
  readonly results: ResultFacts | null
  /** Its kept index records; null: the run had no index. */
  readonly index: KeptIndexFacts | null
  /** Its part of the summary; null: it is not complete. */
  readonly summary: CaptureSummary | null
}

/** What a summary says of one capture. */
export interface CaptureSummary {
  /** In the order in which they were read. */
  readonly inputs: readonly RecordedReading[]
  readonly counts: Counts
  readonly warnings: readonly string[]
}

/** Results of an input. */
export interface RecordedReading extends Omit<InputSummary, 'path' | 'live'> {
  /** Which of the record's inputs it is. */
  readonly input: number
}

/** @returns Null when an input is not a file, or has failed. @throws InputError when its size cannot be read. */
export function factsOf(inputs: readonly Input[], config: Config): CaptureFacts | null {
  const recorded = inputs.map(recordedInput)
  if (recorded.includes(null)) return null
  return {
    version: RECORD_VERSION,
    options: resultOptions(config),
    inputs: recorded.filter((input) => input !== null),
  }
}

function recordedInput({ kind, path, failure }: Input): RecordedInput | null {
  if (kind !== 'file' || failure !== undefined) return null
  try {
    const { size, mtimeNs } = statSync(systemPath(path), { bigint: true })
    return { name: basename(path), size: Number(size), mtime_ns: String(mtimeNs) }
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${reason(cause)}`, path, { cause })
  }
}

// The values as JSON has them: null for an unlimited number.
function resultOptions(config: Config): Record<string, unknown> {
  const timeZone = config.utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
  return JSON.parse(JSON.stringify({ ...config.resultValues, timeZone }))
}

export function areEqual(a: CaptureFacts, b: CaptureFacts): boolean {
  const text = ({ version, options, inputs }: CaptureFacts) =>
    JSON.stringify([version, Object.entries(options).sort(), inputs])
  return text(a) === text(b)
}

/**
 * Reads the record in a folder. Others may have written it.
 *
 * @returns Null when there is none, or the file is not a record.
 * @throws OutputError when it cannot be read, or a folder has its name.
 */
export function readRecord(folder: string): ResumeRecord | null {
  const path = join(folder, RECORD_NAME)
  refuseExisting([path], true)
  const text = textOf(path, MAX_RECORD_BYTES) ?? ''
  try {
    const record: unknown = JSON.parse(text)
    return isRecord(record) ? withSound(record) : null
  } catch {
    return null
  }
}

// Of another version only inputs and options are used.
function isRecord(value: unknown): value is ResumeRecord {
  if (typeof value !== 'object' || value === null) return false
  const { version, options, inputs, complete, results, index } = value as Partial<
    Record<keyof ResumeRecord, unknown>
  >
  return (
    typeof version === 'number' &&
    typeof options === 'object' &&
    typeof complete === 'boolean' &&
    Array.isArray(inputs) &&
    inputs.every((input) => hasFields(input, { name: 'string' })) &&
    (version !== RECORD_VERSION ||
      ((results === null || hasFields(results, RESULT_FIELDS)) &&
        (index === null || hasFields(index, INDEX_FIELDS))))
  )
}

// Drops a summary that is not sound: the capture is converted again.
function withSound(record: ResumeRecord): ResumeRecord {
  const { version, summary, inputs } = record
  const isSound = version === RECORD_VERSION && isCaptureSummary(summary, inputs.length)
  return { ...record, summary: isSound ? summary : null }
}

function isCaptureSummary(value: unknown, inputCount: number): value is CaptureSummary {
  if (typeof value !== 'object' || value === null) return false
  const { inputs, counts, warnings } = value as Partial<Record<keyof CaptureSummary, unknown>>
  return (
    Array.isArray(inputs) &&
    inputs.length === inputCount &&
    inputs.every((reading) => isReading(reading) && Object.hasOwn(inputs, reading.input)) &&
    new Set(inputs.map(({ input }: RecordedReading) => input)).size === inputCount &&
    Array.isArray(warnings) &&
    warnings.every((warning) => typeof warning === 'string') &&
    haveForm(NO_COUNTS, counts) &&
    isBalanced(counts.packets) &&
    isPayloadBalanced(counts)
  )
}

function isReading(value: unknown): value is RecordedReading {
  if (!hasFields(value, READING_FIELDS)) return false
  const { status, problems } = value as { status: unknown; problems?: unknown }
  return STATUSES.some((one) => one === status) && Array.isArray(problems) && problems.every(isProblem)
}

function isProblem(value: unknown): value is InputProblem {
  if (!hasFields(value, PROBLEM_FIELDS)) return false
  const { kind } = value as { kind?: unknown }
  return kind === undefined || KINDS.some((one) => one === kind)
}

const STATUSES: readonly InputSummary['status'][] = ['ok', 'partial', 'failed', 'no_capture']
const KINDS: readonly ErrorKind[] = ['input', 'output', 'run', 'bug']
const RESULT_FIELDS = { files: 'number', bytes: 'number', sha256: 'string' } as const
const INDEX_FIELDS = { folder: 'string', bytes: 'number', sha256: 'string' } as const
const READING_FIELDS = {
  input: 'number',
  bytes: 'number',
  packets: 'number',
  status: 'string',
  dropped: 'number',
} as const
const PROBLEM_FIELDS = { offset: 'number', length: 'number', message: 'string' } as const

function hasFields(value: unknown, types: Readonly<Record<string, 'string' | 'number'>>): boolean {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Readonly<Record<string, unknown>>
  return Object.entries(types).every(([name, type]) => typeof fields[name] === type)
}

/** Writes a record under another name and renames it: it exists whole or not at all. @throws OutputError */
export function writeRecord(folder: string, record: ResumeRecord): void {
  const path = join(folder, RECORD_NAME)
  try {
    writeWholeFile(path, `${JSON.stringify(record)}\n`)
  } catch (cause) {
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
