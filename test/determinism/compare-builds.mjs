#!/usr/bin/env node
// Holds two builds of the program against each other over a folder of captures: whatever comes out must be the same
// bytes. For changes that are to change nothing.
//
//   node test/determinism/compare-builds.mjs [options] PROGRAM PROGRAM FOLDER
//     PROGRAM               bin/pcap2conn.js of a checkout that was built
//     --forms all|turns     all: each capture in all forms; turns (default): in two of them by turns
//     --name TEXT           only captures whose path has this text
//     --verbose             a line for each capture
//
// Exit code: 0 all the same, 1 something differed.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { outcomeDifferences, outcomeOf } from './outcome.mjs'

/** @typedef {import('../../src/config/config.js').ConvertOptions} ConvertOptions */
/** @typedef {import('./outcome.mjs').Outcome} Outcome */
/** @typedef {typeof import('../../dist/index.js')} Library */

const INDEXES = ['jsonl', 'csv', 'parquet', 'log'].map((ending) => `OUT/index.${ending}`)
const SETTING = { workers: undefined, memory: '64M', maxFileDesc: 50 }
const THREADED = { workers: 2, memory: '8M', maxFileDesc: 3 }

/** Ways to write one capture. @type {Readonly<Record<string, ConvertOptions>>} */
const FORMS = {
  sides: { separateSides: true, writeMetadata: true, index: INDEXES },
  together: { gaps: 'skip', index: ['OUT/index.jsonl'] },
  headers: { chunksHeader: true, gaps: 'zeros', writeMetadata: true },
  zeros: { gaps: 'zeros', separateSides: true, overlap: 'last', index: ['OUT/index.parquet'] },
  json: { json: true, writeMetadata: true, index: ['OUT/index.csv'] },
  jsonSides: { json: true, separateSides: true, gaps: 'zeros', maxBytes: 1000 },
  console: { writeToConsole: true, writeMetadata: true, index: ['OUT/index.jsonl'] },
  consoleJson: { writeToConsole: true, json: true, index: [] },
  consoleHeaders: { writeToConsole: true, chunksHeader: true, gaps: 'zeros' },
  hex: { writeToConsole: true, hex: true },
  indexOnly: { noWrite: true, index: INDEXES },
  nothing: { noWrite: true },
  timeOuts: { tcpTimeout: 0.5, udpTimeout: 0.5, separateSides: true, index: ['OUT/index.log'] },
}
const NAMES = Object.keys(FORMS)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    forms: { type: 'string', default: 'turns' },
    name: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})
const [before, after, corpus] = positionals
if (before === undefined || after === undefined || corpus === undefined || positionals.length > 3) {
  console.error(
    'Usage: node test/determinism/compare-builds.mjs [--forms all|turns] [--name TEXT] [--verbose] PROGRAM PROGRAM FOLDER',
  )
  process.exit(2)
}

/** @type {readonly Library[]} */
const libraries = await Promise.all([before, after].map(libraryOf))
const captures = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => path.includes(values.name))
  .sort()
const folders = [...new Set(captures.map((path) => dirname(path)))]

const totals = { captures: 0, runs: 0, files: 0, packets: 0, different: 0 }
const started = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-builds-'))
try {
  for (const [number, path] of captures.entries()) {
    const names = values.forms === 'all' ? NAMES : [0, 5].map((step) => nameAt(number + step))
    for (const name of names) {
      const options = { ...FORMS[name], inputFile: path, utc: true }
      await compare(`${path} ${name}`, (library) => convertWith(library, options, SETTING))
    }
    if (values.forms === 'all' || number % 4 === 0)
      await compare(`${path} connections()`, (library) => handOver(library, path))
    totals.captures += 1
  }
  for (const [number, path] of folders.entries()) {
    const inputs = captures.filter((capture) => dirname(capture) === path)
    const options = { ...FORMS[nameAt(number)], inputFile: inputs, utc: true, perFile: true }
    await compare(`${path} --per-file`, (library) => convertWith(library, options, THREADED))
    const form = FORMS[nameAt(number + 7)]
    await compare(`${path} as one`, (library) =>
      convertWith(library, { ...form, inputFile: inputs }, THREADED),
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const seconds = Math.round((performance.now() - started) / 1000)
console.log(JSON.stringify({ ...totals, seconds }))
process.exitCode = totals.different === 0 ? 0 : 1

/** @param {number} number @returns {string} of a form */
function nameAt(number) {
  return /** @type {string} */ (NAMES[number % NAMES.length])
}

/** @param {string} program @returns {Promise<Library>} */
async function libraryOf(program) {
  const path = resolve(dirname(program), '..', 'dist', 'bundle', 'index.js')
  return /** @type {Promise<Library>} */ (import(pathToFileURL(path).href))
}

/**
 * @param {string} title
 * @param {(library: Library) => Promise<Outcome>} run
 */
async function compare(title, run) {
  const outcomes = []
  for (const library of libraries) {
    outcomes.push(await run(library))
    totals.runs += 1
  }
  const [expected, actual] = /** @type {[Outcome, Outcome]} */ (outcomes)
  totals.files += expected.tree.size
  totals.packets += expected.summary.packets.read
  const lines = outcomeDifferences(expected, actual)
  if (lines.length > 0) totals.different += 1
  for (const line of lines) console.log(`${title}: ${line}`)
  if (values.verbose) console.log(`${title}: ${lines.length === 0 ? 'the same' : 'DIFFERENT'}`)
}

/**
 * @param {Library} library
 * @param {ConvertOptions} options
 * @param {import('./outcome.mjs').Setting} setting
 */
function convertWith(library, options, setting) {
  return outcomeOf(/** @type {string} */ (folder), options, setting, library.convert)
}

/**
 * The connections of a capture as a program gets them.
 *
 * @param {Library} library
 * @param {string} path
 * @returns {Promise<Outcome>}
 */
async function handOver(library, path) {
  const iteration = library.connections(path, { workers: 2 })
  /** @type {Map<string, string>} */
  const tree = new Map()
  for await (const connection of iteration) {
    const hash = createHash('sha1').update(JSON.stringify(connection.record))
    for await (const { bytes, ...chunk } of connection.chunks())
      hash.update(JSON.stringify(chunk)).update(bytes)
    tree.set(connection.record.uid, hash.digest('hex'))
  }
  const {
    seconds: _,
    workers: __,
    ...summary
  } = /** @type {NonNullable<typeof iteration.summary>} */ (iteration.summary)
  return {
    tree,
    stdout: '',
    summary: JSON.parse(JSON.stringify(summary).replaceAll(/pcap2conn-\w{6}/g, 'TEMP')),
  }
}
