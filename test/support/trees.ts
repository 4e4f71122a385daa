import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const MOST_DIFFERENCES = 5

/** The hash of every file below `folder`, by its path there. */
export function treeHashes(folder: string): Map<string, string> {
  const hashes = new Map<string, string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1)
    hashes.set(name, createHash('sha1').update(readFileSync(path)).digest('hex'))
  }
  return hashes
}

/** What is in one tree only or differs between them: the first few, by name. */
export function treeDifferences(
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): string[] {
  const missing = [...expected.keys()].filter((name) => !actual.has(name)).map((name) => `no ${name}`)
  const added = [...actual.keys()].filter((name) => !expected.has(name)).map((name) => `new ${name}`)
  const changed = [...actual].filter(([name, hash]) => (expected.get(name) ?? hash) !== hash)
  return [...missing, ...added, ...changed.map(([name]) => `changed ${name}`)].slice(0, MOST_DIFFERENCES)
}
