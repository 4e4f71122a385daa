import { join } from 'node:path'
import { archivePaths } from '../archive-paths.js'
import { ConfigError } from '../errors.js'
import { isZipPath } from '../zip-path.js'
import type { ConsoleStyle } from './console-style.js'
import { LIVE_OPTIONS, type LiveConfig } from './live-options.js'
import type { Checked, OptionTable } from './option-row.js'
import { shown } from './option-values.js'
import { checkedBy, type RawOptions, RUN_OPTIONS, refuseConflicts, refuseUnknown } from './options.js'
import { recordedShard, type Shard, shardOf } from './shard.js'
import { refuseSharedOutput } from './shared-outputs.js'

export type { LiveConfig } from './live-options.js'
export type { NumberOption } from './option-row.js'
export type { ConvertOptions, RawOptions } from './options.js'

/** What a stream contains instead of bytes that the capture lost. */
export type GapStyle = 'marker' | 'zeros' | 'skip'
/** Which copy wins when a retransmission carries other bytes. */
export type OverlapPolicy = 'first' | 'last'

/**
 * The configuration of a run: every option, checked, under its own name or the `field` of its row, and values derived
 * from several options. Complete and frozen. Built once; no module reads argv or env later.
 */
export interface Config
  extends Omit<
    Checked<typeof RUN_OPTIONS>,
    'hex' | 'objects' | 'recordingFile' | 'shard' | 'seed' | 'seedFile'
  > {
  /** The live capture to read; null to read files. */
  readonly live: LiveConfig | null
  readonly consoleStyle: ConsoleStyle
  /** A capture of the packets of files that the filter lets through; null: none is wanted. That of a live capture is in `live`. */
  readonly recordingFile: string | null
  /** The part of the connections that is wanted; null: all. */
  readonly shard: Shard | null
  /** The list of what was transferred, beside the folder with it; null: it is not wanted. */
  readonly objectsFile: string | null
  /** The archive that takes the files; null: they go into a folder, or there are none. */
  readonly zipFile: string | null
  /** True when the user set the number of workers. Otherwise small inputs may use fewer. */
  readonly isWorkerCountFixed: boolean
  readonly limits: Limits
  /** The values above that change results (`changesResults`), by name. */
  readonly resultValues: Readonly<Record<string, unknown>>
}

/** Bounds of everything that can grow. The summary's `limits` counts for each, in snake case, how often it was hit. */
export interface Limits {
  /** Fragmented IP packets under reassembly at a time. */
  readonly fragmentTrackers: number
  /** Bytes of fragments held at a time. */
  readonly fragmentBytes: number
  /** Early segments held for one half-stream. */
  readonly heldSegments: number
  /** Early bytes held for one half-stream before its first gap is given up, if its receiver's window is not larger. */
  readonly heldBytes: number
  /** Open connections of all workers together. */
  readonly openConnections: number
  /** Interfaces of one pcapng section. */
  readonly interfaces: number
  /** Different stacks of outer headers in one run. */
  readonly encaps: number
  /** Networks that are told apart on one 5-tuple without TCP. */
  readonly networks: number
  /** First bytes of connections that a worker holds to tell what is spoken. */
  readonly heldContent: number
  /** Half-streams of a worker that are hashed at once. */
  readonly hashedStreams: number
  /** Objects of one half-stream. */
  readonly sideObjects: number
  /** Bytes of an object with content codings, before and after they are undone. */
  readonly packedObject: number
  readonly unpackedObject: number
  /** Bytes of the head of a message of HTTP. */
  readonly objectHead: number
  /** Requests of HTTP that wait for their responses in one connection. */
  readonly pendingRequests: number
  /** Gaps of one half-stream that the index lists. */
  readonly indexGaps: number
  /**
   * Zero bytes written for lost bytes in one half-stream: the limit for holes in a file, which take no space, and the
   * limit for written zeros.
   */
  readonly gapZeros: number
  readonly writtenGapZeros: number
  /** Latest packets of a capture among which copies are looked for; at least 512. */
  readonly recentPackets: number
  /** A connection's name is remembered for at least this many packets, in case the capture's time goes back. */
  readonly rememberedPackets: number
}

/** The list of objects, in the output folder. */
const OBJECTS_FILE = 'objects.jsonl'
const MIB = 2 ** 20

/** The limits of a run, unless a test sets others. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  fragmentTrackers: 65_536,
  fragmentBytes: 64 * MIB,
  heldSegments: 262_144,
  heldBytes: 64 * MIB,
  openConnections: 8_388_608,
  interfaces: 65_536,
  encaps: 65_535,
  networks: 256,
  heldContent: 64 * MIB,
  hashedStreams: 1_048_576,
  sideObjects: 100_000,
  packedObject: 16 * MIB,
  unpackedObject: 64 * MIB,
  objectHead: 65_536,
  pendingRequests: 1024,
  indexGaps: 100,
  gapZeros: 65_536 * MIB,
  writtenGapZeros: 16 * MIB,
  recentPackets: 262_144,
  rememberedPackets: 2_097_152,
})

/** @throws ConfigError, and nothing else, naming the option, what it must be, and what it was. */
export function toConfig(raw: RawOptions): Config {
  refuseUnknown(raw)
  refuseConflicts(raw)
  const { hex, recordingFile, shard, seed, seedFile, objects, ...run } = checkedBy(RUN_OPTIONS, raw)
  const live = toLiveConfig(raw, run.filter, recordingFile)
  refuseInputs(run.inputs, live)
  const objectsFile = objects ? join(run.outputDir, OBJECTS_FILE) : null
  refuseSharedOutput({ ...run, objectsFile }, recordingFile)
  if (run.hash && run.indexes.length === 0 && run.mapDir === null)
    throw new ConfigError('Cannot use --hash without --index: the hashes are fields of the index')
  if (objects && isZipPath(run.outputDir))
    throw new ConfigError('Cannot use --objects with -o NAME.zip: objects are files of a folder')
  const values = {
    ...run,
    indexes: withArchive(run.indexes, run.mapDir),
    live,
    filter: live === null ? run.filter : null,
    recordingFile: live === null ? recordingFile : null,
    shard: shardOf(shard, seed, seedFile),
    zipFile: zipFileOf(run),
    objectsFile,
    consoleStyle: hex ? ('hex' as const) : ('bytes' as const),
    writeMetadata: run.writeMetadata && run.writeFiles,
    chunkHeaders: run.chunkHeaders && !run.json,
    isWorkerCountFixed: raw.workers !== undefined,
    limits: DEFAULT_LIMITS,
  }
  return Object.freeze({
    ...values,
    resultValues: resultValues({ ...values, shard: recordedShard(values.shard) }),
  })
}

function zipFileOf({
  outputDir,
  writeFiles,
  toConsole,
  writeMetadata,
  resume,
  zipLevel,
}: Pick<Config, 'outputDir' | 'writeFiles' | 'toConsole' | 'writeMetadata' | 'resume' | 'zipLevel'>):
  | string
  | null {
  const isZip = isZipPath(outputDir)
  if (zipLevel > 0 && !isZip)
    throw new ConfigError(
      `Cannot use --zip-level ${zipLevel} without -o/--output-dir NAME.zip: there is no archive`,
    )
  if (!isZip || !writeFiles || (toConsole && !writeMetadata)) return null
  if (resume)
    throw new ConfigError(
      `Cannot use --resume with -o/--output-dir ${shown(outputDir)}: an archive is made as a whole`,
    )
  return outputDir
}

function resultValues(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const rows: OptionTable = RUN_OPTIONS
  const names = Object.entries(rows).flatMap(([name, { field = name, changesResults }]) =>
    changesResults ? [field] : [],
  )
  return Object.fromEntries(names.map((name) => [name, values[name]]))
}

function withArchive(indexes: Config['indexes'], mapDir: string | null): Config['indexes'] {
  return mapDir === null ? indexes : [...indexes, { path: archivePaths(mapDir).index, format: 'parquet' }]
}

function toLiveConfig(
  raw: Readonly<Record<string, unknown>>,
  filter: string | null,
  recordingFile: string | null,
): LiveConfig | null {
  const { interface: name, ...live } = checkedBy(LIVE_OPTIONS, raw)
  return name === null ? null : Object.freeze({ ...live, interface: name, filter, recordingFile })
}

function refuseInputs(inputs: readonly string[], live: LiveConfig | null): void {
  const [first] = inputs
  if (first !== undefined && live !== null)
    throw new ConfigError(
      `Cannot use -i/--interface with an input (${shown(first)}): packets come from one or the other`,
    )
  if (first === undefined && live === null)
    throw new ConfigError('No input: name a capture file, a folder, a glob, or - for standard input')
  if (inputs.filter((input) => input === '-').length > 1)
    throw new ConfigError('Cannot use -r/--input-file - twice: standard input can be read only once')
}
