import { deathKind, type Failure } from '../../errors.js'
import { ConnectionWorker } from './connection-worker.js'
import type { WorkerResult, WorkerTask } from './worker-task.js'
import type { Workers } from './workers.js'

/**
 * A worker on the dispatcher's thread, for captures so small that starting a thread would take longer. It works whenever
 * the dispatcher would have to wait.
 */
export class InlineWorker implements Workers {
  readonly #stop: Int32Array
  readonly #onFailure: () => void
  #worker: ConnectionWorker | null
  #result: WorkerResult | null = null
  failure: Failure | null = null

  /**
   * @param stop      The task's stop word.
   * @param onFailure Called when `failure` has been set.
   */
  constructor(task: WorkerTask, stop: SharedArrayBuffer, onFailure: () => void) {
    this.#stop = new Int32Array(stop)
    this.#onFailure = onFailure
    this.#worker = new ConnectionWorker(task)
  }

  stop(): void {
    Atomics.store(this.#stop, 0, 1)
  }

  work(): void {
    if (this.#worker === null) return
    try {
      this.#result = this.#worker.work()
    } catch (thrown) {
      const error = thrown as Error
      this.#worker = null
      this.#fail({ kind: deathKind(error), message: `The worker died: ${error.message}` })
      return
    }
    if (this.#result === null) return
    this.#worker = null
    if (this.#result.error !== null) this.#fail(this.#result.error)
  }

  finish(): Promise<readonly (WorkerResult | null)[]> {
    this.work()
    return Promise.resolve([this.#result])
  }

  #fail(failure: Failure): void {
    this.failure = failure
    this.stop()
    this.#onFailure()
  }
}
