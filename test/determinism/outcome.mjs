// Runs of the built program in this process, and what came out of them in a form that can be compared.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { convert } from '../../dist/index.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

/** @typedef {import('../../src/config/config.js').ConvertOptions} ConvertOptions */
/** @typedef {import('../../src/summary.js').Summary} Summary */

/**
 * What must not change a byte. Without `workers` small captures are converted on the calling thread, others by threads.
 *
 * @typedef {object} Setting
 * @property {number | undefined} workers
 * @property {string} memory
 * @property {number} maxFileDesc
 */

/**
 * @typedef {object} Outcome
 * @property {ReadonlyMap<string, string>} tree the hash of each file by its path below the output folder
 * @property {string} stdout the hash of what went to standard output
 * @property {Omit<Summary, 'seconds' | 'workers'>} summary less `details.spilled_bytes`
 */

/**
 * What is the same for any setting: not the time, not the number of threads, and not how much had no room in memory.
 *
 * @param {Summary} summary
 */
export function comparable({ seconds: _, workers: __, details, ...totals }) {
  const { spilled_bytes: ___, ...others } = details
  return { ...totals, details: others }
}

/**
 * Converts into a folder of its own below `folder`, which is gone afterwards. Index paths begin with `OUT/`, the output
 * folder.
 *
 * @param {string} folder
 * @param {ConvertOptions} options
 * @param {Setting} setting
 * @param {typeof convert} run That of the build in dist/ by default.
 * @returns {Promise<Outcome>}
 */
export async function outcomeOf(folder, options, setting, run = convert) {
  const parent = mkdtempSync(join(folder, 'run-'))
  const out = join(parent, 'tree')
  const stdout = createHash('sha1')
  const sink = new Writable({
    write(chunk, _encoding, done) {
      stdout.update(chunk)
      done()
    },
  })
  const { index = [] } = options
  const indexes = typeof index === 'string' ? [index] : index
  const placed = indexes.map((path) => path.replace('OUT/', `${out}/`))
  const summary = await run({ ...options, ...setting, outputDir: out, index: placed }, { stdout: sink })
  const tree = existsSync(out) ? treeHashes(out) : new Map()
  rmSync(parent, { recursive: true })
  // Messages of errors name paths below the folder of the run.
  const text = JSON.stringify(comparable(summary)).replaceAll(out, 'OUT')
  return { tree, stdout: stdout.digest('hex'), summary: JSON.parse(text) }
}

/**
 * @param {Outcome} expected
 * @param {Outcome} actual
 * @returns {string[]} what differs, a line each; none when both are the same
 */
export function outcomeDifferences(expected, actual) {
  const lines = treeDifferences(expected.tree, actual.tree)
  if (expected.stdout !== actual.stdout) lines.push('changed standard output')
  for (const key of /** @type {(keyof Outcome['summary'])[]} */ (Object.keys(expected.summary))) {
    const [before, after] = [expected.summary[key], actual.summary[key]].map((value) => JSON.stringify(value))
    if (before !== after) lines.push(`summary ${key}: ${before} became ${after}`)
  }
  return lines
}

/**
 * @param {Outcome} outcome
 * @returns {boolean} whether something was given up for want of memory, as the summary says: how much depends on the
 *   setting
 */
export function isForcedLoss({ summary: { limits } }) {
  return 'held_memory' in limits || 'open_connections' in limits
}
