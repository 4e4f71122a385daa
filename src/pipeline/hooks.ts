import type { Readable, Writable } from 'node:stream'
import type { Summary } from '../summary.js'

/** The progress of a run. */
export interface Progress {
  /** Bytes of the inputs (as on disk) read so far. */
  readonly bytesRead: number
  /** Bytes of all inputs; null when unknown (standard input). */
  readonly bytesTotal: number | null
  readonly packets: number
  readonly connections: number
  /** The input being read, as the user gave it. */
  readonly input: string
  /** Packets lost so far by a live capture, if they are counted. */
  readonly dropped?: number
  /** Seconds for which a read of `input` has returned nothing; absent up to 30 s. */
  readonly silentSec?: number
}

/** Callbacks and streams that a caller may pass to a run. */
export interface RunHooks {
  /** Aborting ends the run early: what was read is written, and the run resolves. */
  readonly signal?: AbortSignal
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void
  /** Files that the caller writes after the run, which must not be inputs. */
  readonly otherOutputs?: readonly string[]
  /** Files that the caller has read for the run, by what they are: nothing is written in their place. */
  readonly filesRead?: ReadonlyMap<string, string>
  /** Called when the inputs are known and before anything is written. An error that it throws ends the run. */
  readonly beforeOutput?: () => void
  /**
   * Called with the paths of the inputs, in the order in which they are read, when these are known. A summary that it returns is that of
   * an earlier run whose results stand: nothing is done then.
   */
  readonly earlierRun?: (paths: readonly string[]) => Summary | null
  /** Folder for the workers' logs, to hand connections over to a program as they finish (`output/handover/`). */
  readonly handoverDir?: string
  /** Awaited regularly, so that the consumer of the results can pause the run. Must resolve when `signal` is aborted. */
  readonly keepUp?: () => Promise<void>
  /** Receives notices that are not problems: a live capture has begun, or a pipe yields nothing. */
  readonly onNotice?: (text: string) => void
  /** Receives one message for each file whose read yields nothing for long. */
  readonly onSilence?: (text: string) => void
  /** The stream for the input `-`. */
  readonly stdin?: Readable
  /** The stream to which `-c` and `--index -` write. */
  readonly stdout?: Writable
  /** True when `stdout` is a terminal. Payload is escaped then. */
  readonly isTerminal?: boolean
  /** True when `stdout` is a terminal that shall show colours. */
  readonly isColoured?: boolean
}
