// Makes a worker stand still when it opens a file, as on a disk that does not answer.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const STUCK_MS = 600_000

if (!isMainThread) {
  fs.openSync = () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STUCK_MS)
    throw new Error('stuck for ever')
  }
  syncBuiltinESMExports()
}
