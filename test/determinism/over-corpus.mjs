#!/usr/bin/env node
// Holds the promise of equal bytes over a folder of captures: each is converted with several settings, and everything
// that comes out must be the same. Needs `npm run build`.
//
//   node test/determinism/over-corpus.mjs [options] FOLDER
//     --settings all|turns  all: every setting against the first; turns (default): one of the others by turns
//     --name TEXT           only captures whose path has this text
//     --verbose             a line for each capture
//
// A capture for which a limit was hit whose effect depends on the number of workers (held_memory, open_connections) is
// counted and not compared: the run says so itself, and exits 1.
// Exit code: 0 all the same, 1 something differed or failed.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isForcedLoss, outcomeDifferences, outcomeOf } from './outcome.mjs'

/** @typedef {import('./outcome.mjs').Setting} Setting */
/** @typedef {import('./outcome.mjs').ConvertOptions} ConvertOptions */

/** The first is what the others are compared with: no threads for small captures. @type {readonly Setting[]} */
const SETTINGS = [
  { workers: undefined, memory: '512M', maxFileDesc: 500 },
  { workers: 1, memory: '1M', maxFileDesc: 1 },
  { workers: 2, memory: '1M', maxFileDesc: 8 },
  { workers: 3, memory: '512M', maxFileDesc: 500 },
  { workers: 5, memory: '32M', maxFileDesc: 9 },
]

const INDEXES = ['jsonl', 'csv', 'parquet', 'log'].map((ending) => `OUT/index.${ending}`)

/** Ways to write, by turns. @type {readonly ConvertOptions[]} */
const FORMS = [
  { separateSides: true, writeMetadata: true, index: INDEXES },
  { json: true, writeMetadata: true, gaps: 'zeros', index: INDEXES, overlap: 'last' },
  { chunksHeader: true, gaps: 'skip', tcpTimeout: 1, udpTimeout: 1, index: INDEXES },
  { writeToConsole: true, json: true, index: INDEXES },
  { noDecap: true, separateSides: true, maxBytes: 1000, index: INDEXES },
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    settings: { type: 'string', default: 'turns' },
    name: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})
const [corpus] = positionals
if (corpus === undefined || positionals.length > 1 || !['all', 'turns'].includes(values.settings)) {
  console.error(
    'Usage: node test/determinism/over-corpus.mjs [--settings all|turns] [--name TEXT] [--verbose] FOLDER',
  )
  process.exit(2)
}

const captures = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => path.includes(values.name))
  .sort()

/** @param {number} number of a capture @returns {readonly Setting[]} what it is converted with beside the first */
function othersFor(number) {
  const others = SETTINGS.slice(1)
  return values.settings === 'all' ? others : others.slice(number % others.length).slice(0, 1)
}

const totals = { captures: 0, runs: 0, files: 0, packets: 0, forced: 0, refused: 0, different: 0 }
const started = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-corpus-'))
try {
  for (const [number, path] of captures.entries()) {
    const form = /** @type {ConvertOptions} */ (FORMS[number % FORMS.length])
    const lines = await differencesOf(path, form, othersFor(number))
    totals.captures += 1
    if (lines.length > 0) totals.different += 1
    for (const line of lines) console.log(`${path}: ${line}`)
    if (values.verbose) console.log(`${path}: ${lines.length === 0 ? 'the same' : 'DIFFERENT'}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const seconds = Math.round((performance.now() - started) / 1000)
console.log(JSON.stringify({ ...totals, seconds }))
process.exitCode = totals.different === 0 ? 0 : 1

/**
 * @param {string} path of a capture
 * @param {ConvertOptions} form
 * @param {readonly Setting[]} others
 * @returns {Promise<string[]>} what differs, and from which setting on
 */
async function differencesOf(path, form, others) {
  const options = { ...form, inputFile: path, utc: true }
  const run = async (/** @type {Setting} */ setting) => {
    totals.runs += 1
    return outcomeOf(folder, options, setting)
  }
  const expected = await run(/** @type {Setting} */ (SETTINGS[0]))
  totals.files += expected.tree.size
  totals.packets += expected.summary.packets.read
  if (expected.summary.packets.read === 0) totals.refused += 1
  const lines = []
  for (const setting of others) {
    const actual = await run(setting)
    if (isForcedLoss(expected) || isForcedLoss(actual)) totals.forced += 1
    else
      for (const line of outcomeDifferences(expected, actual))
        lines.push(`${JSON.stringify(setting)}: ${line}`)
  }
  return lines
}
