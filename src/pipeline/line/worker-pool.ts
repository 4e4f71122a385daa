import { Piscina } from 'piscina'
import { deathKind, type Failure } from '../../errors.js'
import type { WorkerResult, WorkerTask } from './worker-task.js'
import type { Workers } from './workers.js'

/**
 * Limit of V8's young generation in each thread. V8 lets it grow to 48 MB; that is no faster here, because workers make
 * few objects.
 */
const YOUNG_MIB = 8
/** Time that workers have to end after a failure before they are terminated. */
const END_MS = 30_000

/** The threads of a run. Piscina starts and watches them; packets never go through it. */
export class WorkerPool implements Workers {
  readonly #pool: Piscina
  readonly #stop: Int32Array
  readonly #results: Promise<(WorkerResult | null)[]>
  readonly #onFailure: () => void
  #overdue: NodeJS.Timeout | undefined
  failure: Failure | null = null

  /**
   * Starts one thread for each task.
   *
   * @param stop      The word that all tasks share.
   * @param onFailure Called when `failure` has been set.
   */
  constructor(tasks: readonly WorkerTask[], stop: SharedArrayBuffer, onFailure: () => void) {
    this.#stop = new Int32Array(stop)
    this.#onFailure = onFailure
    this.#pool = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      minThreads: tasks.length,
      maxThreads: tasks.length,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    })
    this.#pool.options.minThreads = 0 // starts no thread in place of one that died: it would be ended while it starts
    // The thread has done its task.
    this.#pool.on('error', (error: Error) => this.#die('A worker', error))
    this.#results = Promise.all(tasks.map((task) => this.#run(task)))
  }

  /** Does nothing: the workers have their own threads. */
  work(): void {}

  stop(): void {
    Atomics.store(this.#stop, 0, 1)
  }

  /** Ends their threads, too. */
  async finish(): Promise<(WorkerResult | null)[]> {
    const results = await this.#results
    clearTimeout(this.#overdue)
    await this.#pool.destroy()
    return results
  }

  async #run(task: WorkerTask): Promise<WorkerResult | null> {
    try {
      const transferList = [task.console, task.counts].filter((port) => port !== null)
      const result: WorkerResult = await this.#pool.run(task, { transferList })
      if (result.error !== null) this.#fail(result.error)
      return result
    } catch (error) {
      task.console?.close() // it may have stayed here
      this.#die(`Worker ${task.worker + 1} of ${task.config.workerCount}`, error as Error)
      return null
    }
  }

  #die(worker: string, error: Error): void {
    this.#fail({ kind: deathKind(error), message: `${worker} died: ${error.message}` })
  }

  #fail(failure: Failure): void {
    if (this.failure !== null) return
    this.failure = failure
    this.stop()
    this.#overdue = setTimeout(() => void this.#pool.destroy(), END_MS)
    this.#onFailure()
  }
}
