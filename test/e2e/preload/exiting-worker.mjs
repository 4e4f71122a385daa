// Makes a worker end its thread when it has worked through its first records, and the start of another in its place
// fail.
import { createRequire, syncBuiltinESMExports } from 'node:module'

const WORKERS = 2
const threads = createRequire(import.meta.url)('node:worker_threads')
let started = 0

if (threads.isMainThread) {
  threads.Worker = class extends threads.Worker {
    /** @param {unknown[]} args */
    constructor(...args) {
      started++
      if (started > WORKERS) throw new Error('more threads than workers')
      super(...args)
    }
  }
  syncBuiltinESMExports()
} else {
  Atomics.store = () => process.exit(7)
}
