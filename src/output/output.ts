import type { Writable } from 'node:stream'
import type { Config } from '../config/config.js'
import type { Failure } from '../errors.js'
import type { ConnectionSink } from '../flow/connection-sink.js'
import type { WorkerParts } from './worker-parts.js'

/**
 * One thing that a run writes of its connections; `outputs.ts` lists all of them. A new one is a module that makes an
 * `Output`, and a line there.
 */
export interface Output<Part = unknown> {
  /** Called in each worker, when it starts. */
  open(worker: WorkerParts): WorkerOutput<Part>
  /**
   * Called on the main thread when all workers have ended.
   *
   * @param parts What the workers' `finish()` returned; without those of workers that died.
   * @returns What went wrong.
   */
  finish?(parts: readonly Part[], run: RunParts): Promise<readonly Failure[]>
}

/** One output in one worker: the events that it wants. Absent methods are not called. */
export interface WorkerOutput<Part = unknown> extends Partial<ConnectionSink> {
  /** A capture begins; all connections of the one before are finished. @throws OutputError */
  startCapture?(capture: CaptureStart): void
  /** All connections of the capture are finished: what is kept of it is written. @throws OutputError */
  endCapture?(): void
  /** Writes out what is buffered; more may follow. @throws OutputError */
  flush?(): void
  /**
   * Writes and closes what is left: all connections are finished, or the run has failed.
   *
   * @returns This worker's part for `Output.finish()`: what can be sent from thread to thread.
   * @throws OutputError
   */
  finish?(): Part
}

/** A capture of the run: one, or one for each input with `--per-file`. */
export interface CaptureStart {
  /** The folder of its files: the output folder or one below it. It may not be there yet. */
  readonly folder: string
  /** The folder's path below the output folder: empty, or with `/` behind each name. */
  readonly folderBelow: string
  /** Path of the input as it was given, the index field `capture`; null: all inputs are one capture. */
  readonly name: string | null
  /** Packets of the run before it. */
  readonly packetsBefore: number
  /** Folder for its index records alone, which are kept for later runs; null: it gets no record for `--resume`. */
  readonly runsFolder: string | null
}

/** Index records that are kept with the results of captures for later runs. */
export interface KeptRuns {
  /** The runs of all captures: those that are kept, and of the workers' those that are not. */
  indexRuns(runs: readonly string[]): readonly string[]
}

/** What `finish()` on the main thread has to work with. */
export interface RunParts {
  /** Private folder of the run. */
  readonly tempFolder: string
  /** What `--resume` keeps of captures; null: nothing. */
  readonly kept: KeptRuns | null
  /** All workers have done all of their work. */
  readonly isComplete: boolean
  readonly stdout: Writable | undefined
}

/** The settings that decide which outputs a run has. */
export interface OutputSetup {
  readonly config: Config
  /** Where a program that takes the connections has made a folder for them (`handover/`); null: none does. */
  readonly handoverDir: string | null
}
