import { dirname, relative } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Config } from '../../config/config.js'
import { type Failure, failureOf, InputError, OutputError } from '../../errors.js'
import { makeOutputFolder } from '../../output/make-output-folder.js'
import type { InputSummary } from '../../summary.js'
import { shownPath } from '../../system-path.js'
import { CaptureCounts, type CountedByWorkers } from '../capture-counts.js'
import { addedUp, type Counts } from '../counts.js'
import { CaptureFault, type CaptureProgress } from '../line/capture-progress.js'
import { captureRunsFolder } from '../line/worker-task.js'
import { type CountedFacts, NO_COUNTS, withoutZeros } from '../run-summary.js'
import type { Capture } from './captures.js'
import { type KeptIndexFacts, keepIndex, keptIndexPath } from './kept-index.js'
import type { CaptureRecords } from './reading.js'
import {
  areResultsThere,
  ensureList,
  hasConnectionFiles,
  makeStateFolder,
  removeMadeLists,
  removeResults,
  writeResultList,
} from './result-list.js'
import {
  areEqual,
  type CaptureFacts,
  type CaptureSummary,
  factsOf,
  LISTING_VERSION,
  type RecordedReading,
  type ResumeRecord,
  readRecord,
  writeRecord,
} from './resume-record.js'
import { refusalOf, refusedBy } from './resume-refusals.js'

/** A capture that is converted. */
interface Converted {
  readonly capture: Capture
  /** Null: it gets no record. */
  readonly facts: CaptureFacts | null
  /** That of an earlier run. */
  readonly record: ResumeRecord | null
}

/** A capture that was read, whose record is written when the workers have finished it. */
interface PendingRecord {
  readonly number: number
  readonly inputs: readonly InputSummary[]
  /** What the main thread has counted of it. */
  readonly counts: Counts
}

/** A capture of the run: what is known of one that is left alone, or how many inputs one has that is converted. */
type Part = readonly InputSummary[] | number

const FAULT_TEXTS: readonly (readonly [number, Failure])[] = [
  [CaptureFault.OUTPUT, { kind: 'output', message: 'Files could not be written' }],
  [CaptureFault.HELD_MEMORY, { kind: 'run', message: 'Memory was full (limit held_memory)' }],
  [
    CaptureFault.OPEN_CONNECTIONS,
    { kind: 'run', message: 'Too many open connections (limit open_connections)' },
  ],
  [CaptureFault.STOPPED, { kind: 'run', message: 'The run ended before all was written' }],
]

/**
 * The records of a run with `--resume`: which captures are left alone, which are converted, and when they are complete.
 */
export class ResumedRun implements CaptureRecords {
  // Invariants: #converted are the captures that are converted, by number. #pending are in the order of their numbers.
  // #kept has the paths of all index records that are kept, #keptFolders where those of this run stood before.
  /** What earlier runs have counted of captures that are left alone, and their warnings. */
  readonly earlier: Counts
  readonly warnings: readonly string[]
  /** Records that could not be written. */
  readonly failures: Failure[] = []
  /** The run's temporary folder, once there is one. */
  tempDir = ''
  readonly #config: Config
  readonly #converted: readonly Converted[]
  readonly #pending: PendingRecord[] = []
  /** Set when the workers are started. */
  #counts: CaptureCounts | null = null
  readonly #parts: readonly Part[]
  readonly #kept: string[]
  readonly #keptFolders = new Set<string>()

  private constructor(
    config: Config,
    converted: readonly Converted[],
    parts: readonly Part[],
    summaries: readonly CaptureSummary[],
    kept: string[],
  ) {
    this.#config = config
    this.#converted = converted
    this.#parts = parts
    this.earlier = summaries.reduce((sum, { counts }) => addedUp(sum, counts), NO_COUNTS)
    this.warnings = summaries.flatMap(({ warnings }) => warnings)
    this.#kept = kept
  }

  /** Looks which captures are to be converted. @throws OutputError */
  static async begin(planned: readonly Capture[], config: Config): Promise<ResumedRun> {
    const converted: Converted[] = []
    const parts: Part[] = []
    const summaries: CaptureSummary[] = []
    const kept: string[] = []
    for (const given of planned) {
      const { capture, facts } = lookInto(given, config)
      const { dir } = capture
      const record = facts === null ? null : readRecord(dir)
      if (facts !== null && record !== null) {
        const isListed = record.version >= LISTING_VERSION && record.complete
        const isLost = isListed && !ensureList(dir, record.results)
        const path = await keptOf(capture, facts, record, config)
        if (path !== null && record.summary !== null) {
          if (path !== '') kept.push(path)
          summaries.push(record.summary)
          parts.push(record.summary.inputs.map((reading) => skippedInput(capture, reading)))
          continue
        }
        const refusal = config.force ? null : refusalOf(dir, isLost, facts, record)
        if (refusal !== null && planned.length === 1) throw refusal
        if (refusal !== null) {
          converted.push({ capture: refusedBy(refusal, capture), facts: null, record: null })
          parts.push(capture.inputs.length)
          continue
        }
      }
      // Connection files without a record are not ours: they stay, and the capture gets none unless they are replaced.
      const isOurs = record !== null || config.force || !hasConnectionFiles(dir)
      converted.push({ capture, facts: isOurs ? facts : null, record })
      parts.push(capture.inputs.length)
    }
    return new ResumedRun(config, converted, parts, summaries, kept)
  }

  get captures(): readonly Capture[] {
    return this.#converted.map(({ capture, facts }) => ({ ...capture, isRecorded: facts !== null }))
  }

  /** The capture is next: removes what an earlier run made of it, and says that it was begun. @throws OutputError */
  start(number: number): void {
    const { capture, facts, record } = this.#converted[number]!
    if (facts === null) return
    removeResults(capture.dir, record === null || record.version >= LISTING_VERSION)
    makeOutputFolder(capture.dir)
    makeStateFolder(capture.dir)
    writeRecord(capture.dir, { ...facts, ...BEGUN })
  }

  countsPorts(workerCount: number): readonly MessagePort[] {
    this.#counts = new CaptureCounts(workerCount)
    return this.#counts.ports
  }

  read(number: number, inputs: readonly InputSummary[] | null, counted: CountedFacts): void {
    const counts = this.#counts!.ofMain(counted)
    if (inputs !== null) this.#pending.push({ number, inputs, counts })
  }

  /** All inputs of the run in their order, with those that are left alone. @param read Those that were read. */
  withSkipped(read: readonly InputSummary[]): readonly InputSummary[] {
    let at = 0
    return this.#parts.flatMap((part) => {
      if (typeof part !== 'number') return part
      at += part
      return read.slice(at - part, at)
    })
  }

  async writeRecords(progress: CaptureProgress): Promise<void> {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      if (!progress.isFinished(next.number)) return
      this.#pending.shift()
      const faults = progress.faults(next.number)
      if (faults === CaptureFault.NONE) await this.#complete(next, this.#counts!.ofWorkers(next.number))
      else this.#noteFaults(next, faults)
    }
  }

  close(): void {
    this.#counts?.close()
  }

  /** Where all index records are: those of captures that are left alone, too. @param runs Those of the workers. */
  indexRuns(runs: readonly string[]): readonly string[] {
    return [...runs.filter((path) => !this.#keptFolders.has(dirname(path))), ...this.#kept]
  }

  async #complete({ number, inputs, counts }: PendingRecord, byWorkers: CountedByWorkers): Promise<void> {
    const { capture, facts } = this.#converted[number]!
    const { dir } = capture
    if (facts === null) return
    const summary: CaptureSummary = {
      inputs: inputs.map((input) => readingOf(capture, input)),
      counts: withoutZeros(addedUp(counts, byWorkers.counts)),
      warnings: byWorkers.warnings,
    }
    try {
      const index = this.#config.indexes.length === 0 ? null : await this.#keep(number)
      const results = writeResultList(dir)
      removeMadeLists(dir) // before: beside a complete record nobody removes them
      writeRecord(dir, { ...facts, complete: true, failures: [], results, index, summary })
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      this.failures.push(failureOf(error))
    }
  }

  async #keep(number: number): Promise<KeptIndexFacts> {
    const { capture } = this.#converted[number]!
    const runsFolder = captureRunsFolder(this.tempDir, number)
    const { path, ...found } = await keepIndex(runsFolder, capture.dir)
    this.#keptFolders.add(runsFolder)
    this.#kept.push(path)
    return { ...placeOf(capture, this.#config), ...found }
  }

  // The record says already that the capture is not complete: where there is no room to say why, that is enough.
  #noteFaults({ number }: PendingRecord, faults: number): void {
    const { capture, facts } = this.#converted[number]!
    if (facts === null) return
    const failures = FAULT_TEXTS.flatMap(([fault, failure]) => ((faults & fault) === 0 ? [] : [failure]))
    try {
      writeRecord(capture.dir, { ...facts, ...BEGUN, failures })
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
    }
  }
}

// An input that cannot be looked at fails: read later, it would have no record.
function lookInto(capture: Capture, config: Config): { capture: Capture; facts: CaptureFacts | null } {
  try {
    return { capture, facts: factsOf(capture.inputs, config) }
  } catch (failure) {
    if (!(failure instanceof InputError)) throw failure
    const inputs = capture.inputs.map((input) =>
      input.path === failure.path ? { ...input, failure } : input,
    )
    return { capture: { ...capture, inputs }, facts: null }
  }
}

const BEGUN = { complete: false, failures: [], results: null, index: null, summary: null } as const

function placeOf({ dir, name }: Capture, { outputDir }: Config): Pick<KeptIndexFacts, 'capture' | 'folder'> {
  return { capture: name, folder: relative(outputDir, dir) }
}

// Where the index records of a capture are that need not be converted again; empty: none are asked for. Null: it must.
async function keptOf(
  capture: Capture,
  facts: CaptureFacts,
  record: ResumeRecord,
  config: Config,
): Promise<string | null> {
  const { complete, results, index, summary } = record
  if (!complete || !areEqual(facts, record) || results === null || summary === null) return null
  // Where nothing was made, nothing tells that the capture was converted.
  if (results.files === 0 && index === null) return null
  if (!areResultsThere(capture.dir, results)) return null
  if (config.indexes.length === 0) return ''
  const place = placeOf(capture, config)
  if (index === null || index.capture !== place.capture || index.folder !== place.folder) return null
  return keptIndexPath(capture.dir, index)
}

function readingOf({ inputs }: Capture, { path, live: _, ...reading }: InputSummary): RecordedReading {
  return { input: inputs.findIndex((input) => shownPath(input.path) === path), ...reading }
}

function skippedInput({ inputs }: Capture, { input, ...reading }: RecordedReading): InputSummary {
  const status = reading.status === 'no_capture' ? reading.status : 'skipped'
  return { path: shownPath(inputs[input]!.path), ...reading, status }
}
