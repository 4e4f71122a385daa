import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemPath } from './system-path.js'

/** Mode of new folders, before the umask. */
const MODE = 0o750

/**
 * Makes a folder and its parents if they do not exist. Throws the system's error.
 *
 * Does not use Node's recursive `mkdir`, which never returns below `/proc`: folders there exist, but creating anything
 * in them fails with ENOENT.
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

// When it cannot be examined, this throws the system's error.
function isFolder(path: string): boolean {
  return statSync(systemPath(path), { throwIfNoEntry: false })?.isDirectory() === true
}
