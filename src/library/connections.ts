import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Config, toConfig } from '../config/config.js'
import { isReadingOption, type ReadingOptions, refuseUnknown } from '../config/options.js'
import { ConfigError } from '../errors.js'
import type { Progress } from '../pipeline/hooks.js'
import { runConversion } from '../pipeline/run.js'
import { TempFolder } from '../pipeline/temp-folder.js'
import type { Summary } from '../summary.js'
import { Connection } from './connection.js'
import { FinishedRecords } from './finished-records.js'

/** Milliseconds between two checks for finished connections. */
const LOOK_AGAIN_MS = 10

/** The options of `connections()`: how packets are read and reassembled, without options for outputs. */
export type ConnectionsOptions = Omit<ReadingOptions, 'inputFile'>

/** Callbacks and streams that a caller may pass. */
export interface ConnectionsHooks {
  /** Aborting stops reading. The iteration still yields the connections of the packets read so far, then ends. */
  readonly signal?: AbortSignal | undefined
  /** Called a few times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** The byte stream for the input `-`. */
  readonly stdin?: Readable | undefined
}

/** Why `connections()` rejects some options that do not concern outputs. */
const REASONS: Readonly<Record<string, string>> = {
  inputFile: 'connections() takes the inputs as its first argument',
  resume: 'connections() keeps no state between runs',
  gaps: 'each chunk has the number of missing bytes before it',
}

/**
 * Iterates over the connections of captures, yielding each as soon as it has finished:
 *
 *     for await (const connection of connections('capture.pcap')) {
 *       console.log(connection.record.uid, await connection.payload('resp'))
 *     }
 *
 * The order depends on when connections finish and on the threads. For a fixed order, sort by `record.ts` and
 * `record.uid`.
 *
 * Memory is bounded as in any run: by the option `memory`, plus a fixed amount per open connection. Payload is kept in a
 * private folder below the system's temporary folder: that of all open connections, and of finished connections that the
 * caller has not taken yet. Reading pauses when 512 finished connections or about 256 MiB wait. At the end of a capture,
 * all open connections finish at once. Leaving the loop stops reading and deletes the folder.
 *
 * @param inputs Captures: files, globs, folders, or `-` for the hook `stdin`. With the option `interface`, an empty
 *        list.
 * @throws ConfigError for an option that cannot be used. The iteration throws the errors with which `convert()` rejects.
 *         Inputs that cannot be read do not end it; `summary` lists them at the end.
 */
export function connections(
  inputs: string | readonly string[],
  options: ConnectionsOptions = {},
  hooks: ConnectionsHooks = {},
): ConnectionIteration {
  refuseUnknown(options)
  for (const name of Object.keys(options)) {
    if (name === 'inputFile' || !isReadingOption(name))
      throw new ConfigError(`Cannot use ${name} here: ${REASONS[name] ?? 'connections() writes no output'}`)
  }
  const config = toConfig({ ...options, inputFile: inputs, gaps: 'zeros' })
  if (config.inputs.includes('-') && hooks.stdin === undefined) {
    throw new ConfigError('Cannot use -r/--input-file -: the hook stdin is missing')
  }
  return new ConnectionIteration(config, hooks)
}

/** The connections of one run. It can be iterated only once. */
export class ConnectionIteration implements AsyncIterable<Connection> {
  readonly #config: Config
  readonly #hooks: ConnectionsHooks
  readonly #stop = new AbortController()
  #isStarted = false
  #wake: () => void = () => {}
  #summary: Summary | null = null

  /** @internal */
  constructor(config: Config, hooks: ConnectionsHooks) {
    this.#config = config
    this.#hooks = hooks
  }

  /** The run's totals and problems; null until the iteration has ended. */
  get summary(): Summary | null {
    return this.#summary
  }

  /** @throws Error on a second call. */
  [Symbol.asyncIterator](): AsyncGenerator<Connection, void, undefined> {
    if (this.#isStarted) throw new Error('Cannot iterate over the connections of one run twice')
    this.#isStarted = true
    return this.#iterate()
  }

  async *#iterate(): AsyncGenerator<Connection, void, undefined> {
    const folder = new TempFolder()
    const outputDir = join(folder.path, 'files')
    const records = new FinishedRecords(folder.path)
    const run = this.#run(folder.path, outputDir, records)
    let isOver = false
    const ended = run.finally(() => {
      isOver = true
      this.#wake()
    })
    ended.catch(() => {}) // awaited below
    try {
      for (;;) {
        const wasOver = isOver
        const record = records.take()
        this.#wake()
        if (record !== undefined) {
          const connection = new Connection(record, pathOf(record.orig_file ?? record.resp_file, outputDir))
          try {
            yield connection
          } finally {
            connection.release()
          }
        } else if (wasOver) {
          break
        } else {
          await this.#waitForMore()
        }
      }
      await ended
    } finally {
      this.#stop.abort()
      this.#wake()
      await ended.catch(() => {})
      records.close()
      folder.remove()
    }
  }

  async #run(folder: string, outputDir: string, records: FinishedRecords): Promise<void> {
    const { signal, onProgress, stdin } = this.#hooks
    const stopped = this.#stop.signal
    const ended = signal === undefined ? stopped : AbortSignal.any([signal, stopped])
    mkdirSync(outputDir)
    this.#summary = await runConversion(
      { ...this.#config, outputDir },
      {
        signal: ended,
        handoverDir: folder,
        keepUp: () => this.#keepUp(records, ended),
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(stdin === undefined ? {} : { stdin }),
      },
    )
  }

  // Pauses the run while enough connections wait for the consumer.
  async #keepUp(records: FinishedRecords, ended: AbortSignal): Promise<void> {
    if (ended.aborted) return
    records.readAhead()
    while (records.isFull && !ended.aborted) await this.#waitForMore()
  }

  // Resolves when something may have changed.
  #waitForMore(): Promise<void> {
    return new Promise((resolve) => {
      const wakeOthers = this.#wake
      const timer = setTimeout(() => this.#wake(), LOOK_AGAIN_MS)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = () => {}
        resolve()
        wakeOthers()
      }
    })
  }
}

function pathOf(file: string | null, outputDir: string): string | null {
  return file === null ? null : join(outputDir, file)
}
