import type { Config } from '../config.js'
import { type Failure, failureOf, OutputError } from '../errors.js'
import type { InputSummary } from '../summary.js'
import { CaptureFault, type CaptureProgress } from './capture-progress.js'
import type { Capture } from './captures.js'
import {
  areEqual,
  type CaptureFacts,
  connectionFilesIn,
  factsOf,
  readRecord,
  removeConnectionFiles,
  writeRecord,
} from './resume-record.js'

/** A capture that was read, whose record is written when the workers have finished it. */
interface PendingRecord {
  readonly number: number
  readonly problems: readonly InputSummary['problems'][]
}

/**
 * The records of a run with `--resume`: which captures are left alone, which are converted, and when they are complete.
 */
export class ResumedRun {
  // Invariants: #facts[n] are those of the n-th capture that is converted; null: it gets no record. #pending are in the
  // order of their numbers.
  readonly captures: readonly Capture[]
  /** Inputs that are left alone. */
  readonly skipped: readonly InputSummary[]
  /** Records that could not be written. */
  readonly failures: Failure[] = []
  readonly #facts: readonly (CaptureFacts | null)[]
  readonly #pending: PendingRecord[] = []

  private constructor(
    captures: readonly Capture[],
    facts: readonly (CaptureFacts | null)[],
    skipped: readonly InputSummary[],
  ) {
    this.captures = captures
    this.#facts = facts
    this.skipped = skipped
  }

  /**
   * Looks which captures are to be converted, and removes what an earlier run left of those.
   *
   * @throws OutputError
   */
  static begin(planned: readonly Capture[], config: Config): ResumedRun {
    const captures: Capture[] = []
    const allFacts: (CaptureFacts | null)[] = []
    const skipped: InputSummary[] = []
    for (const capture of planned) {
      const facts = factsOf(capture.inputs, config)
      const record = facts === null ? null : readRecord(capture.dir)
      if (facts !== null && record?.complete && areEqual(facts, record)) {
        skipped.push(...capture.inputs.map(({ path }, i) => skippedInput(path, record.problems[i] ?? [])))
        continue
      }
      if (facts !== null && record !== null && !config.force) refuseOthers(capture.dir, facts, record)
      captures.push(capture)
      // Connection files without a record are not ours: they stay, and the capture gets none.
      const isOurs = record !== null || connectionFilesIn(capture.dir).length === 0
      allFacts.push(isOurs ? facts : null)
      if (facts === null || !isOurs) continue
      writeRecord(capture.dir, { ...facts, complete: false, problems: [] })
      if (record !== null) removeConnectionFiles(capture.dir)
    }
    return new ResumedRun(captures, allFacts, skipped)
  }

  /** A capture was read, as far as it can be. */
  read(number: number, inputs: readonly InputSummary[]): void {
    this.#pending.push({ number, problems: inputs.map(({ problems }) => problems) })
  }

  /** Writes the records of captures that the workers have finished since. */
  writeRecords(progress: CaptureProgress): void {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      if (!progress.isFinished(next.number)) return
      this.#pending.shift()
      if (progress.faults(next.number) === CaptureFault.NONE) this.#writeRecord(next)
    }
  }

  #writeRecord({ number, problems }: PendingRecord): void {
    const facts = this.#facts[number]
    const dir = this.captures[number]?.dir
    if (facts == null || dir === undefined) return
    try {
      writeRecord(dir, { ...facts, complete: true, problems })
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      this.failures.push(failureOf(error))
    }
  }
}

// Results of inputs that are not converted now would be lost.
function refuseOthers(dir: string, facts: CaptureFacts, record: CaptureFacts): void {
  const names = new Set(facts.inputs.map(({ name }) => name))
  const other = record.inputs.find(({ name }) => !names.has(name))
  if (other === undefined) return
  const problem = `the folder "${dir}" has results of "${other.name}", which is no input now`
  throw new OutputError(
    `Cannot use --resume: ${problem} (-o names another folder, --force replaces them)`,
    dir,
  )
}

function skippedInput(path: string, problems: InputSummary['problems']): InputSummary {
  return { path, bytes: 0, packets: 0, status: 'skipped', problems, dropped: 0 }
}
