// Kills the process without notice right before its n-th change of the folders that are shared: a rename, or a removal. The URL of
// this module says which one; 0: none, and their number is written to standard error.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const number = Number(new URL(import.meta.url).searchParams.get('n'))
let count = 0

/** @param {'renameSync' | 'rmSync'} name */
function guarded(name) {
  const call = /** @type {(...args: unknown[]) => void} */ (fs[name])
  return (/** @type {unknown[]} */ ...args) => {
    count += 1
    if (count === number) process.kill(process.pid, 'SIGKILL')
    call(...args)
  }
}

if (number === 0) process.on('exit', () => process.stderr.write(`changes: ${count}\n`))
Object.assign(fs, { renameSync: guarded('renameSync'), rmSync: guarded('rmSync') })
syncBuiltinESMExports()
