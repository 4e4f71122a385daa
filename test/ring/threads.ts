import { once } from 'node:events'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'

/** A thread that runs a module of this folder. */
export interface Thread {
  /** What the module posted last, when the thread has ended. */
  readonly answer: Promise<unknown>
}

/** Starts the module `name` of this folder in a thread of its own. */
export function startThread(name: string, workerData: unknown): Thread {
  const worker = new Worker(resolve('test/ring', name), { workerData })
  let answer: unknown
  worker.on('message', (message: unknown) => {
    answer = message
  })
  return { answer: once(worker, 'exit').then(() => answer) }
}
