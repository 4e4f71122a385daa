import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { convert } from '../../dist/index.js'
import { isBalanced } from '../../dist/summary.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

/** @typedef {import('../determinism/outcome.mjs').ConvertOptions} ConvertOptions */
/** @typedef {Awaited<ReturnType<typeof convert>>} Summary */

/** Fates of packets that are the same in each part. */
const COMMON = /** @type {const} */ (['read', 'filtered', 'not_ip', 'malformed', 'fragments'])
const SUMS = /** @type {const} */ ([
  'payload',
  'missing',
  'retransmitted',
  'payload_captured',
  'delivered',
  'repeated',
  'conflicting',
  'outside',
])
const MOST_SHOWN = 5

/**
 * What the parts of a run have otherwise than the whole: files, records, counts. Leaves nothing behind.
 *
 * @param {string} folder for what is written meanwhile
 * @param {readonly string[]} captures
 * @param {number} parts
 * @param {ConvertOptions} [options]
 * @returns {Promise<{ differences: string[], counts: number[] }>} `counts`: connections of each part
 */
export async function partsAgainstWhole(folder, captures, parts, options = {}) {
  const work = mkdtempSync(join(folder, 'parts-'))
  try {
    const whole = await outcome(join(work, 'whole'), captures, options)
    const outcomes = []
    for (let part = 1; part <= parts; part++) {
      const shard = { shard: `${part}/${parts}`, seed: `seed of ${parts}` }
      outcomes.push(await outcome(join(work, `${part}`), captures, { ...options, ...shard }))
    }
    const files = new Map()
    const differences = []
    for (const { files: own } of outcomes) {
      for (const [name, hash] of own) {
        if (files.has(name)) differences.push(`${name} is in two parts`)
        files.set(name, hash)
      }
    }
    differences.push(...treeDifferences(whole.files, files))
    const records = outcomes.flatMap((one) => one.records).sort()
    const missing = whole.records.filter((record) => !records.includes(record))
    if (records.length !== whole.records.length || missing.length > 0)
      differences.push(`${records.length} records for ${whole.records.length}`, ...missing)
    differences.push(
      ...countDifferences(
        whole.summary,
        outcomes.map((one) => one.summary),
      ),
    )
    const counts = outcomes.map(({ summary }) => summary.connections.total)
    return { differences: differences.slice(0, MOST_SHOWN), counts }
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** @param {string} work @param {readonly string[]} captures @param {ConvertOptions} options */
async function outcome(work, captures, options) {
  mkdirSync(work)
  const outputDir = join(work, 'out')
  const index = join(work, 'index.jsonl')
  const summary = await convert({ utc: true, ...options, inputFile: captures, outputDir, index })
  const files = existsSync(outputDir) ? treeHashes(outputDir) : new Map()
  const records = readFileSync(index, 'utf8').split('\n').slice(0, -1).sort()
  return { files, records, summary }
}

/** @param {Summary} whole @param {readonly Summary[]} parts @returns {string[]} */
function countDifferences(whole, parts) {
  /** @param {(summary: Summary) => number} of */
  const sum = (of) => parts.reduce((total, part) => total + of(part), 0)
  /** @param {string} what @param {number} found @param {number} expected */
  const line = (what, found, expected) => (found === expected ? [] : [`${what}: ${found} for ${expected}`])
  const taken = (/** @type {Summary} */ { packets }) => packets.delivered + packets.duplicates
  // Copies of fragments, of which no part is known, are in each.
  const copies = whole.packets.read - COMMON.slice(1).reduce((total, fate) => total + whole.packets[fate], 0)
  return [
    ...parts.flatMap((part) => COMMON.flatMap((fate) => line(fate, part.packets[fate], whole.packets[fate]))),
    ...parts.flatMap((part) => (isBalanced(part.packets) ? [] : ['packets do not balance'])),
    ...parts.flatMap((part) => line('other_shard', taken(part) + part.packets.other_shard, copies)),
    ...line(
      'delivered',
      sum(({ packets }) => packets.delivered),
      whole.packets.delivered,
    ),
    ...line(
      'connections',
      sum(({ connections }) => connections.total),
      whole.connections.total,
    ),
    ...line(
      'icmp_errors',
      sum(({ details }) => details.icmp_errors ?? 0),
      whole.details.icmp_errors ?? 0,
    ),
    ...SUMS.flatMap((name) =>
      line(
        name,
        sum(({ bytes }) => bytes[name]),
        whole.bytes[name],
      ),
    ),
  ]
}
