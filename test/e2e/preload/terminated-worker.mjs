// Ends a worker's thread from outside while it works.
import { createRequire, syncBuiltinESMExports } from 'node:module'

const AFTER_MS = 500
const threads = createRequire(import.meta.url)('node:worker_threads')

threads.Worker = class extends threads.Worker {
  /** @param {unknown[]} args */
  constructor(...args) {
    super(...args)
    setTimeout(() => this.terminate(), AFTER_MS)
  }
}
syncBuiltinESMExports()
