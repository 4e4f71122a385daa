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
  /** Files that the caller has read for the run, by what they are: nothing is written in their place. */
  readonly filesRead?: ReadonlyMap<string, string>
  /** Called when the inputs are known and before anything is written. What it throws ends the run. */
  readonly beforeOutput?: () => void
  /** Connections are handed over to a program as they finish (`output/handover/`): the folder for the workers' logs. */
  readonly handoverDir?: string
  /** Awaited now and then: whoever takes the results can make the run wait. Must resolve when `signal` is aborted. */
  readonly keepUp?: () => Promise<void>
  /** Gets messages that are no problems: that a live capture has begun, or that a pipe gives nothing. */
  readonly onNotice?: (text: string) => void
  /** Gets one message for each file that gives nothing though it is read. */
  readonly onSilence?: (text: string) => void
  /** What the input `-` reads. */
  readonly stdin?: Readable
  /** Where `-c` and `--index -` write. */
  readonly stdout?: Writable
  /** `stdout` is a terminal: payload is shown escaped. */
  readonly isTerminal?: boolean
  /** `stdout` is a terminal, and colours are wanted. */
  readonly isColoured?: boolean
}
