import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemPath } from './system-path.js'

/** Mode of every folder that is made, less the umask. */
const MODE = 0o750

/**
 * Makes a folder and its parents where they do not exist. Throws the error of the system.
 *
 * `mkdir` of Node.js with `recursive` never returns below `/proc`: such a folder exists, but answers ENOENT to each
 * attempt to make something in it.
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
