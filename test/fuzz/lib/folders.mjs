import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Paths of all files below a folder, in a fixed order. @param {string} folder @returns {string[]} */
export function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
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
  return names.filter(isWanted).map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  ])
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
