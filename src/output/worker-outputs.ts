import { relative, sep } from 'node:path'
import { OutputError } from '../errors.js'
import type { ConnectionSink } from '../flow/connection-sink.js'
import { joinSinks } from './join-sinks.js'
import type { Output, WorkerOutput } from './output.js'
import type { OutputTotals } from './output-totals.js'
import { selectedSink } from './selection.js'
import { WorkerParts, type WorkerResources } from './worker-parts.js'
import type { ZipSpool } from './zip/zip-spool.js'

/** What the outputs of one worker return at its end. */
export interface OutputResult {
  readonly totals: OutputTotals
  /** The parts of the outputs, in their order. Undefined: the output has none, or could not be finished. */
  readonly parts: readonly unknown[]
  /** The first error of an output; null: none. */
  readonly error: OutputError | null
}

/** All outputs of one worker. */
export class WorkerOutputs {
  /** Receives all events of connections. */
  readonly sink: ConnectionSink
  readonly #parts: WorkerParts
  readonly #outputs: readonly WorkerOutput[]
  readonly #outputDir: string

  constructor(outputs: readonly Output[], resources: WorkerResources) {
    this.#parts = new WorkerParts(resources)
    this.#outputDir = resources.config.outputDir
    this.#outputs = outputs.map((output) => output.open(this.#parts))
    const { selection = null } = resources
    const names = selection === null ? null : this.#parts.names
    const watcher = selection?.watch?.(resources.table) ?? {}
    const sink = joinSinks([...this.#parts.seal(), ...this.#outputs, watcher])
    this.sink = selection === null || names === null ? sink : selectedSink(sink, selection, names)
  }

  /** Takes the files as entries of an archive, which it must know the place of; null: there is none. */
  get zip(): ZipSpool | null {
    return this.#parts.zip
  }

  /** What was counted so far. */
  get totals(): OutputTotals {
    return this.#parts.countedTotals
  }

  /**
   * Begins a capture. All connections of the one before are finished.
   *
   * @param folder        Folder of its files: the output folder or one below it.
   * @param name          Value of the index field `capture`; null: there is none.
   * @param packetsBefore Packets of the run before it.
   * @param runsFolder    Folder for its own index records; null: `--resume` keeps nothing of it.
   * @throws OutputError
   */
  startCapture(
    folder: string,
    name: string | null,
    packetsBefore: number,
    runsFolder: string | null = null,
  ): void {
    const below = relative(this.#outputDir, folder)
    const folderBelow = below === '' ? '' : `${below.replaceAll(sep, '/')}/`
    const capture = { folder, folderBelow, name, packetsBefore, runsFolder }
    this.#parts.startCapture(capture)
    for (const output of this.#outputs) output.startCapture?.(capture)
  }

  /** Ends a capture: all its connections are finished. @throws OutputError */
  endCapture(): void {
    for (const output of this.#outputs) output.endCapture?.()
  }

  /** See `Ordinals.sweep()`. */
  sweep(sec: number, packets: number): void {
    this.#parts.sweep(sec, packets)
  }

  /** Writes out what is buffered. @throws OutputError */
  flush(): void {
    for (const output of this.#outputs) output.flush?.()
  }

  /** Writes and closes everything that can be. All connections are finished, or the run has failed. */
  finish(): OutputResult {
    let error: OutputError | null = null
    const attempt = <T>(action: () => T): T | undefined => {
      try {
        return action()
      } catch (thrown) {
        if (!(thrown instanceof OutputError)) throw thrown
        error ??= thrown
        return undefined
      }
    }
    const parts = this.#outputs.map((output) => attempt(() => output.finish?.()))
    attempt(() => this.#parts.finish())
    return { totals: this.totals, parts, error }
  }
}
