import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Config } from '../../config/config.js'
import type { Failure } from '../../errors.js'
import type { OutsideKind } from '../../stream/outside.js'
import type { MemoryRange } from './memory-layout.js'

/** A capture of the run: one, or one for each input with `--per-file`. */
export interface CaptureOutput {
  /** Folder that its connection files go to. */
  readonly dir: string
  /** Path of the input as it was given, the index field `capture`; null: all inputs are one capture. */
  readonly name: string | null
  /** It gets a record for `--resume`. */
  readonly isRecorded?: boolean
}

/** What a worker is started with. All buffers are shared with the coordinator. */
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
  /** This worker's pages for output and for early segments. */
  readonly outputPages: MemoryRange
  readonly heldPages: MemoryRange
  readonly ring: SharedArrayBuffer
  /** One int32 a worker: the epoch that it has passed. */
  readonly passed: SharedArrayBuffer
  /** One int32 a worker: connections opened so far, modulo 2^32; for progress only. */
  readonly opened: SharedArrayBuffer
  /** The memory of an `OpenCount`. */
  readonly openCount: SharedArrayBuffer
  /** The memory of a `CaptureProgress`. */
  readonly finished: SharedArrayBuffer
  /** One int32: 1 when the run has failed and workers should end at once. */
  readonly stop: SharedArrayBuffer
  readonly fdBudget: SharedArrayBuffer
  readonly encaps: SharedArrayBuffer
  /** Where `-c` sends a {@link ConsoleMessage} for each epoch; null without `-c`. */
  readonly console: MessagePort | null
  /** Where a `WorkerSnapshot` goes for each capture that was finished; null: nobody asks for it. */
  readonly counts: MessagePort | null
  /** Device and inode of inputs that a connection file could take the place of: it never does. */
  readonly inputFiles: ReadonlySet<string>
}

/** What a worker has done. */
export interface WorkerResult {
  /** Connections by IANA protocol number. */
  readonly opened: Float64Array
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
  /** Outputs that could not be written: how many, and what was wrong with the first of them. */
  readonly failures: number
  readonly failureTexts: readonly string[]
  /** What is not as it was asked for in outputs that were written, of the first of them. */
  readonly warnings: readonly string[]
  /** The output that could not be written, and ended the run. */
  readonly error: Failure | null
}

/** Folder of one capture's sorted runs of index records, in the run's temporary folder. */
export function captureRunsFolder(tempDir: string, capture: number): string {
  return join(tempDir, `capture-${capture}`)
}
