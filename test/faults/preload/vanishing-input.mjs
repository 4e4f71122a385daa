// Removes a file when another one is opened.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const path = process.env.VANISHES
const { openSync } = fs

Object.assign(fs, {
  openSync: (/** @type {Parameters<typeof openSync>} */ ...args) => {
    if (path !== undefined && String(args[0]).includes('in/')) fs.rmSync(path, { force: true })
    return openSync(...args)
  },
})
syncBuiltinESMExports()
