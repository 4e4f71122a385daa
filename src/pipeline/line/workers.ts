import type { Failure } from '../../errors.js'
import type { WorkerResult, WorkerTask } from './worker-task.js'

/** The workers of a run, as the coordinator sees them. */
export interface Workers {
  /** The failure that ended the run early: a worker that died, or an output that failed. */
  readonly failure: Failure | null
  /** Lets an inline worker empty its ring. */
  work(): void
  /** Tells all workers to write what they have and to end. */
  stop(): void
  /** Waits for all workers and returns their results, null for one that died. */
  finish(): Promise<readonly (WorkerResult | null)[]>
}

/**
 * Starts a worker for each task.
 *
 * @param stop      The word that all tasks share.
 * @param onFailure Called when `failure` has been set.
 */
export type StartWorkers = (
  tasks: readonly WorkerTask[],
  stop: SharedArrayBuffer,
  onFailure: () => void,
) => Workers

/** Loads only the modules of the kind used. @param isInline True for one worker without its own thread. */
export async function workerStarter(isInline: boolean): Promise<StartWorkers> {
  if (isInline) {
    const { InlineWorker } = await import('./inline-worker.js')
    return ([task], stop, onFailure) => new InlineWorker(task!, stop, onFailure)
  }
  const { WorkerPool } = await import('./worker-pool.js')
  return (tasks, stop, onFailure) => new WorkerPool(tasks, stop, onFailure)
}
