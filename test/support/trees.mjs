import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

const MOST_DIFFERENCES = 5

/** @param {string} folder @returns {Map<string, string>} the hash of every file below `folder`, by relative path */
export function treeHashes(folder) {
  /** @type {Map<string, string>} */
  const hashes = new Map()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    hashes.set(path.slice(folder.length + 1), hashOf(path))
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

/** SHA-1 of a file, read in pieces: with `--gaps zeros` one may have several GiB. @param {string} path */
export function hashOf(path) {
  const hash = createHash('sha1')
  const piece = new Uint8Array(1024 * 1024)
  const file = openSync(path, 'r')
  try {
    for (let bytes = readSync(file, piece); bytes > 0; bytes = readSync(file, piece)) {
      hash.update(piece.subarray(0, bytes))
    }
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}
