// Makes reads of files take a while, as on a slow disk: those of the thread pool, and large ones of worker threads, which
// unpack. The URL of this module says how many `ms`.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const DELAY_MS = Number(new URL(import.meta.url).searchParams.get('ms'))
const read = /** @type {(...args: unknown[]) => void} */ (fs.read)
const readSync = /** @type {(...args: unknown[]) => number} */ (fs.readSync)
const LARGE_BYTES = 64 * 1024
const never = new Int32Array(new SharedArrayBuffer(4))

Object.assign(fs, {
  read: (/** @type {unknown[]} */ ...args) => setTimeout(() => read(...args), DELAY_MS),
  readSync: (/** @type {[unknown, Uint8Array, ...unknown[]]} */ ...args) => {
    if (!isMainThread && args[1].length >= LARGE_BYTES) Atomics.wait(never, 0, 0, DELAY_MS)
    return readSync(...args)
  },
})
syncBuiltinESMExports()
