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
  /** The reader has reached its end. */
  readonly isWhole: boolean
  /** Nothing is known to follow. Standard input ends where it is interrupted. */
  readonly isAll: boolean
  /** Note of the filter about the input's packets. */
  readonly filterProblems: readonly InputProblem[]
}

/** Results of an input. A merged input has one for each of its parts. */
export interface InputReport {
  readonly summaries: readonly InputSummary[]
  readonly parts: readonly Pick<InputRead, 'input' | 'source' | 'reader'>[]
  /** Reading it again would give no more. */
  readonly isDone: boolean
}

/**
 * The inputs of a run: files in order, merged files, or a live capture.
 */
export interface Reading {
  /** Inputs that are read, each of those that are merged. */
  readonly inputCount: number
  /** Makes the reader of a capture. Absent: the content decides. */
  readonly createReader?: CreateReader<CaptureReader>
  /** The link types of its packets are known: captures are taken at their word. */
  readonly knowsLinkTypes?: true
  /** Its inputs are read as one. */
  readonly isMerged?: true
  /** Opens the next input of the captures. @throws InputError */
  open(input: Input): ByteSource
  report(read: InputRead): InputReport
  /**
   * Ends the input when the run is interrupted; what has arrived by then is still read. Absent: the pending read is cut
   * off.
   */
  interrupt?(): void
  /** Called when the first capture begins. */
  start?(dispatcher: Dispatcher): void
  /** Called when nothing more is read. @returns Other failures. */
  end?(): readonly Failure[]
  /** Text beside the progress. */
  readonly progress?: Partial<Progress> | null
  /** Closes all that is open. */
  close(): Promise<void>
}

/** Records for the next run with the same command. */
export interface CaptureRecords {
  /** Ports that are transferred to the workers, which send their counts through them. */
  countsPorts(workerCount: number): readonly MessagePort[]
  /** Begins the capture with this number. @throws OutputError */
  start(number: number): void
  /**
   * Says that nothing more is read of a capture.
   *
   * @param inputs  Results of its inputs; null: not all was read.
   * @param counted Counts of the main thread so far.
   */
  read(number: number, inputs: readonly InputSummary[] | null, counted: CountedFacts): void
  /** Writes the records of captures that the workers have finished since the last call. */
  writeRecords(progress: CaptureProgress): Promise<void>
  /** Called when the run is over. */
  close(): void
}

/** For a run that keeps no records. */
export const NO_RECORDS: CaptureRecords = {
  countsPorts: () => [],
  start() {},
  read() {},
  async writeRecords() {},
  close() {},
}

/** Results of an input that is not merged. @param found Its problems. */
export function reportOf(read: InputRead, found: readonly InputProblem[] = problemsOf(read)): InputReport {
  const { input, source, reader, error, packets, isWhole, isAll, filterProblems } = read
  const isPassed = isPassedOver(input, { source, error })
  const problems = [...(isPassed ? [] : found), ...filterProblems]
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
    parts: [{ input, source, reader }],
    isDone: isPassed || (isWhole && source?.problem?.isOfSystem !== true),
  }
}
