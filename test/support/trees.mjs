import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const MOST_DIFFERENCES = 5

/** @param {string} folder @returns {Map<string, string>} the hash of every file below `folder`, by relative path */
export function treeHashes(folder) {
  /** @type {Map<string, string>} */
  const hashes = new Map()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    hashes.set(path.slice(folder.length + 1), createHash('sha1').update(readFileSync(path)).digest('hex'))
  }
  return hashes
}

/**
 * @param {ReadonlyMap<string, string>} expected
 * @param {ReadonlyMap<string, string>} actual
 * @returns {string[]} the first few differences, by name: files missing in one tree, and files that differ
 */
export function treeDifferences(expected, actual) {
  const missing = [...expected.keys()].filter((name) => !actual.has(name)).map((name) => `no ${name}`)
  const added = [...actual.keys()].filter((name) => !expected.has(name)).map((name) => `new ${name}`)
  const changed = [...actual].filter(([name, hash]) => (expected.get(name) ?? hash) !== hash)
  return [...missing, ...added, ...changed.map(([name]) => `changed ${name}`)].slice(0, MOST_DIFFERENCES)
}
