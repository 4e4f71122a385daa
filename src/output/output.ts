import type { Writable } from 'node:stream'
import type { CaptureDescription } from '../capture/capture-description.js'
import type { CapturedPacket } from '../capture/captured-packet.js'
import type { Config } from '../config/config.js'
import type { Failure } from '../errors.js'
import type { ConnectionSink } from '../flow/connection-sink.js'
import type { OutputTotals } from './output-totals.js'
import type { RunFacts } from './runs/kept-run.js'
import type { WorkerParts } from './worker-parts.js'
import type { ZipPart } from './zip/zip-spool.js'

/** One kind of output, such as connection files or the index. `outputs.ts` lists all of them. */
export interface Output<Part = unknown> {
  /** Its workers' `packet` events say where every packet stands (`PlaceReader`), and how a datagram's fragments do. */
  readonly wantsPlaces?: true
  /** Called in each worker, when it starts. */
  open(worker: WorkerParts): WorkerOutput<Part>
  /**
   * Called on the main thread when all workers have ended.
   *
   * @param parts What the workers' `finish()` returned. A worker that died has none.
   * @returns What went wrong.
   */
  finish?(parts: readonly Part[], run: RunParts): Promise<readonly Failure[]>
}

/** One output in one worker: the events that it wants. Absent methods are not called. */
export interface WorkerOutput<Part = unknown> extends Partial<ConnectionSink> {
  /** Begins a capture. All connections of the one before are finished. @throws OutputError */
  startCapture?(capture: CaptureStart): void
  /** Ends a capture: all its connections are finished. Writes what belongs to it alone. @throws OutputError */
  endCapture?(): void
  /** Writes out what is buffered; more may follow. @throws OutputError */
  flush?(): void
  /**
   * Writes and closes what is left. All connections are finished, or the run has failed.
   *
   * @returns This worker's part for `Output.finish()`. It is sent to the main thread, so it must be plain data.
   * @throws OutputError
   */
  finish?(): Part
}

/** A capture of the run. With `--per-file` each input is one; otherwise all inputs together are one. */
export interface CaptureStart {
  /** The folder of its files: the output folder or one below it. It may not exist yet. */
  readonly folder: string
  /** The folder's path below the output folder: empty, or with `/` behind each name. */
  readonly folderBelow: string
  /** Value of the index field `capture`: path of the input as it was given. Null: all inputs are one capture. */
  readonly name: string | null
  /** Packets of the run before it. */
  readonly packetsBefore: number
  /** Folder for its own index records, which `--resume` keeps for later runs; null: nothing is kept of it. */
  readonly runsFolder: string | null
}

/** The index records that `--resume` keeps beside the results of captures. */
export interface KeptRuns {
  /** The sorted runs of all captures. @param runs Those of the workers; a kept one replaces those of its capture. */
  indexRuns(runs: readonly string[]): readonly string[]
}

/** See `CaptureReader.headers`. */
export interface RecordHeaders {
  readonly ranges: readonly number[]
  readonly layout?: RecordLayout
}

/** Layouts of pcap records. */
export type RecordLayout = 'standard' | 'nokia' | 'patched' | 'patched-debug'

/** An input of a run, for whoever reads its packets again. */
export interface InputFacts {
  /** As it was given. */
  readonly path: string
  /** On disk; null: it could not be read again. */
  readonly bytes: number | null
  /** SHA-256 of its first and last 64 KiB, in hexadecimal. */
  readonly sha256: string | null
  readonly compression: string | null
  readonly format: string | null
  /** Of its interfaces, the first of them. */
  readonly linkTypes: readonly number[]
  /** The link type by which all frames were read; null: as the capture says. */
  readonly linkType: number | null
  /** What a reader needs before any record; null: all records before it. */
  readonly headers: RecordHeaders | null
}

/** The same, with what a run has counted. */
export interface CountedInput extends InputFacts {
  /** Where some of its records stand, and their numbers there from 1, in turn: one for each MiB. */
  readonly checkpoints: readonly number[]
}

/** Takes a packet, which is valid during the call, and its place. Returns false after the last one wanted. */
export type TakeAgain = (
  bytes: Uint8Array,
  packet: CapturedPacket,
  origin: {
    /** Which of the inputs. */
    readonly input: number
    readonly description: CaptureDescription | null
    readonly isBigEndian: boolean
  },
  place: number,
) => boolean

/**
 * Reads all packets of an input once more; their places are the positions of their records. Several are merged, as they were:
 * places are the packets' numbers among all, from 1.
 *
 * @throws InputError, CaptureFormatError, or what `take` throws.
 */
export type ReadAgain = (
  inputs: readonly Pick<InputFacts, 'path' | 'linkType'>[],
  take: TakeAgain,
) => Promise<void>

/**
 * A run that is one task of several: its outputs leave sorted runs, which are merged with those of the other tasks, in the place
 * of an index and of an archive.
 */
export interface TaskPart {
  /** Takes the runs. */
  readonly folder: string
  /** What was left, by name. */
  readonly runs: Map<string, RunFacts>
  /** See `RunParts.inputs`. */
  inputs: readonly CountedInput[]
}

/** What `Output.finish()` works with. */
export interface RunParts {
  /** Null: the run is a whole. */
  readonly part: TaskPart | null
  readonly readAgain: ReadAgain
  /** Open files allowed for results. */
  readonly maxOpenFiles: number
  readonly workerCount: number
  /** `device:inode` of inputs, which no file may replace. */
  readonly inputFiles: ReadonlySet<string>
  /** Counts files that are written now. */
  readonly later: OutputTotals
  /** Entries of a ZIP archive beside those of the workers. */
  readonly zipParts: ZipPart[]
  /** The run's own temporary folder. */
  readonly tempFolder: string
  /** Null without `--resume`. */
  readonly kept: KeptRuns | null
  /** The inputs by their numbers; only where an output has `wantsPlaces`. */
  readonly inputs: readonly CountedInput[]
  /** They were read as one, in the order of their packets' times. */
  readonly isMerged: boolean
  /** False when a worker has failed or was stopped. */
  readonly isComplete: boolean
  readonly stdout: Writable | undefined
}

/** The settings that decide which outputs a run has. */
export interface OutputSetup {
  readonly config: Config
  /** Folder made by the program that takes the connections (`handover/`); null: no program takes them. */
  readonly handoverDir: string | null
}
