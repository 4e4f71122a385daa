import type { Config } from '../config/config.js'
import { type Failure, failureOf } from '../errors.js'
import { makeOutputFolder } from '../output/make-output-folder.js'
import type { RunParts } from '../output/output.js'
import { blankOutputTotals, type OutputTotals } from '../output/output-totals.js'
import { outputsOf } from '../output/outputs.js'
import type { Summary } from '../summary.js'
import { shownConsoleStyle } from './console.js'
import { Conversion } from './conversion.js'
import { openFilesAllowed } from './descriptor-limit.js'
import { hashKey } from './hash-key.js'
import type { PacketFilter } from './line/packet-filter.js'
import { PacketRecorder } from './line/packet-recorder.js'
import type { WorkerResult } from './line/worker-task.js'
import { workerStarter } from './line/workers.js'
import { readAgainWith } from './read-again.js'
import { InputWatch } from './reading/input-watch.js'
import { refuseFilesRead } from './reading/refuse-inputs.js'
import { fileInputs, liveInputs, outputFilesOf, type RunInputs } from './reading/run-inputs.js'
import { type ConversionOutcome, NO_COUNTS, summarize } from './run-summary.js'
import type { TaskHooks } from './task-hooks.js'
import { TempFolder } from './temp-folder.js'
import { ThreadedDecompression } from './unpack/threaded-decompression.js'

/** A run takes one more worker for each so many bytes of input. */
const BYTES_PER_WORKER = 16 * 1024 * 1024
/** A run of fewer input bytes than this has no thread: its one worker is inline. */
const BYTES_PER_THREAD = 1024 * 1024
/** Up to so many workers are always started when they are asked for. */
const ALWAYS_STARTED = 8
/** Each further worker needs so many bytes of input, since a thread takes some 10 MB, whatever it does. */
const BYTES_PER_FURTHER_WORKER = 1024 * 1024

/**
 * Converts captures to connections: finds the inputs, starts the workers, feeds them, and puts the results together.
 *
 * @returns What was done. Problems of inputs and outputs are part of it; an interrupted run resolves too.
 * @throws OutputError, LiveCaptureError, or ConfigError (a filter that cannot be used), when the run cannot begin.
 */
export async function runConversion(config: Config, hooks: TaskHooks): Promise<Summary> {
  const startMs = performance.now()
  refuseFilesRead(outputFilesOf(config, hooks), hooks.filesRead ?? new Map())
  if (config.live === null) return convertFiles(config, hooks, startMs)
  const { LiveReading } = await import('./live/live-reading.js') // captures from files do without
  hooks.beforeOutput?.()
  const live = await LiveReading.open(config.live, config.force)
  hooks.onNotice?.(live.notice)
  try {
    return await convertInputs(config, hooks, await liveInputs(config, live), null, startMs)
  } finally {
    await live.close()
  }
}

async function convertFiles(config: Config, hooks: TaskHooks, startMs: number): Promise<Summary> {
  const filter = await compileFilter(config, hooks.signal)
  const decompression = new ThreadedDecompression()
  const watch = new InputWatch(hooks)
  try {
    const inputs = await fileInputs(config, hooks, decompression, watch)
    const earlier = hooks.earlierRun?.(inputs.inputs.map(({ path }) => path)) ?? null
    if (earlier !== null) return earlier
    return await convertInputs(config, hooks, inputs, filter, startMs).finally(() => inputs.reading.close())
  } finally {
    watch.stop()
    await decompression.close()
  }
}

/** Converts inputs that were found and opened. */
export async function convertInputs(
  config: Config,
  hooks: TaskHooks,
  inputs: RunInputs,
  filter: PacketFilter | null,
  startMs: number,
): Promise<Summary> {
  const { bytesTotal, problems, resumed, skipped } = inputs
  const maxOpenFiles = Math.min(config.maxOpenFiles, openFilesAllowed(config.workerCount))
  const workerCount = Math.min(chooseWorkers(config, bytesTotal), maxOpenFiles)
  const { zipFile } = config
  const hasFiles = zipFile === null && config.writeFiles && !(config.toConsole && !config.writeMetadata)
  if (hasFiles && inputs.captures.some((capture) => capture.inputs.length > 0))
    makeOutputFolder(config.outputDir)
  const isInline = !config.isWorkerCountFixed && bytesTotal !== null && bytesTotal < BYTES_PER_THREAD
  const startWorkers = await workerStarter(isInline)
  const temp = zipFile === null ? new TempFolder() : TempFolder.beside(zipFile)
  if (resumed !== null) resumed.tempDir = temp.path
  const recorder = config.recordingFile === null ? null : new PacketRecorder(config.recordingFile)
  try {
    const conversion = new Conversion(
      { ...config, workerCount, maxOpenFiles, consoleStyle: shownConsoleStyle(config, hooks) },
      inputs,
      hooks,
      {
        tempDir: temp.path,
        hashKey: hashKey(config.shard),
        filter,
        recorder,
        startWorkers,
      },
    )
    const outcome = await conversion.run()
    const later = blankOutputTotals()
    const recording = recorder === null ? [] : recorded(recorder, outcome.isComplete, later)
    const outputFailures = await finishOutputs(config, hooks, outcome, {
      tempFolder: temp.path,
      kept: resumed,
      inputs: outcome.inputFacts,
      isMerged: inputs.reading.isMerged ?? false,
      readAgain: readAgainWith(config.limits.interfaces),
      maxOpenFiles,
      workerCount,
      inputFiles: inputs.exposed,
      later,
      zipParts: [],
    })
    const leftover = temp.remove()
    const allInputs = resumed?.withSkipped(outcome.inputs) ?? outcome.inputs
    for (const { path, status } of allInputs) if (status === 'no_capture') skipped.add('not_capture', path)
    const failures: Failure[] = [
      ...problems.map(failureOf),
      ...noCaptures(allInputs),
      ...outcome.failures,
      ...(resumed?.failures ?? []),
      ...unwrittenFiles([...outcome.results, later]),
      ...forcedLosses(outcome.results),
      ...outputFailures,
      ...recording,
      ...(leftover === null ? [] : [failureOf(leftover)]),
    ]
    return summarize({
      ...outcome,
      later,
      inputs: allInputs,
      skipped: skipped.summary,
      seconds: (performance.now() - startMs) / 1000,
      workers: workerCount,
      earlier: resumed?.earlier ?? NO_COUNTS,
      warnings: [...(resumed?.warnings ?? []), ...outcome.warnings, ...warningsOf(outcome.results)],
      failures,
    })
  } finally {
    recorder?.abandon()
    temp.remove()
  }
}

// What was recorded gets its name, if it is all there is.
function recorded(recorder: PacketRecorder, isComplete: boolean, totals: OutputTotals): Failure[] {
  if (!isComplete) return [] // the run has failed, and says so
  try {
    recorder.publish()
    totals.files += 1
    totals.bytesWritten += recorder.written
    return []
  } catch (error) {
    return [failureOf(error as Error)]
  }
}

// What the workers have left of each output is put together.
async function finishOutputs(
  config: Config,
  { handoverDir, part, stdout }: TaskHooks,
  { results, isComplete }: ConversionOutcome,
  parts: Omit<RunParts, 'isComplete' | 'part' | 'stdout'>,
): Promise<readonly Failure[]> {
  const failures: Failure[] = []
  for (const [i, output] of outputsOf({ config, handoverDir: handoverDir ?? null }).entries()) {
    const workerParts = results.map((result) => result?.outputs[i]).filter((part) => part !== undefined)
    failures.push(
      ...((await output.finish?.(workerParts, { ...parts, isComplete, part: part ?? null, stdout })) ?? []),
    )
  }
  return failures
}

// Null if the run is interrupted while host names are looked up: it will read nothing.
async function compileFilter(
  { filter, linkType }: Config,
  signal: AbortSignal | undefined,
): Promise<PacketFilter | null> {
  if (filter === null) return null
  const { PacketFilter } = await import('./line/packet-filter.js') // its tables are not needed otherwise
  const interrupted = new Promise<null>((resolve) => {
    if (signal?.aborted) resolve(null)
    signal?.addEventListener('abort', () => resolve(null), { once: true })
  })
  return Promise.race([interrupted, PacketFilter.compile(filter, linkType === 'auto' ? null : linkType)])
}

// The failure of a run that found files, none of which is a capture.
function noCaptures(inputs: Summary['inputs']): Failure[] {
  const isNone = inputs.length > 0 && inputs.every(({ status }) => status === 'no_capture')
  const message = `No input is a capture: ${inputs.length} files were skipped`
  return isNone ? [{ kind: 'input', message }] : []
}

function warningsOf(results: readonly (WorkerResult | null)[]): string[] {
  return results.flatMap((result) => result?.warnings ?? [])
}

function countOf(results: readonly (WorkerResult | null)[], name: string): number {
  return results.reduce((sum, result) => sum + (result?.limits[name] ?? 0), 0)
}

// They were given up one by one: all else is done.
function unwrittenFiles(
  results: readonly (Pick<WorkerResult, 'failures' | 'failureTexts'> | null)[],
): Failure[] {
  const texts = results.flatMap((result) => result?.failureTexts ?? []).sort()
  const count = results.reduce((sum, result) => sum + (result?.failures ?? 0), 0)
  const more = count - texts.length
  if (more > 0) texts.push(`${more} more files could not be written`)
  return texts.map((message) => ({ kind: 'output', message }))
}

/** Limits whose losses depend on the memory and the number of workers, so that they are errors, and what was lost. */
const FORCED_LOSSES: readonly (readonly [string, (count: number) => string])[] = [
  [
    'held_memory',
    (gaps) => `Memory was full: ${gaps} gaps were given up early (limit held_memory; --memory raises it)`,
  ],
  [
    'open_connections',
    (count) => `Too many open connections: ${count} were ended early (limit open_connections)`,
  ],
  [
    'held_content',
    (count) => `Too many begun connections: ${count} times first bytes were not held (limit held_content)`,
  ],
  [
    'hashed_streams',
    (count) => `Too many open connections: ${count} streams were not hashed (limit hashed_streams)`,
  ],
]

function forcedLosses(results: readonly (WorkerResult | null)[]): Failure[] {
  return FORCED_LOSSES.flatMap(([name, textOf]) => {
    const count = countOf(results, name)
    return count > 0 ? [{ kind: 'run', message: textOf(count) }] : []
  })
}

function chooseWorkers(config: Config, bytesTotal: number | null): number {
  const { workerCount, isWorkerCountFixed } = config
  if (bytesTotal === null) return workerCount
  const useful = isWorkerCountFixed
    ? Math.max(ALWAYS_STARTED, Math.ceil(bytesTotal / BYTES_PER_FURTHER_WORKER))
    : Math.max(1, Math.ceil(bytesTotal / BYTES_PER_WORKER))
  return Math.min(workerCount, useful)
}
