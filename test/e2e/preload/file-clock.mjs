// Gives files below `out` the times of another file system: `behind` ms behind this one's, in steps of `step` ms.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { sep } from 'node:path'

const { searchParams } = new URL(import.meta.url)
const BEHIND_MS = Number(searchParams.get('behind'))
const STEP_MS = Number(searchParams.get('step'))
const TIMES = /** @type {const} */ (['atimeMs', 'mtimeMs', 'ctimeMs', 'birthtimeMs'])

/** @param {(...args: unknown[]) => unknown} look @returns {(...args: unknown[]) => unknown} */
function shifted(look) {
  return (path, ...rest) => {
    const stats = /** @type {fs.Stats | undefined} */ (look(path, ...rest))
    if (stats === undefined || !String(path).split(sep).includes('out')) return stats
    for (const time of TIMES) stats[time] = Math.floor((stats[time] - BEHIND_MS) / STEP_MS) * STEP_MS
    return stats
  }
}

Object.assign(fs, {
  statSync: shifted(/** @type {(...args: unknown[]) => unknown} */ (fs.statSync)),
  lstatSync: shifted(/** @type {(...args: unknown[]) => unknown} */ (fs.lstatSync)),
})
syncBuiltinESMExports()
