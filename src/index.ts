// Users of these types need the types of Node.js. `preserve` keeps this line in the declaration file.
/// <reference types="node" preserve="true" />
import type { Readable, Writable } from 'node:stream'
import { type ConvertOptions, toConfig } from './config/config.js'
import { ConfigError } from './errors.js'
import { refuseExisting } from './existing-outputs.js'
import type { Progress, RunHooks } from './pipeline/hooks.js'
import { runConversion } from './pipeline/run.js'
import type { Summary } from './summary.js'

export type { ConvertOptions, GapStyle, NumberOption, OverlapPolicy } from './config/config.js'
export type { LiveBackendChoice } from './config/live-options.js'
export type { ReadingOptions } from './config/options.js'
export {
  CaptureFormatError,
  type CaptureLocation,
  ConfigError,
  type ErrorKind,
  type Failure,
  InputError,
  LiveCaptureError,
  OutputError,
  ResourceError,
} from './errors.js'
export type { Connection, PayloadChunk, Side } from './library/connection.js'
export {
  type ConnectionIteration,
  type ConnectionsHooks,
  type ConnectionsOptions,
  connections,
} from './library/connections.js'
export type { Gap, IndexRecord } from './library/index-record.js'
export { type CapturePacket, type ReadCaptureHooks, readCapture } from './library/read-capture.js'
export type { Progress } from './pipeline/hooks.js'
export type {
  InputProblem,
  InputSummary,
  LiveSummary,
  PacketCounts,
  SkippedInput,
  SkippedInputs,
  SkipReason,
  Summary,
} from './summary.js'

/** Callbacks and streams that a caller may pass to a conversion. */
export interface ConvertHooks {
  /**
   * Aborting ends the run early: what was read so far is written, and the promise resolves with the summary. This is how
   * a live capture without a limit ends.
   */
  readonly signal?: AbortSignal | undefined
  /** Called a few times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** The byte stream for the input `-`. */
  readonly stdin?: Readable | undefined
  /** The stream to which `writeToConsole` and the index `-` write. */
  readonly stdout?: Writable | undefined
}

/**
 * Converts captures to connections, as the command `pcap2conn` does.
 *
 * @returns The run's totals. A run with problems resolves, too: check `failures`, and the `status` of each of `inputs`.
 *          A result with a failure of the kind `run` is not final: the same run may succeed later.
 * @throws ConfigError (as a rejection) when an option is invalid or needs a stream that `hooks` lacks. Nothing is
 *         written then.
 * @throws LiveCaptureError (as a rejection) when a live capture cannot begin.
 * @throws ResourceError (as a rejection) when the system refuses the memory.
 * @throws OutputError (as a rejection) when an output exists and must not be replaced, or cannot be created.
 */
export async function convert(options: ConvertOptions, hooks: ConvertHooks = {}): Promise<Summary> {
  const config = toConfig(options)
  if (config.inputs.includes('-') && hooks.stdin === undefined) {
    throw new ConfigError('Cannot use -r/--input-file -: the hook stdin is missing')
  }
  if ((config.toConsole || config.indexes.some(({ path }) => path === '-')) && hooks.stdout === undefined) {
    const option = config.toConsole ? '-c/--write-to-console' : '--index -'
    throw new ConfigError(`Cannot use ${option}: the hook stdout is missing`)
  }
  const beforeOutput = () => {
    refuseExisting([config.live?.recordingFile ?? config.recordingFile, config.zipFile], config.force)
    const indexes = config.indexes.map(({ path }) => path)
    refuseExisting(indexes, config.force || config.resume)
  }
  return runConversion(config, { ...runHooks(hooks), beforeOutput })
}

// Drops undefined hooks.
function runHooks({ signal, onProgress, stdin, stdout }: ConvertHooks): RunHooks {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(stdout === undefined ? {} : { stdout }),
  }
}
