import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Paths of all files below a folder, in a fixed order. @param {string} folder @returns {string[]} */
export function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** A larger file has holes, whose zeros would take minutes to read. */
const MOST_HASHED = 32 * 1024 * 1024

/** @param {string} path @returns {string} of a file with large holes its size and its end */
function digestOf(path) {
  const { size } = statSync(path)
  const hash = createHash('sha256')
  if (size <= MOST_HASHED) return hash.update(readFileSync(path)).digest('hex')
  const end = Buffer.alloc(1024 * 1024)
  const file = openSync(path, 'r')
  try {
    readSync(file, end, 0, end.length, size - end.length)
  } finally {
    closeSync(file)
  }
  return `${size} ${hash.update(end).digest('hex')}`
}

/**
 * Names and contents of the files below a folder.
 *
 * @param {string} folder
 * @param {(name: string) => boolean} isWanted
 * @returns {[name: string, digest: string][]}
 */
export function treeOf(folder, isWanted = () => true) {
  const names = filesBelow(folder).map((path) => relative(folder, path))
  return names.filter(isWanted).map((name) => [name, digestOf(join(folder, name))])
}

/** Makes `folder` the place of temporary files. Returns what undoes that. @param {string} folder */
export function useTempFolder(folder) {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  return () => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}
