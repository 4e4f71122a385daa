// Makes the folder $IGNORES_CASE one of a file system that ignores case: names below it are lower case, however they are
// given.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve } from 'node:path'

const folder = `${process.env.IGNORES_CASE}/`
const CALLS = /** @type {const} */ ([
  'lstatSync',
  'statSync',
  'mkdirSync',
  'rmdirSync',
  'openSync',
  'unlinkSync',
])

/** @param {unknown} path */
function stored(path) {
  const whole = resolve(String(path))
  return whole.startsWith(folder) ? folder + whole.slice(folder.length).toLowerCase() : path
}

for (const call of CALLS) {
  const original = /** @type {(...args: unknown[]) => unknown} */ (fs[call])
  Object.assign(fs, {
    [call]: (/** @type {unknown} */ path, /** @type {unknown[]} */ ...rest) =>
      original(stored(path), ...rest),
  })
}
const { mkdtempSync, renameSync } = fs
Object.assign(fs, {
  mkdtempSync: (/** @type {string} */ prefix, /** @type {any} */ options) => {
    const made = mkdtempSync(prefix, options)
    const path = String(made)
    if (stored(path) !== path) renameSync(path, String(stored(path)))
    return made
  },
})
syncBuiltinESMExports()
