import { readFileSync, statSync } from 'node:fs'
import { isInput } from '../archive/archive.js'
import { failureReason, OutputError } from '../errors.js'
import type { CountedInput } from '../output/output.js'
import type { RunFacts } from '../output/runs/kept-run.js'
import { COMPANIES_RUN, ENTRIES_RUN, INDEX_RUN } from '../output/runs/leave-run.js'
import { isSummary } from '../report/summary-shape.js'
import type { Summary } from '../summary.js'
import { systemPath } from '../system-path.js'
import type { FilesFacts } from './task-files.js'

const FORMAT = 'pcap2conn task'
const VERSION = 1
const MOST_JSON_BYTES = 2 ** 29
const MOST_OFFSET = 2 ** 48
/** The runs that every task leaves. */
export const TASK_RUNS = [INDEX_RUN, ENTRIES_RUN, COMPANIES_RUN] as const

/** What a task has left. */
export interface TaskRecord {
  /** Stands for its results: the same whenever, wherever and by how many threads the task was done. */
  readonly digest: string
  readonly runs: Readonly<Record<(typeof TASK_RUNS)[number], RunFacts>>
  readonly files: FilesFacts
  readonly inputs: readonly CountedInput[]
  readonly summary: Summary
}

type Fields = Readonly<Record<string, unknown>>

export function taskRecordJson(record: TaskRecord): string {
  // Not as it is shown elsewhere: bytes of a path that are no UTF-8 must be had again.
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...record })}\n`
}

/** @throws OutputError where it cannot be read, or is not as it must be. */
export function readTaskRecord(path: string): TaskRecord {
  const refuse = (problem: string, cause?: unknown) =>
    new OutputError(`Cannot use "${path}": ${problem}`, path, { cause, kind: 'run' })
  let json: unknown
  try {
    if (statSync(systemPath(path)).size > MOST_JSON_BYTES) throw new Error('it is too long')
    json = JSON.parse(readFileSync(systemPath(path), 'utf8'))
  } catch (cause) {
    throw refuse(cause instanceof SyntaxError ? 'it is no JSON' : failureReason(cause), cause)
  }
  if (!isObject(json) || json.format !== FORMAT || json.version !== VERSION)
    throw refuse('it is not of a task')
  const { digest, runs, files, inputs, summary } = json
  if (typeof digest !== 'string' || !isObject(runs) || !TASK_RUNS.every((name) => isFacts(runs[name])))
    throw refuse('its results are not described as they must be')
  if (!isObject(files) || !isCount(files.count) || !isCount(files.bytes) || typeof files.sha256 !== 'string')
    throw refuse('its files are not described as they must be')
  if (!Array.isArray(inputs) || !inputs.every(isCountedInput))
    throw refuse('its inputs are not described as they must be')
  if (!isTaskSummary(summary)) throw refuse('its summary is not as it must be')
  return { digest, runs: runs as TaskRecord['runs'], files: files as unknown as FilesFacts, inputs, summary }
}

function isFacts(value: unknown): boolean {
  return isObject(value) && isCount(value.bytes) && typeof value.sha256 === 'string'
}

function isCountedInput(value: unknown): value is CountedInput {
  if (!isInput(value)) return false
  const { checkpoints } = value as Partial<CountedInput>
  return (
    Array.isArray(checkpoints) &&
    checkpoints.length % 2 === 0 &&
    checkpoints.every((number) => isCount(number) && number < MOST_OFFSET)
  )
}

function isTaskSummary(value: unknown): value is Summary {
  if (!isSummary(value)) return false
  const { bytes, failures, warnings } = value as Partial<Summary>
  const { overlap_conflicts, gaps, files } = value
  const counts = [bytes?.payload, bytes?.missing, bytes?.retransmitted, bytes?.written]
  return (
    [...counts, overlap_conflicts, gaps, files].every(isCount) &&
    Array.isArray(failures) &&
    failures.every((failure) => isObject(failure) && typeof failure.message === 'string') &&
    Array.isArray(warnings) &&
    warnings.every((text) => typeof text === 'string')
  )
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
