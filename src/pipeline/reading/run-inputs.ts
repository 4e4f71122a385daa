import { fstatSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { archivePaths } from '../../archive-paths.js'
import type { Config } from '../../config/config.js'
import { ConfigError, type InputError } from '../../errors.js'
import type { Decompression } from '../../input/decompression.js'
import type { ExpandedInputs } from '../../input/expand-inputs.js'
import { identityOf } from '../../input/folder-entries.js'
import type { Input } from '../../input/input.js'
import { SkippedPaths } from '../../input/skipped-paths.js'
import { wantsPlaces } from '../../output/outputs.js'
import type { Selection } from '../../output/selection.js'
import { systemPath } from '../../system-path.js'
import type { RunHooks } from '../hooks.js'
import { type Capture, numberedCaptures, planCaptures } from './captures.js'
import { InputOpener } from './input-opener.js'
import type { InputWatch } from './input-watch.js'
import { type Reading, reportOf } from './reading.js'
import { refuseInputs } from './refuse-inputs.js'
import type { ResumedRun } from './resumed-run.js'

/** What a run reads. */
export interface RunInputs {
  readonly captures: readonly Capture[]
  /** In the order of their numbers, each of those that are merged. */
  readonly inputs: readonly Input[]
  /** Bytes of all inputs on disk; null: unknown. */
  readonly bytesTotal: number | null
  /** Arguments that gave no input. */
  readonly problems: readonly InputError[]
  /** Counts of other things found. Files that turn out to be no capture are added. */
  readonly skipped: SkippedPaths
  /** `device:inode` of inputs, which no connection file may replace. */
  readonly exposed: ReadonlySet<string>
  readonly reading: Reading
  /** Records of `--resume`; null without that option. */
  readonly resumed: ResumedRun | null
  /** The connections that are written; absent: all. */
  readonly selection?: Selection
}

/** The inputs of a live capture. */
export async function liveInputs(
  config: Config,
  live: Reading & { readonly input: Input },
): Promise<RunInputs> {
  return {
    captures: await planCaptures([live.input], config),
    inputs: [live.input],
    bytesTotal: null,
    problems: [],
    skipped: new SkippedPaths(),
    exposed: new Set(),
    reading: live,
    resumed: null,
  }
}

/**
 * Finds the files that a run reads, and their order.
 *
 * @throws OutputError, ConfigError when the run cannot begin.
 */
export async function fileInputs(
  config: Config,
  hooks: RunHooks,
  decompression: Decompression,
  watch: InputWatch,
): Promise<RunInputs> {
  const { stdin } = hooks
  const outputFiles = outputFilesOf(config, hooks)
  const { expandInputs } = await import('../../input/expand-inputs.js') // get does without patterns
  const found = expandInputs(config.inputs, { folder: config.outputDir, files: outputFiles })
  const { inputs, problems, skipped, files, exposed } = found
  const stdinFile = inputs.find(({ kind }) => kind === 'stdin')
  if (stdinFile !== undefined) addRedirected(stdin, stdinFile, found)
  const stream = inputs.find(({ kind }) => kind !== 'file')
  if (stream !== undefined && (config.mapDir !== null || config.pcap)) {
    const option = config.pcap ? '--pcap' : '--map'
    throw new ConfigError(`Cannot use ${option} with "${stream.path}": it can be read only once`)
  }
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
    resumed,
    bytesTotal: await totalBytes(inputsOf(left)),
  }
  const isRecorded = left[0]?.isRecorded === true
  if (config.merge && inputsOf(left).length > 1) {
    const { MergedReading } = await import('./merged-reading.js')
    const hasPlaces = wantsPlaces({ config, handoverDir: hooks.handoverDir ?? null })
    const reading = MergedReading.open(inputsOf(left), config, hasPlaces, decompression, stdin, watch)
    const captures = [{ inputs: [reading.input], dir: config.outputDir, name: null, isRecorded }]
    return { ...facts, captures, inputs: inputsOf(left), reading }
  }
  const captures =
    config.perFile || left.length === 0
      ? left
      : (await planCaptures(inputs, config, decompression, files, watch.over)).map((capture) => ({
          ...capture,
          isRecorded,
        }))
  const ordered = inputsOf(captures)
  const opener = new InputOpener(ordered, decompression, stdin)
  return { ...facts, captures, inputs: ordered, reading: filesReading(opener, ordered.length, watch) }
}

// A file that standard input is redirected from is an input like a named one.
function addRedirected(stdin: Readable | undefined, input: Input, { files, exposed }: ExpandedInputs): void {
  if (stdin === undefined || !('fd' in stdin) || typeof stdin.fd !== 'number') return
  const stats = fstatSync(stdin.fd, { bigint: true })
  if (!stats.isFile()) return
  files.set(identityOf(stats), input)
  exposed.add(identityOf(stats))
}

/** Files, and standard input, one after the other. */
function filesReading(opener: InputOpener, inputCount: number, watch: InputWatch): Reading {
  return {
    inputCount,
    open: (input) => watch.over(input, opener.open(input)),
    report: reportOf,
    get progress() {
      return watch.silent
    },
    close: () => opener.close(),
  }
}

/** The files that options name to be written. */
export function outputFilesOf(
  { indexes, summaryFile, conflictsFile, objectsFile, mapDir, zipFile, live, recordingFile }: Config,
  hooks: RunHooks,
): string[] {
  const paths = [
    ...indexes.map(({ path }) => path),
    summaryFile,
    conflictsFile,
    objectsFile,
    zipFile,
    live?.recordingFile ?? recordingFile,
  ]
  if (mapDir !== null) paths.push(...Object.values(archivePaths(mapDir)))
  paths.push(...(hooks.otherOutputs ?? []))
  return paths.filter((path): path is string => path !== null && path !== '-')
}

/** The inputs of captures, in the order in which they are read. */
export function inputsOf(captures: readonly Capture[]): Input[] {
  return captures.flatMap(({ inputs }) => inputs)
}

async function totalBytes(inputs: readonly Input[]): Promise<number | null> {
  let total = 0
  for (const input of inputs) {
    if (input.kind !== 'file') return null
    total += await stat(systemPath(input.path)).then(
      ({ size }) => size,
      () => 0, // read() reports it
    )
  }
  return total
}
