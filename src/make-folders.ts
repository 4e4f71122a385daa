import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemPath } from './system-path.js'

/** Mode of every folder that is made, less the umask. */
const MODE = 0o750

/**
 * Makes a folder and those that lead to it, where they do not exist. Throws what the system says.
 *
 * Node's own `recursive` never returns where a folder exists but takes no entries and says that it is not there, as
 * below `/proc`.
 */
export function makeFolders(path: string): void {
  try {
    makeOne(path)
  } catch (error) {
    const parent = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    makeFolders(parent)
    makeOne(path)
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(systemPath(path), MODE)
  } catch (error) {
    if (!isFolder(path)) throw error
  }
}

// Where that cannot be told, what the system says to this is the reason.
function isFolder(path: string): boolean {
  return statSync(systemPath(path), { throwIfNoEntry: false })?.isDirectory() === true
}
