// Makes a file shorter when it is read for the first time.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const path = process.env.SHRINKS ?? ''
const bytes = Number(process.env.SHRINKS_TO)
const read = /** @type {(...args: unknown[]) => void} */ (fs.read)
let isDone = false

Object.assign(fs, {
  read: (/** @type {unknown[]} */ ...args) => {
    if (!isDone && path !== '') fs.truncateSync(path, bytes)
    isDone = true
    return read(...args)
  },
})
syncBuiltinESMExports()
