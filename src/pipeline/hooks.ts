import type { Readable, Writable } from 'node:stream'

/** How far a run has come. */
export interface Progress {
  /** Bytes of the inputs (as on disk) read so far. */
  readonly bytesRead: number
  /** Bytes of all inputs; null while it cannot be known (standard input). */
  readonly bytesTotal: number | null
  readonly packets: number
  readonly connections: number
  /** The input being read, as the user gave it. */
  readonly input: string
  /** Packets that a live capture has lost so far, where they are counted. */
  readonly dropped?: number
  /** Seconds for which `input` has given nothing though it is waited for; absent up to 30 s. */
  readonly silentSec?: number
}

/** What a caller may attach to a run. */
export interface RunHooks {
  /** Aborting ends the run early: what was received is written, and the run resolves. */
  readonly signal?: AbortSignal
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void
  /** Files that the caller makes after the run: never inputs. */
  readonly otherOutputs?: readonly string[]
  /** Called when the inputs are known and before anything is written. What it throws ends the run. */
  readonly beforeOutput?: () => void
  /** Connections are handed over to a program as they finish (`output/handover/`): the folder for the workers' logs. */
  readonly handoverDir?: string
  /** Waited for now and then: whoever takes what the run makes may hold it up. Must resolve when `signal` is aborted. */
  readonly keepUp?: () => Promise<void>
  /** Told what is to be known and is no problem: of a live capture when it has begun, of a pipe that gives nothing. */
  readonly onNotice?: (text: string) => void
  /** Told of a file that gives nothing though it is read, once for each. */
  readonly onSilence?: (text: string) => void
  /** What the input `-` reads. */
  readonly stdin?: Readable
  /** Where `-c` and `--index -` write. */
  readonly stdout?: Writable
  /** `stdout` is a terminal: payload is shown escaped. */
  readonly isTerminal?: boolean
  /** … and whoever looks at it wants colours. */
  readonly isColoured?: boolean
}
