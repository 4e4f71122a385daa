// One job, in a thread of its own, so that the main thread can tell when it hangs.

import { mkdirSync, rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { runJob } from './run-cases.mjs'

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort)
mkdirSync(workerData.folder, { recursive: true })
try {
  await runJob(workerData, (message) => port.postMessage(message))
} finally {
  rmSync(workerData.folder, { recursive: true, force: true })
}
