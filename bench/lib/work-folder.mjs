import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A RAM file system on Linux, so that the bench measures programs and not a disk. */
const RAM_FOLDER = '/dev/shm'

/** Makes the work folder. @param {string | undefined} folder the user's choice @returns {string} the folder */
export function workFolder(folder) {
  const chosen = folder ?? join(isWritable(RAM_FOLDER) ? RAM_FOLDER : tmpdir(), 'pcap2conn-bench')
  mkdirSync(chosen, { recursive: true })
  return chosen
}

/** @param {string} folder */
function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Deletes a file or a folder of any size with `rm`, which is faster than Node. @param {string} path */
export function remove(path) {
  execFileSync('rm', ['-rf', path])
}

/** @param {string} folder @returns {number} free bytes */
export function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/**
 * @param {string} folder
 * @returns {{ name: string, bytes: number }[]} all files below it
 */
export function listFiles(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return { name: path.slice(folder.length + 1), bytes: statSync(path).size }
    })
}
