import type { MessagePort } from 'node:worker_threads'
import type { CaptureReader } from '../../capture/capture-reader.js'
import type { CaptureFormatError, Failure, InputError } from '../../errors.js'
import type { ByteSource } from '../../input/byte-source.js'
import type { CreateReader } from '../../input/capture-windows.js'
import type { Input } from '../../input/input.js'
import type { InputProblem, InputSummary } from '../../summary.js'
import { shownPath } from '../../system-path.js'
import type { Progress } from '../hooks.js'
import type { CaptureProgress } from '../line/capture-progress.js'
import type { Dispatcher } from '../line/dispatcher.js'
import type { CountedFacts } from '../run-summary.js'
import { isPassedOver, problemsOf, statusOf } from './input-problems.js'

/** How far an input was read. */
export interface InputRead {
  readonly input: Input
  /** Null: it could not be opened. */
  readonly source: ByteSource | null
  /** Null: it was not even known to be a capture. */
  readonly reader: CaptureReader | null
  /** What ended the reading early; null: nothing did. */
  readonly error: CaptureFormatError | InputError | null
  readonly packets: number
  /** The reader came to its end. */
  readonly isWhole: boolean
  /** Nothing is known to follow: standard input ends where it is interrupted. */
  readonly isAll: boolean
  /** What a filter says of its packets. */
  readonly filterProblems: readonly InputProblem[]
}

/** What became of an input: of each of its parts where it stands for several. */
export interface InputReport {
  readonly summaries: readonly InputSummary[]
  readonly readers: readonly CaptureReader[]
  /** It was read as far as it ever can be. */
  readonly isDone: boolean
}

/**
 * The inputs of a run, with one interface for files read in order, for merged files, and for a live capture.
 */
export interface Reading {
  /** Inputs that are read, each of those that are merged. */
  readonly inputCount: number
  /** Makes the reader of a capture; absent: by its content. */
  readonly createReader?: CreateReader<CaptureReader>
  /** Opens the inputs of the captures, in their order. @throws InputError */
  open(input: Input): ByteSource
  report(read: InputRead): InputReport
  /**
   * Ends the reading when the run is interrupted, so that what has come by then is still read. Absent: the read under
   * way is cut off.
   */
  interrupt?(): void
  /** The first capture begins. */
  start?(dispatcher: Dispatcher): void
  /** Nothing more is read. Returns what went wrong besides. */
  end?(): readonly Failure[]
  /** What is shown with the progress besides. */
  readonly progress?: Partial<Progress> | null
  /** Closes what was opened. */
  close(): Promise<void>
}

/** What is kept of a run for the next one with the same command. */
export interface CaptureRecords {
  /** The workers' ends of what brings their counts here, to be transferred to them. */
  countsPorts(workerCount: number): readonly MessagePort[]
  /** The capture with this number is next. @throws OutputError */
  start(number: number): void
  /**
   * Nothing more is read of it.
   *
   * @param inputs  What became of its inputs; null: not all was read.
   * @param counted What the main thread has counted of the run.
   */
  read(number: number, inputs: readonly InputSummary[] | null, counted: CountedFacts): void
  /** Writes the records of captures that the workers have finished since. */
  writeRecords(progress: CaptureProgress): Promise<void>
  /** The run is over. */
  close(): void
}

/** Nothing is kept. */
export const NO_RECORDS: CaptureRecords = {
  countsPorts: () => [],
  start() {},
  read() {},
  async writeRecords() {},
  close() {},
}

/** What became of an input that stands for itself. */
export function reportOf(read: InputRead): InputReport {
  const { input, source, reader, error, packets, isWhole, isAll, filterProblems } = read
  const isPassed = isPassedOver(input, { source, error })
  const problems = [...(isPassed ? [] : problemsOf({ source, reader, error })), ...filterProblems]
  const summary: InputSummary = {
    path: shownPath(input.path),
    bytes: source?.bytesRead ?? 0,
    packets,
    status: isPassed ? 'no_capture' : statusOf(isAll, packets, problems),
    problems,
    dropped: reader?.droppedPackets ?? 0,
  }
  return {
    summaries: [summary],
    readers: reader === null ? [] : [reader],
    isDone: isPassed || (isWhole && source?.problem?.isOfSystem !== true),
  }
}
