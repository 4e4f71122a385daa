import { ConnectionWorker } from './connection-worker.js'
import type { WorkerResult, WorkerTask } from './worker-task.js'

/** The task of one thread of the pool: one worker from the run's start to its end. */
export default function work(task: WorkerTask): WorkerResult {
  return new ConnectionWorker(task).run()
}
