import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Config } from '../../config/config.js'
import { type Failure, failureReason, InputError, OutputError } from '../../errors.js'
import { refuseExisting } from '../../existing-outputs.js'
import { reason } from '../../input/file-source.js'
import type { Input } from '../../input/input.js'
import type { InputProblem } from '../../summary.js'
import { systemPath } from '../../system-path.js'
import { writeWholeFile } from '../../whole-file.js'
import type { KeptIndexFacts } from './kept-index.js'
import type { ResultFacts } from './result-list.js'
import { textOf } from './resume-text.js'

/** Name of the record, in the folder of a capture's results. */
export const RECORD_NAME = '.pcap2conn.json'
/** Beyond it a file is no record. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024
/** Raised whenever the same input gives other results than before. */
const RECORD_VERSION = 2
/** The first version whose runs list what they make. */
export const LISTING_VERSION = 2
/** The options that change results, besides those that JSON or another machine would not tell. */
const RESULT_OPTIONS = [
  'filter',
  'perFile',
  'merge',
  'separateSides',
  'chunkHeaders',
  'json',
  'writeMetadata',
  'gapStyle',
  'overlapPolicy',
  'tcpTimeoutSec',
  'udpTimeoutSec',
  'decap',
  'linkType',
] as const satisfies readonly (keyof Config)[]

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
  /** What was wrong with each input. */
  readonly problems: readonly (readonly InputProblem[])[]
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

function resultOptions(config: Config): Record<string, unknown> {
  return {
    ...Object.fromEntries(RESULT_OPTIONS.map((name) => [name, config[name]])),
    maxBytes: Number.isFinite(config.maxBytes) ? config.maxBytes : null,
    timeZone: config.utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}

export function areEqual(a: CaptureFacts, b: CaptureFacts): boolean {
  const text = ({ version, options, inputs }: CaptureFacts) => JSON.stringify([version, options, inputs])
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
    return isRecord(record) ? record : null
  } catch {
    return null
  }
}

// Of an older version only the inputs and options are looked at.
function isRecord(value: unknown): value is ResumeRecord {
  if (typeof value !== 'object' || value === null) return false
  const { version, options, inputs, complete, problems, results, index } = value as Partial<
    Record<keyof ResumeRecord, unknown>
  >
  return (
    typeof version === 'number' &&
    typeof options === 'object' &&
    typeof complete === 'boolean' &&
    Array.isArray(inputs) &&
    inputs.every((input) => hasFields(input, { name: 'string' })) &&
    Array.isArray(problems) &&
    problems.every((found) => Array.isArray(found) && found.every((one) => hasFields(one, PROBLEM_FIELDS))) &&
    (version < LISTING_VERSION ||
      ((results === null || hasFields(results, RESULT_FIELDS)) &&
        (index === null || hasFields(index, INDEX_FIELDS))))
  )
}

const RESULT_FIELDS = { files: 'number', bytes: 'number', sha256: 'string' } as const
const INDEX_FIELDS = { folder: 'string', bytes: 'number', sha256: 'string' } as const
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
