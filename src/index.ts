import { type ConvertOptions, toConfig } from './config.js'
import { refuseExisting } from './existing-outputs.js'
import type { Progress, RunHooks } from './pipeline/hooks.js'
import { runConversion } from './pipeline/run.js'
import type { Summary } from './summary.js'

export type { ConvertOptions, GapStyle, NumberOption, OverlapPolicy } from './config.js'
export { CaptureFormatError, type CaptureLocation, ConfigError, OutputError } from './errors.js'
export type { Progress } from './pipeline/hooks.js'
export type { InputProblem, InputSummary, PacketCounts, Summary } from './summary.js'

/** What a caller may attach to a conversion. */
export interface ConvertHooks {
  /** Aborting ends the run early: what was received is written, and the summary of that resolves. */
  readonly signal?: AbortSignal | undefined
  /** Called a few times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * Turns captures into connections, as the command `pcap2conn` does.
 *
 * @returns The run's totals. A run with problems resolves: look at `errors` and at the `status` of each of `inputs`.
 * @throws ConfigError (as rejection) when an option has a value that cannot be used; nothing is written then.
 * @throws OutputError (as rejection) when an output exists and must not be touched, or cannot be made.
 */
export async function convert(options: ConvertOptions, hooks: ConvertHooks = {}): Promise<Summary> {
  const config = toConfig(options)
  refuseExisting([config.indexFile], config.force)
  return runConversion(config, runHooks(hooks))
}

function runHooks({ signal, onProgress }: ConvertHooks): RunHooks {
  return { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) }
}
