import { availableParallelism } from 'node:os'
import { type ConsoleStyle, consoleStyleOf } from './config/console-style.js'
import type { RawOptions } from './config/convert-options.js'
import { type IndexTarget, indexTargetsOf } from './config/index-targets.js'
import { type LiveConfig, toLiveConfig } from './config/live-options.js'
import { refuseUnknown } from './config/option-names.js'
import {
  choiceOf,
  flagOf,
  integerOf,
  pathOf,
  refusal,
  secondsOf,
  shown,
  sizeOf,
} from './config/option-values.js'
import { refuseSharedOutput } from './config/shared-outputs.js'
import { ConfigError } from './errors.js'
import { linkTypeByName } from './wire/link/link-types.js'

export type { ConvertOptions, NumberOption, RawOptions } from './config/convert-options.js'

export type { LiveConfig } from './config/live-options.js'

/** What stands in a stream for bytes that the capture lost. */
export type GapStyle = 'marker' | 'zeros' | 'skip'
/** Which copy wins when a retransmission carries other bytes. */
export type OverlapPolicy = 'first' | 'last'

/** What the program runs on: checked, complete, frozen. Built once; no module reads argv or env later. */
export interface Config {
  /** Files, globs, folders or `-`, as the user gave them; none with a live capture. */
  readonly inputs: readonly string[]
  /** The live capture that is the input; null: files are. */
  readonly live: LiveConfig | null
  /** pcap-filter(7) expression for the packets of files; null: all (a live capture has its filter in the kernel). */
  readonly filter: string | null
  readonly outputDir: string
  /** Open output files over all workers together. */
  readonly maxOpenFiles: number
  readonly toConsole: boolean
  readonly consoleStyle: ConsoleStyle
  readonly writeMetadata: boolean
  readonly separateSides: boolean
  readonly chunkHeaders: boolean
  readonly json: boolean
  /** False: reassemble and report, write no connection files. */
  readonly writeFiles: boolean
  readonly workerCount: number
  /** The user named the number of workers; otherwise small inputs may use fewer. */
  readonly isWorkerCountFixed: boolean
  /** Ceiling for buffered stream data, all workers together. */
  readonly memoryBytes: number
  readonly perFile: boolean
  /** All inputs are read at once, by the times of their packets. */
  readonly merge: boolean
  /** Leave inputs alone whose results are there already. */
  readonly resume: boolean
  /** The connection indexes that are asked for. */
  readonly indexes: readonly IndexTarget[]
  readonly gapStyle: GapStyle
  readonly overlapPolicy: OverlapPolicy
  /** Capture-time seconds without a packet that end a connection; 0: never. */
  readonly tcpTimeoutSec: number
  readonly udpTimeoutSec: number
  /** Payload bytes of each direction that are kept; Infinity: all. */
  readonly maxBytes: number
  readonly utc: boolean
  /** Look inside tunnels over IP. */
  readonly decap: boolean
  /** Overrides the captures' link type; null: as the capture says. */
  readonly linkType: number | null
  /** Replace connection files that exist. */
  readonly force: boolean
  /** Path of the summary, `-` for standard output, or null. */
  readonly summaryFile: string | null
  /**
   * Connections are handed over to a program as they finish: their files hold frames (`output/frame-format.ts`), and this
   * folder gets the workers' logs of their records. Null: no.
   */
  readonly handoverDir: string | null
  readonly limits: Limits
}

/** Bounds of everything that can grow. The summary's `limits` counts for each, in snake case, how often it was hit. */
export interface Limits {
  /** Fragmented IP packets under reassembly at one moment. */
  readonly fragmentTrackers: number
  /** Bytes of fragments held at one moment. */
  readonly fragmentBytes: number
  /** Early segments held for one half-stream. */
  readonly heldSegments: number
  /** Early bytes held for one half-stream before its first gap is given up. */
  readonly heldBytes: number
  /** Open connections in one worker. */
  readonly openConnections: number
  /** Interfaces of one pcapng section. */
  readonly interfaces: number
  /** Different stacks of outer headers in one run. */
  readonly encaps: number
  /** Gaps of one half-stream that the index lists. */
  readonly indexGaps: number
  /** Zero bytes of one half-stream for lost ones where they take no room, and where they are written out. */
  readonly gapZeros: number
  readonly writtenGapZeros: number
}

const MIB = 2 ** 20
const MAX_WORKERS = 256
const MAX_OPEN_FILES = 1_000_000
const MAX_TIMEOUT_SEC = 1_000_000_000
const MAX_LINK_TYPE = 0xffff

/** The bounds that a run has unless a test asks for others. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  fragmentTrackers: 65_536,
  fragmentBytes: 64 * MIB,
  heldSegments: 4_096,
  heldBytes: MIB,
  openConnections: 8_388_608,
  interfaces: 65_536,
  encaps: 65_535,
  indexGaps: 100,
  gapZeros: 65_536 * MIB,
  writtenGapZeros: 16 * MIB,
})

/** @throws ConfigError, and nothing else, naming the option, what it must be, and what it was. */
export function toConfig(raw: RawOptions): Config {
  refuseUnknown(raw)
  const filter = filterOf(raw.filter)
  const live = toLiveConfig(raw, filter)
  if (live !== null) refuseWithLive(raw)
  const inputs = live === null ? inputsOf(raw.inputFile) : []
  const json = flagOf('-j/--json', raw.json)
  const toConsole = flagOf('-c/--write-to-console', raw.writeToConsole)
  const writeFiles = !flagOf('--no-write', raw.noWrite)
  const indexes = indexTargetsOf(raw.index)
  const summaryFile = raw.summary === undefined ? null : pathOf('--summary', raw.summary)
  if (toConsole && !writeFiles) {
    throw new ConfigError(
      'Cannot use -c/--write-to-console with --no-write: one asks for payload, the other for none',
    )
  }
  refuseSharedOutput(toConsole, indexes, summaryFile, live?.recordingFile ?? null)
  return Object.freeze({
    inputs,
    live,
    filter: live === null ? filter : null,
    outputDir: raw.outputDir === undefined ? '.' : pathOf('-o/--output-dir', raw.outputDir),
    maxOpenFiles: integerOf('-f/--max-file-desc', raw.maxFileDesc, 500, 1, MAX_OPEN_FILES),
    toConsole,
    consoleStyle: consoleStyleOf(raw, toConsole),
    writeMetadata: flagOf('-m/--write-metadata', raw.writeMetadata) && writeFiles,
    separateSides: flagOf('-s/--separate-sides', raw.separateSides),
    chunkHeaders: flagOf('-d/--chunks-header', raw.chunksHeader) && !json,
    json,
    writeFiles,
    workerCount: integerOf(
      '--workers',
      raw.workers,
      Math.min(availableParallelism(), MAX_WORKERS),
      1,
      MAX_WORKERS,
    ),
    isWorkerCountFixed: raw.workers !== undefined,
    memoryBytes: sizeOf('--memory', raw.memory, 512 * MIB, MIB, 2 ** 40, 'from 1M to 1T'),
    ...waysOf(raw, toConsole, writeFiles),
    indexes,
    gapStyle: choiceOf('--gaps', raw.gaps, 'marker', ['marker', 'zeros', 'skip']),
    overlapPolicy: choiceOf('--overlap', raw.overlap, 'first', ['first', 'last']),
    tcpTimeoutSec: secondsOf('--tcp-timeout', raw.tcpTimeout, 3600, MAX_TIMEOUT_SEC),
    udpTimeoutSec: secondsOf('--udp-timeout', raw.udpTimeout, 300, MAX_TIMEOUT_SEC),
    maxBytes: sizeOf(
      '--max-bytes',
      raw.maxBytes,
      Number.POSITIVE_INFINITY,
      1,
      Number.MAX_SAFE_INTEGER,
      'of at least 1 byte',
    ),
    utc: flagOf('--utc', raw.utc),
    decap: !flagOf('--no-decap', raw.noDecap),
    linkType: linkTypeOf(raw.linkType),
    force: flagOf('--force', raw.force),
    summaryFile,
    handoverDir: null,
    limits: DEFAULT_LIMITS,
  })
}

function filterOf(value: unknown): string | null {
  if (value === undefined) return null
  if (typeof value === 'string' && !value.includes('\0')) return value
  throw refusal('-e/--filter', value, 'a filter expression')
}

function refuseWithLive({ inputFile, perFile, merge, resume }: RawOptions): void {
  if (inputFile !== undefined && inputFile.length > 0) {
    const input = shown(typeof inputFile === 'string' ? inputFile : inputFile[0])
    throw new ConfigError(
      `Cannot use -i/--interface with an input (${input}): packets come from one or the other`,
    )
  }
  if (perFile !== undefined && perFile)
    throw new ConfigError('Cannot use -i/--interface with --per-file: a live capture is one capture')
  if (merge !== undefined && merge)
    throw new ConfigError('Cannot use -i/--interface with --merge: a live capture is one capture')
  if (resume !== undefined && resume)
    throw new ConfigError('Cannot use -i/--interface with --resume: a live capture comes only once')
}

function inputsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  if (list.length === 0)
    throw new ConfigError('No input: name a capture file, a folder, a glob, or - for standard input')
  const inputs = list.map((input) => pathOf('-r/--input-file', input))
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new ConfigError('Cannot use -r/--input-file - twice: standard input can be read only once')
  }
  return Object.freeze(inputs)
}

/** How inputs become captures. */
function waysOf(
  raw: RawOptions,
  toConsole: boolean,
  writeFiles: boolean,
): Pick<Config, 'perFile' | 'merge' | 'resume'> {
  const perFile = flagOf('--per-file', raw.perFile)
  const merge = flagOf('--merge', raw.merge)
  const resume = flagOf('--resume', raw.resume)
  if (perFile && merge) {
    throw new ConfigError('Cannot use --merge with --per-file: inputs are one capture or one each')
  }
  if (resume && (toConsole || raw.index !== undefined)) {
    const other = toConsole ? '-c/--write-to-console' : '--index'
    throw new ConfigError(`Cannot use --resume with ${other}: it would lack what was converted before`)
  }
  if (resume && !writeFiles)
    throw new ConfigError('Cannot use --resume with --no-write: there are no results to leave alone')
  return { perFile, merge, resume }
}

function linkTypeOf(value: unknown): number | null {
  if (value === undefined) return null
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  if (isNumeric) return integerOf('--link-type', value, 0, 0, MAX_LINK_TYPE)
  const linkType = typeof value === 'string' ? linkTypeByName(value) : null
  if (linkType === null) {
    throw refusal(
      '--link-type',
      value,
      `a link type's name, such as ETHERNET or RAW, or a number from 0 to ${MAX_LINK_TYPE}`,
    )
  }
  return linkType
}
