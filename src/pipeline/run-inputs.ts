import { stat } from 'node:fs/promises'
import type { Config } from '../config.js'
import type { InputError } from '../errors.js'
import type { ByteSource } from '../input/byte-source.js'
import type { Decompression } from '../input/decompression.js'
import { expandInputs } from '../input/expand-inputs.js'
import type { Input } from '../input/input.js'
import { SkippedPaths } from '../input/skipped-paths.js'
import { systemPath } from '../system-path.js'
import { type Capture, numberedCaptures, planCaptures } from './captures.js'
import type { RunHooks } from './hooks.js'
import { InputOpener } from './input-opener.js'
import type { InputWatch } from './input-watch.js'
import type { LiveRun } from './live-run.js'
import type { MergedRun } from './merged-run.js'
import { refuseInputs } from './refuse-inputs.js'
import type { ResumedRun } from './resumed-run.js'

/** What a run reads. */
export interface RunInputs {
  readonly captures: readonly Capture[]
  /** Bytes of all inputs on disk; null: it cannot be known. */
  readonly bytesTotal: number | null
  /** Arguments that gave no input. */
  readonly problems: readonly InputError[]
  /** What was found besides; what turns out to be no capture is added. */
  readonly skipped: SkippedPaths
  /** Device and inode of inputs that a connection file could take the place of. */
  readonly exposed: ReadonlySet<string>
  readonly live: LiveRun | null
  readonly merged: MergedRun | null
  /** Which captures are left alone; null: none. */
  readonly resumed: ResumedRun | null
  /** Null: nobody is told of inputs that give nothing. */
  readonly watch: InputWatch | null
  /** Opens the captures' inputs, in their order. @throws InputError */
  readonly open: (input: Input) => ByteSource
  /** Closes what was opened. */
  readonly close: () => Promise<void>
}

/** The inputs of a live capture. */
export async function liveInputs(config: Config, live: LiveRun): Promise<RunInputs> {
  return {
    captures: await planCaptures([live.input], config),
    bytesTotal: null,
    problems: [],
    skipped: new SkippedPaths(),
    exposed: new Set(),
    live,
    merged: null,
    resumed: null,
    watch: null,
    open: () => live.source,
    close: () => live.source.close(),
  }
}

/**
 * Finds the files that a run reads, and in which order.
 *
 * @throws OutputError, ConfigError where the run cannot begin.
 */
export async function fileInputs(
  config: Config,
  hooks: RunHooks,
  decompression: Decompression,
  watch: InputWatch,
): Promise<RunInputs> {
  const { stdin } = hooks
  const outputFiles = outputFilesOf(config, hooks)
  const found = expandInputs(config.inputs, { folder: config.outputDir, files: outputFiles })
  const { inputs, problems, skipped, files, exposed } = found
  refuseInputs([...outputFiles, config.outputDir], files)
  const whole: Capture[] = [{ inputs, dir: config.outputDir, name: null }]
  const planEach = async () =>
    hooks.handoverDir === undefined
      ? await planCaptures(inputs, config, null, files)
      : numberedCaptures(inputs, config)
  const planned = config.perFile ? await planEach() : whole
  hooks.beforeOutput?.()
  const resumed = config.resume
    ? await (await import('./resumed-run.js')).ResumedRun.begin(planned, config)
    : null
  const left = resumed?.captures ?? planned
  const facts = {
    problems,
    skipped,
    exposed,
    live: null,
    resumed,
    watch,
    bytesTotal: await totalBytes(inputsOf(left)),
  }
  const isRecorded = left[0]?.isRecorded === true
  if (config.merge && inputsOf(left).length > 1) {
    const { MergedRun } = await import('./merged-run.js')
    const merged = MergedRun.open(inputsOf(left), config.limits.interfaces, decompression, stdin, watch.over)
    const captures = [{ inputs: [merged.input], dir: config.outputDir, name: null, isRecorded }]
    const { source } = merged
    return { ...facts, captures, merged, open: () => source, close: () => source.close() }
  }
  const captures =
    config.perFile || left.length === 0
      ? left
      : (await planCaptures(inputs, config, decompression, files, watch.over)).map((capture) => ({
          ...capture,
          isRecorded,
        }))
  const opener = new InputOpener(inputsOf(captures), decompression, stdin)
  const open = (input: Input) => watch.over(input, opener.open(input))
  return { ...facts, captures, merged: null, open, close: () => opener.close() }
}

function outputFilesOf({ indexes, summaryFile }: Config, { otherOutputs = [] }: RunHooks): string[] {
  const paths = [...indexes.map(({ path }) => path), summaryFile, ...otherOutputs]
  return paths.filter((path): path is string => path !== null && path !== '-')
}

function inputsOf(captures: readonly Capture[]): Input[] {
  return captures.flatMap(({ inputs }) => inputs)
}

async function totalBytes(inputs: readonly Input[]): Promise<number | null> {
  let total = 0
  for (const input of inputs) {
    if (input.kind !== 'file') return null
    total += await stat(systemPath(input.path)).then(
      ({ size }) => size,
      () => 0, // reported when it is read
    )
  }
  return total
}
