import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Config, resultValues } from '../../config/config.js'
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
import { textOf } from './resume-text.js'

/** Beyond it a file is no record. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024
/** Raised whenever the same input gives other results than before. */
const RECORD_VERSION = 3
/** The first version whose runs list what they make. */
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

/** What stands in a record. */
export interface ResumeRecord extends CaptureFacts {
  /** False: the conversion was begun, and no more is known, or `failures` of the run touched it. */
  readonly complete: boolean
  readonly failures: readonly Failure[]
  /** What was made; null: it is not complete. */
  readonly results: ResultFacts | null
  /** The index records that are kept; null: there is no index. */
  readonly index: KeptIndexFacts | null
  /** What a summary says of it; null: it is not complete. */
  readonly summary: CaptureSummary | null
}

/** What a run with this capture alone would have in its summary. */
export interface CaptureSummary {
  /** In the order in which they were read. */
  readonly inputs: readonly RecordedReading[]
  readonly counts: Counts
  readonly warnings: readonly string[]
}

/** What became of an input. */
export interface RecordedReading extends Omit<InputSummary, 'path' | 'live'> {
  /** Which of the record's inputs it is. */
  readonly input: number
}

/** @returns Null where an input is no file, or fails. @throws InputError for one that cannot be looked at. */
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
  return JSON.parse(JSON.stringify({ ...resultValues(config), timeZone }))
}

export function areEqual(a: CaptureFacts, b: CaptureFacts): boolean {
  const text = ({ version, options, inputs }: CaptureFacts) =>
    JSON.stringify([version, Object.entries(options).sort(), inputs])
  return text(a) === text(b)
}

/**
 * The record in a folder; null: there is none, or what has its name is none. Who wrote it is not known.
 *
 * @throws OutputError where it cannot be read, or could not be written because a folder has its name.
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

// Of another version only the inputs and options are looked at.
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

// Without a summary that is none, the capture is converted again.
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

/** Writes a record under another name first: it is there whole or not at all. @throws OutputError */
export function writeRecord(folder: string, record: ResumeRecord): void {
  const path = join(folder, RECORD_NAME)
  try {
    writeWholeFile(path, `${JSON.stringify(record)}\n`)
  } catch (cause) {
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
