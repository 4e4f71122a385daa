import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, normalize } from 'node:path'
import { ConfigError, failureReason, InputError, inputErrorKind } from '../errors.js'
import { systemPath } from '../system-path.js'
import { OWN_NAMES } from './job-paths.js'

const FORMAT = 'pcap2conn job'
const VERSION = 1
const MOST_JSON_BYTES = 2 ** 29
const MOST_INPUTS = 4_000_000
const MOST_PARTS = 65_536
const MOST_NAME_BYTES = 255
const MOST_DEPTH = 2

/** Most tasks of a job. */
export const MOST_TASKS = 1_000_000
/** What the tasks of a job make: an archive, or the files of connections, too. */
export const RESULTS = ['archive', 'files'] as const
/** Options of a run that a manifest may name, with the values of the command line. */
const OPTIONS: ReadonlySet<string> = new Set(
  (
    'filter linkType noDecap decodeAs dedup key overlap tcpTimeout udpTimeout maxBytes noService hash ' +
    'separateSides writeMetadata json chunksHeader gaps pcap noPayload'
  ).split(' '),
)

/** A file that a job reads, as it was when the job was planned. */
export interface JobInput {
  /** Absolute. */
  readonly path: string
  readonly bytes: number
  /** Time of its last change, milliseconds since 1970. */
  readonly modified: number
  /** See `Fingerprint`. */
  readonly sha256: string
  /** Time of its first packet, seconds since 1970; null: unknown. */
  readonly first: number | null
}

/** Inputs whose connections are told together: one capture, or a piece of one. */
export interface JobCapture {
  /** Folder of its results, below that of the job; empty: that one. */
  readonly name: string
  /** The capture that it is a piece of, which may have later ones; null: it is whole. */
  readonly pieceOf: string | null
  readonly inputs: readonly JobInput[]
}

/** What a job is to do: the content of its manifest. */
export interface Manifest {
  /** Version of the program that planned it. */
  readonly program: string
  /** Options of the runs, unchecked, by their names in the library. */
  readonly options: Readonly<Record<string, unknown>>
  readonly results: (typeof RESULTS)[number]
  /** Parts of each capture: a task each. */
  readonly shards: number
  /** Tells one seed from another. */
  readonly seed: string
  readonly captures: readonly JobCapture[]
}

type Fields = Readonly<Record<string, unknown>>

/** Number of tasks. */
export function tasksOf({ captures, shards }: Pick<Manifest, 'captures' | 'shards'>): number {
  return captures.length * shards
}

/** The text of a manifest. */
export function manifestJson(manifest: Manifest): string {
  // Not as it is shown elsewhere: bytes of a path that are no UTF-8 must be had again.
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...manifest }, null, 1)}\n`
}

/** @throws InputError where the system lacks something to read it; ConfigError where it is none, or not as it must be. */
export function readManifest(path: string): Manifest {
  const refuse = (problem: string, cause?: unknown) =>
    new ConfigError(`Cannot use "${path}": ${problem}`, { cause })
  let text: string
  try {
    const stats = statSync(systemPath(path))
    if (!stats.isFile()) throw refuse('it is no file')
    if (stats.size > MOST_JSON_BYTES) throw refuse(`it has more than ${MOST_JSON_BYTES} bytes`)
    text = readFileSync(systemPath(path), 'utf8')
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    if (inputErrorKind(cause) !== 'run') throw refuse(failureReason(cause), cause)
    throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw refuse('it is no JSON', cause)
  }
  const problem = problemOf(json)
  if (problem !== null) throw refuse(problem)
  const { program, options, results, shards, seed, captures } = json as unknown as Manifest
  return { program, options, results, shards, seed, captures }
}

/** What is wrong with a manifest; null: nothing. */
function problemOf(json: unknown): string | null {
  if (!isObject(json) || json.format !== FORMAT) return 'it is not of a job'
  if (json.version !== VERSION) return `its version must be ${VERSION}`
  const { program, options, results, shards, seed, captures } = json
  if (typeof program !== 'string') return 'it does not say which version of the program has planned it'
  if (!isObject(options)) return 'it has no options'
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name))
  if (unknown !== undefined) return `a job cannot have the option ${JSON.stringify(unknown.slice(0, 40))}`
  if (!RESULTS.some((name) => name === results)) return `its results must be ${RESULTS.join(' or ')}`
  if (!isCount(shards) || shards < 1 || shards > MOST_PARTS) return `shards must be from 1 to ${MOST_PARTS}`
  if (typeof seed !== 'string' || !/^[0-9a-f]{8}$/.test(seed))
    return 'its seed is not described as it must be'
  if (!Array.isArray(captures) || captures.length === 0) return 'it has no captures'
  if (captures.length * shards > MOST_TASKS) return `it has more than ${MOST_TASKS} tasks`
  return capturesProblem(captures)
}

function capturesProblem(captures: readonly unknown[]): string | null {
  const names = new Set<string>()
  let inputs = 0
  for (const [i, capture] of captures.entries()) {
    if (!isObject(capture) || !Array.isArray(capture.inputs))
      return `capture ${i} is not described as it must be`
    const { name, pieceOf } = capture
    if (typeof name !== 'string' || (name === '' ? captures.length > 1 : nameProblem(name) !== null))
      return `capture ${i} has no name that a folder of results can have`
    if (pieceOf !== null && (typeof pieceOf !== 'string' || pieceOf.length > MOST_NAME_BYTES))
      return `capture ${i} is not described as it must be`
    if (names.has(name)) return `two captures have the name ${JSON.stringify(name)}`
    names.add(name)
    inputs += capture.inputs.length
    if (capture.inputs.length === 0) return `capture ${i} has no inputs`
    if (inputs > MOST_INPUTS) return `it has more than ${MOST_INPUTS} inputs`
    const wrong = capture.inputs.findIndex((input) => !isInput(input))
    if (wrong >= 0) return `input ${wrong} of capture ${i} is not described as it must be`
  }
  for (const name of names)
    if (name.includes('/') && names.has(name.slice(0, name.indexOf('/'))))
      return `"${name}" is in another capture`
  return null
}

/** Why no folder of results can have this name; null: one can. */
export function nameProblem(name: string): string | null {
  const parts = name.split('/')
  if (parts.length > MOST_DEPTH) return 'has too many parts'
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'is no name of a folder'
  if (/[\0\\]/.test(name)) return 'has a character that a name cannot have'
  if (parts.some((part) => Buffer.byteLength(part) > MOST_NAME_BYTES)) return 'is too long'
  if (OWN_NAMES.includes(parts[0]!) || parts[0]!.startsWith('.')) return 'is a name that jobs use themselves'
  return null
}

function isInput(value: unknown): value is JobInput {
  if (!isObject(value)) return false
  const { path, bytes, modified, sha256, first } = value
  return (
    typeof path === 'string' &&
    isAbsolute(path) &&
    normalize(path) === path &&
    !path.includes('\0') &&
    isCount(bytes) &&
    typeof modified === 'number' &&
    Number.isFinite(modified) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    (first === null || (typeof first === 'number' && Number.isFinite(first)))
  )
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
