import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DEFAULT_LIMITS } from '../config/config.js'
import { shown } from '../config/option-values.js'
import { ConfigError, failureReason, InputError, NoCaptureError, OutputError } from '../errors.js'
import { expandInputs } from '../input/expand-inputs.js'
import { fingerprint } from '../input/fingerprint.js'
import type { Input } from '../input/input.js'
import { type FirstTime, firstTimes, inFirstOrder } from '../input/order-inputs.js'
import { makeFolders } from '../make-folders.js'
import { isPassedOver } from '../pipeline/reading/input-problems.js'
import { ThreadedDecompression } from '../pipeline/unpack/threaded-decompression.js'
import type { SkippedInputs } from '../summary.js'
import { systemPath } from '../system-path.js'
import { packageVersion } from '../version.js'
import { seedMark, wholeConfig } from './job.js'
import { jobPaths } from './job-paths.js'
import {
  type JobCapture,
  type JobInput,
  type Manifest,
  MOST_TASKS,
  manifestJson,
  nameProblem,
  tasksOf,
} from './manifest.js'
import { type NamedPattern, namedPattern } from './placeholders.js'
import { PrivateFolder } from './private-folder.js'

const SEED_BYTES = 32
const SEED_MODE = 0o600

/** What is to be planned. */
export interface JobRequest {
  /** The folder of the job. */
  readonly folder: string
  /** Captures: files, folders, patterns, also with named parts. */
  readonly inputs: readonly string[]
  /** Options of a run, see `Manifest.options`. */
  readonly options: Readonly<Record<string, unknown>>
  readonly results: Manifest['results']
  readonly shards: number
  /** Named part that tells captures apart; null: all inputs are one. */
  readonly capture: string | null
  /** Named part that tells pieces of a capture apart; null: it is whole. */
  readonly pieces: string | null
}

/** A job, as it would be. */
export interface JobPlan {
  readonly manifest: Omit<Manifest, 'seed'>
  readonly skipped: SkippedInputs
}

/**
 * Finds the inputs of a job, opens each once, and shares them out.
 *
 * @throws ConfigError; InputError where an input is missing or cannot be read.
 */
export async function planJob(request: JobRequest): Promise<JobPlan> {
  const patterns = request.inputs.map((text) => namedPattern(text))
  const groupOf = grouping(request, patterns)
  const args = request.inputs.map((text, i) => patterns[i]?.glob ?? text)
  const { inputs: all, problems, skipped } = expandInputs(args, { folder: request.folder, files: [] })
  const [problem] = problems
  if (problem !== undefined) throw problem
  const stream = all.find(({ kind }) => kind !== 'file')
  if (stream !== undefined)
    throw new ConfigError(`Cannot plan a job with "${stream.path}": it can be read only once`)
  const decompression = new ThreadedDecompression()
  const found = await firstTimes(all, { maxInterfaces: DEFAULT_LIMITS.interfaces }, decompression).finally(
    () => decompression.close(),
  )
  const times = new Map<Input, FirstTime | null>()
  for (const [i, input] of all.entries()) {
    const time = found[i] ?? null
    const failure = input.failure ?? (time instanceof InputError ? time : null)
    if (failure !== null) throw failure
    const error = time instanceof NoCaptureError ? time : null
    if (isPassedOver(input, { source: null, error })) skipped.add('not_capture', input.path)
    else times.set(input, error === null ? (time as FirstTime | null) : null)
  }
  if (times.size === 0)
    throw new InputError('No input is a capture: there is nothing to plan', request.folder)
  const captures = capturesOf(times, groupOf)
  const { options, results, shards } = request
  const manifest = { program: packageVersion(), options, results, shards, captures }
  if (tasksOf(manifest) > MOST_TASKS)
    throw new ConfigError(`Cannot plan ${tasksOf(manifest)} tasks: a job has at most ${MOST_TASKS}`)
  wholeConfig({ ...manifest, seed: '' })
  return { manifest, skipped: skipped.summary }
}

interface Group {
  readonly name: string
  readonly pieceOf: string | null
}

// Says to which capture, and piece of it, an input belongs.
function grouping(
  { capture, pieces, inputs }: JobRequest,
  patterns: readonly (NamedPattern | null)[],
): (path: string) => Group {
  const asked = [
    ['--capture', capture],
    ['--pieces', pieces],
  ] as const
  for (const [option, name] of asked) {
    if (name === null) continue
    const lacking = patterns.findIndex((pattern) => pattern?.names.has(name) !== true)
    if (lacking >= 0)
      throw new ConfigError(
        `Cannot use ${option} ${shown(name)}: ${shown(inputs[lacking])} has no part {${name}}`,
      )
  }
  if (capture !== null && capture === pieces)
    throw new ConfigError(`Cannot use --pieces ${shown(pieces)}: --capture has the same value`)
  return (path) => {
    const values = patterns.map((pattern) => pattern?.valuesOf(path)).find((found) => (found?.size ?? 0) > 0)
    const parts = asked.flatMap(([, name]) => (name === null ? [] : [values?.get(name) ?? '']))
    const name = parts.join('/')
    const problem = parts.length === 0 ? null : nameProblem(name)
    if (problem !== null)
      throw new ConfigError(
        `Cannot plan "${path}": the name of its results, ${JSON.stringify(name)}, ${problem}`,
      )
    return { name, pieceOf: pieces === null ? null : capture === null ? '' : parts[0]! }
  }
}

function capturesOf(
  times: ReadonlyMap<Input, FirstTime | null>,
  groupOf: (path: string) => Group,
): JobCapture[] {
  const groups = new Map<string, Group & { readonly inputs: Input[] }>()
  for (const input of times.keys()) {
    const group = groupOf(input.path)
    const known = groups.get(group.name)
    if (known === undefined) groups.set(group.name, { ...group, inputs: [input] })
    else known.inputs.push(input)
  }
  const sorted = [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return sorted.map(({ name, pieceOf, inputs }) => {
    const found = inputs.map((input) => times.get(input) ?? null)
    const ordered = inFirstOrder(inputs, found)
    return { name, pieceOf, inputs: ordered.map((input) => described(input, times.get(input) ?? null)) }
  })
}

function described({ path }: Input, first: FirstTime | null): JobInput {
  const mark = fingerprint(path)
  if (mark === null) throw new InputError(`Cannot read "${path}": it has gone, or is no file`, path)
  const modified = statSync(systemPath(path)).mtimeMs
  return {
    path: resolve(path),
    ...mark,
    modified,
    first: first === null ? null : first.sec + first.nsec / 1e9,
  }
}

/**
 * Makes the folder of a job, which appears when it is complete.
 *
 * @param seed Text, or the path of a file with it; null: it is drawn.
 * @throws OutputError where a folder with that name is not empty; ConfigError for the seed.
 */
export function makeJob(
  folder: string,
  { manifest }: JobPlan,
  seed: { readonly text: string } | { readonly file: string } | null,
): void {
  refuseUsed(folder)
  try {
    makeFolders(dirname(resolve(folder)))
  } catch (cause) {
    throw new OutputError(`Cannot make "${dirname(folder)}": ${failureReason(cause)}`, folder, { cause })
  }
  const made = new PrivateFolder(dirname(resolve(folder)), 'pcap2conn-job')
  const paths = jobPaths(made.path)
  try {
    const text =
      seed === null
        ? randomBytes(SEED_BYTES).toString('hex')
        : 'text' in seed
          ? seed.text
          : readSeed(seed.file)
    writeFileSync(systemPath(paths.seed), text, { flag: 'wx', mode: SEED_MODE })
    chmodSync(systemPath(paths.seed), SEED_MODE) // whatever the umask
    mkdirSync(systemPath(paths.tasks))
    const whole: Manifest = { ...manifest, seed: seedMark(paths.seed) }
    writeFileSync(systemPath(paths.manifest), manifestJson(whole), { flag: 'wx' })
    if (!made.tryPublish(resolve(folder))) refuseUsed(folder)
  } catch (cause) {
    made.remove()
    if (cause instanceof OutputError || cause instanceof ConfigError) throw cause
    throw new OutputError(`Cannot write "${folder}": ${failureReason(cause)}`, folder, { cause })
  }
}

function readSeed(path: string): Buffer {
  seedMark(path) // checks it
  return readFileSync(systemPath(path))
}

function refuseUsed(folder: string): void {
  let names: readonly string[]
  try {
    names = readdirSync(systemPath(folder))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new OutputError(`Cannot use "${folder}" for a job: ${failureReason(cause)}`, folder, { cause })
  }
  if (names.length > 0)
    throw new OutputError(`Cannot use "${folder}" for a job: the folder is not empty`, folder)
}
