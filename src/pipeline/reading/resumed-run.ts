import { dirname } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Config } from '../../config/config.js'
import { type Failure, failureOf, OutputError } from '../../errors.js'
import { makeOutputFolder } from '../../output/make-output-folder.js'
import type { InputSummary } from '../../summary.js'
import { shownPath } from '../../system-path.js'
import { CaptureCounts, type CountedByWorkers } from '../capture-counts.js'
import { addedUp, type Counts } from '../counts.js'
import { CaptureFault, type CaptureProgress } from '../line/capture-progress.js'
import { captureRunsFolder } from '../line/worker-task.js'
import { type CountedFacts, NO_COUNTS, withoutZeros } from '../run-summary.js'
import type { Capture } from './captures.js'
import { type KeptIndexFacts, keepIndex } from './kept-index.js'
import type { CaptureRecords } from './reading.js'
import { removeResults, writeResultList } from './result-list.js'
import { placeOf, planResume, type ResumePlan } from './resume-plan.js'
import { type CaptureSummary, LISTING_VERSION, type RecordedReading, writeRecord } from './resume-record.js'
import { makeStateFolder, removeMadeLists } from './state-folder.js'

/** A capture that was read. Its record is written when the workers have finished it. */
interface PendingRecord {
  readonly number: number
  readonly inputs: readonly InputSummary[]
  /** Counts of the main thread. */
  readonly counts: Counts
}

const FAULT_TEXTS: readonly (readonly [number, Failure])[] = [
  [CaptureFault.OUTPUT, { kind: 'output', message: 'Files could not be written' }],
  [
    CaptureFault.HELD_MEMORY,
    { kind: 'run', message: 'Memory was full (limit held_memory, held_content or hashed_streams)' },
  ],
  [
    CaptureFault.OPEN_CONNECTIONS,
    { kind: 'run', message: 'Too many open connections (limit open_connections)' },
  ],
  [CaptureFault.STOPPED, { kind: 'run', message: 'The run ended before all was written' }],
]

/** A run with `--resume`: says that a capture was begun, and writes its record when it is complete. */
export class ResumedRun implements CaptureRecords {
  // Invariants: #converted has the captures that are converted, by number. #pending is in the order of numbers. #kept has the
  // paths of all kept index records, #keptFolders the folders in which the workers wrote those of this run.
  /** Counts of the captures that are left alone. */
  readonly earlier: Counts
  /** Warnings of the captures that are left alone. */
  readonly warnings: readonly string[]
  /** Records that could not be written. */
  readonly failures: Failure[] = []
  /** The run's temporary folder. Empty until it is made. */
  tempDir = ''
  readonly #config: Config
  readonly #converted: ResumePlan['converted']
  readonly #pending: PendingRecord[] = []
  /** Null until the workers start. */
  #counts: CaptureCounts | null = null
  readonly #parts: ResumePlan['parts']
  readonly #kept: string[]
  readonly #keptFolders = new Set<string>()

  private constructor(config: Config, { converted, parts, summaries, kept }: ResumePlan) {
    this.#config = config
    this.#converted = converted
    this.#parts = parts
    this.earlier = summaries.reduce((sum, { counts }) => addedUp(sum, counts), NO_COUNTS)
    this.warnings = summaries.flatMap(({ warnings }) => warnings)
    this.#kept = [...kept]
  }

  /** Decides which captures are converted. @throws OutputError */
  static async begin(planned: readonly Capture[], config: Config): Promise<ResumedRun> {
    return new ResumedRun(config, await planResume(planned, config))
  }

  get captures(): readonly Capture[] {
    return this.#converted.map(({ capture, facts }) => ({ ...capture, isRecorded: facts !== null }))
  }

  /** Begins a capture: removes the results of an earlier run, and writes that it was begun. @throws OutputError */
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

  /** All inputs in order, also those that are left alone. @param read The inputs that were read. */
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

  /** Paths of all index records, also of captures that are left alone. @param runs The paths of the workers' records. */
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
      removeMadeLists(dir) // before the record: beside a complete one nobody removes them
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

  // The record already says that the capture is not complete. If the reason cannot be written, that is enough.
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

const BEGUN = { complete: false, failures: [], results: null, index: null, summary: null } as const

function readingOf({ inputs }: Capture, { path, live: _, ...reading }: InputSummary): RecordedReading {
  return { input: inputs.findIndex((input) => shownPath(input.path) === path), ...reading }
}
