#!/usr/bin/env node
// Holds over a folder of captures that the parts of a run (--shard) have together what one run has: files, records, counts.
// Needs `npm run build`.
//
//   node test/shards/over-corpus.mjs [--sample N] [--parts 2,7] FOLDER
//     --sample N  only N captures, spread evenly over the sorted list
// Exit code: 0 all the same, 1 something differs or failed.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { partsAgainstWhole } from './parts.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, parts: { type: 'string', default: '2,7' } },
})
const [corpus] = positionals
if (corpus === undefined) {
  console.error('Usage: node test/shards/over-corpus.mjs [--sample N] [--parts 2,7] FOLDER')
  process.exit(2)
}

const all = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
const step = values.sample === undefined ? 1 : Math.max(1, all.length / Number(values.sample))
const paths = all.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))

const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-shards-'))
let different = 0
let connections = 0
try {
  for (const path of paths) {
    for (const parts of values.parts.split(',').map(Number)) {
      const { differences, counts } = await partsAgainstWhole(folder, [path], parts, { separateSides: true })
      connections += counts.reduce((sum, count) => sum + count, 0)
      if (differences.length === 0) continue
      different += 1
      console.log(`${path} in ${parts} parts:\n  ${differences.join('\n  ')}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`${paths.length} captures, ${connections} connections, ${different} different`)
process.exit(different > 0 ? 1 : 0)
