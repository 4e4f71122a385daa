import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Config } from '../../config/config.js'
import type { Failure } from '../../errors.js'
import type { Input } from '../../input/input.js'
import type { Selection } from '../../output/selection.js'
import type { OutsideKind } from '../../stream/outside.js'
import type { WorkerMemory } from './memory-layout.js'

/** A capture of the run: one, or one for each input with `--per-file`. */
export interface CaptureOutput {
  /** Folder for its connection files. */
  readonly dir: string
  /** Path of the input as given, for the index field `capture`; null when all inputs are one capture. */
  readonly name: string | null
  /** True when it gets a record for `--resume`. */
  readonly isRecorded?: boolean
}

/** The parameters of a worker. All buffers are shared with the coordinator. */
export interface WorkerTask {
  readonly worker: number
  readonly config: Config
  readonly captures: readonly CaptureOutput[]
  /** See `OutputSetup`. */
  readonly handoverDir: string | null
  /** Private folder of the run for sorted runs and spilled bytes. */
  readonly tempDir: string
  /** Slabs, and the pages of all workers. */
  readonly memory: WebAssembly.Memory
  readonly pages: WorkerMemory
  readonly ring: SharedArrayBuffer
  /** One int32 per worker: the latest epoch that it has passed. */
  readonly passed: SharedArrayBuffer
  /** One int32 per worker: connections opened so far, modulo 2^32; only for progress. */
  readonly opened: SharedArrayBuffer
  /** The memory of an `OpenCount`. */
  readonly openCount: SharedArrayBuffer
  /** The memory of a `CaptureProgress`. */
  readonly finished: SharedArrayBuffer
  /** One int32: 1 when the run has failed and workers should end at once. */
  readonly stop: SharedArrayBuffer
  readonly fdBudget: SharedArrayBuffer
  readonly encaps: SharedArrayBuffer
  /** Port for a {@link ConsoleMessage} per epoch; null without `-c`. */
  readonly console: MessagePort | null
  /** Port for a `WorkerSnapshot` per finished capture; null if none is needed. */
  readonly counts: MessagePort | null
  /** Device and inode of inputs that a connection file must not replace. */
  readonly inputFiles: ReadonlySet<string>
  /** The connections that are written, for an inline worker alone; null: all. */
  readonly selection?: Selection | null
  /** The inputs by their numbers. */
  readonly inputs: readonly Pick<Input, 'kind' | 'path'>[]
}

/** The result of a worker. */
export interface WorkerResult {
  /** Connections by IANA protocol number. */
  readonly opened: Float64Array
  /** Packets that were copies of others. */
  readonly copies: number
  /** Payload bytes: captured, and what became of them. */
  readonly captured: number
  readonly payload: number
  readonly missing: number
  readonly repeated: number
  readonly conflicts: number
  readonly outside: Readonly<Record<OutsideKind, number>>
  readonly gaps: number
  readonly files: number
  readonly written: number
  readonly limits: Readonly<Record<string, number>>
  /** This worker's part of the summary's `details`. */
  readonly details: Readonly<Record<string, number>>
  /** Each output's part, in the order of `outputsOf()`. */
  readonly outputs: readonly unknown[]
  /** Number of outputs that could not be written, and the errors of the first. */
  readonly failures: number
  readonly failureTexts: readonly string[]
  /** Deviations from the request in outputs that were written, for the first of them. */
  readonly warnings: readonly string[]
  /** The failure of an output that ended the run. */
  readonly error: Failure | null
}

/** Folder of one capture's sorted runs of index records, in the run's temporary folder. */
export function captureRunsFolder(tempDir: string, capture: number): string {
  return join(tempDir, `capture-${capture}`)
}
