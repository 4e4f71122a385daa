#!/usr/bin/env node
// Compares the objects of --objects with those of `tshark --export-objects http`, by content: each of tshark's must be among ours, or
// a part of one where the capture lost bytes.
// Needs `npm run build`.
//
//   node test/corpus/objects.mjs [CORPUS]      CORPUS: by default ../shared/corpus beside this checkout
//
// Exit code: 0 as listed in objects.jsonl, 1 something differs: - is listed and did not come, + came and is not listed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readRows } from './rows.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const captures = join(process.argv[2] ?? join(root, '../shared/corpus'), 'captures')
if (!existsSync(captures)) throw new Error(`no captures: ${captures}`)
const reasons = readRows('objects.jsonl')
const scratch = mkdtempSync(join(tmpdir(), 'objects-'))

/** @param {string} folder @returns {Buffer[]} its files that are not empty */
function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name)))
    .filter(({ length }) => length > 0)
}

/** @param {string} path of a capture */
function compare(path) {
  const [theirs, ours] = [join(scratch, 'theirs'), join(scratch, 'ours')]
  spawnSync('tshark', ['-r', path, '-q', '--export-objects', `http,${theirs}`], { timeout: 120_000 })
  const wanted = filesIn(theirs)
  if (wanted.length === 0) return null
  const args = [path, '--objects', '--no-write', '-q', '--tcp-timeout', '0', '-o', ours]
  spawnSync(process.execPath, [join(root, 'bin/pcap2conn.js'), ...args])
  const have = filesIn(join(ours, 'objects'))
  const same = wanted.filter((object) => have.some((other) => object.equals(other))).length
  // Where the capture lost bytes, tshark has an object for each segment.
  const parts = wanted.filter((object) => have.some((other) => other.includes(object))).length - same
  return { same, parts, missing: wanted.length - same - parts }
}

/** The captures in which somebody speaks HTTP, as the index says. @returns {string[]} */
function httpCaptures() {
  const index = join(scratch, 'index.jsonl')
  const args = ['-r', captures, '--per-file', '--no-write', '--index', index, '-q', '-o', scratch]
  spawnSync(process.execPath, [join(root, 'bin/pcap2conn.js'), ...args])
  const records = readFileSync(index, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return [
    ...new Set(records.filter(({ service }) => service === 'http').map(({ capture }) => capture)),
  ].sort()
}

const total = { same: 0, parts: 0, missing: 0 }
let differences = 0
try {
  for (const path of httpCaptures()) {
    const name = relative(captures, path)
    const result = compare(path)
    for (const folder of ['theirs', 'ours']) rmSync(join(scratch, folder), { recursive: true, force: true })
    const known = reasons.find((/** @type {{ capture: string }} */ row) => row.capture === name)?.missing ?? 0
    if (result !== null)
      for (const key of /** @type {const} */ (['same', 'parts', 'missing'])) total[key] += result[key]
    const missing = result?.missing ?? 0
    if (missing === known) continue
    differences += 1
    console.log(`${missing > known ? '+' : '-'} ${JSON.stringify({ capture: name, missing })}`)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(
  `Of the objects that tshark exports ${total.same} are the same, ${total.parts} are parts of ours, ${total.missing} are missing; ${differences} captures differ from the list`,
)
process.exit(differences === 0 ? 0 : 1)
