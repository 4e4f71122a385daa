// Checks that memory does not grow with the capture: generates large captures, converts them, compares every output byte
// with the generator's, and prints the peak of resident memory. See README.md in this folder.

import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { StreamContent } from '../fixtures/generator/content.mjs'
import { expectedFiles } from '../fixtures/generator/expected-files.mjs'
import { generateFile } from '../fixtures/generator/generate.mjs'
import { shortPlan, singlePlan, sparsePlan } from '../fixtures/generator/presets.mjs'
import { measure } from './lib/measure.mjs'
import { ourArguments, PROGRAM } from './lib/programs.mjs'
import { freeBytes, remove, workFolder } from './lib/work-folder.mjs'

/** @typedef {import('../fixtures/generator/generate.mjs').CapturePlan} CapturePlan */
/** @typedef {import('../fixtures/generator/types.mjs').ConnectionTruth} ConnectionTruth */

const GIB = 2 ** 30
const MOST_RESIDENT_BYTES = 600e6
const SEED = 1
/** Half-streams up to this length are compared in memory, without a stream. */
const SMALL_BYTES = 1 << 20

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {CapturePlan} plan
 * @property {number} neededBytes free space needed for capture and results
 */

/** @param {boolean} isQuick @returns {Case[]} */
function cases(isQuick) {
  const scale = isQuick ? 16 : 1
  const connections = 300_000 / scale
  return [
    {
      name: `one connection of ${3 / scale} GiB`,
      plan: singlePlan((3 * GIB) / scale),
      neededBytes: (6.6 * GIB) / scale,
    },
    {
      name: `one connection of ${12 / scale} GiB, mostly lost`,
      plan: sparsePlan((12 * GIB) / scale),
      neededBytes: 0.1 * GIB,
    },
    {
      name: `${connections} connections, a sixth of them open at a time`,
      plan: shortPlan(connections, Math.floor(connections / 6)),
      neededBytes: connections * 14_000,
    },
  ]
}

/** @param {string} path @returns {Promise<string>} SHA-256 of a file */
async function hashOf(path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: SMALL_BYTES })) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * @param {string} out
 * @param {readonly ConnectionTruth[]} truths
 * @returns {Promise<{ streams: number, wrong: string[] }>} number of half-streams compared, and the errors
 */
async function compare(out, truths) {
  const content = new StreamContent(SEED)
  const expected = expectedFiles(truths)
  const wrong = []
  for (const name of readdirSync(out)) if (!expected.has(name)) wrong.push(`${name} is not expected`)
  for (const [name, file] of expected) {
    const path = join(out, name)
    if (!existsSync(path)) wrong.push(`${name} is missing`)
    else if (!(await isRight(path, content, file))) wrong.push(`${name} differs`)
  }
  return { streams: expected.size, wrong }
}

/**
 * @param {string} path
 * @param {StreamContent} content
 * @param {import('../fixtures/generator/expected-files.mjs').ExpectedFile} expected
 */
async function isRight(path, content, { key, streamBytes, missing }) {
  if (streamBytes > SMALL_BYTES) return (await hashOf(path)) === content.sha256(key, streamBytes, missing)
  return Buffer.compare(readFileSync(path), content.bytes(key, streamBytes, missing)) === 0
}

/** @param {string} folder @returns {[string, string]} capture and output folder */
function pathsIn(folder) {
  return [join(folder, 'memory.pcap'), join(folder, 'out')]
}

/** Deletes the files of runs. @param {string} folder */
function clear(folder) {
  for (const path of pathsIn(folder)) remove(path)
}

/** @param {string} folder @param {Case} of @returns {Promise<boolean>} true when all checks pass */
async function run(folder, { name, plan, neededBytes }) {
  if (freeBytes(folder) < neededBytes) {
    console.log(`${name}: skipped, needs ${(neededBytes / 1e9).toFixed(1)} GB free in ${folder}`)
    return true
  }
  const [capture, out] = pathsIn(folder)
  clear(folder)
  /** @type {ConnectionTruth[]} */
  const truths = []
  const { packets, fileBytes } = generateFile(plan, SEED, capture, {
    onConnection: (truth) => truths.push(truth),
  })
  const args = [PROGRAM, ...ourArguments(capture, out), '--gaps', 'skip']
  const { code, stderr, seconds, peakBytes } = await measure(process.execPath, args)
  if (code !== 0) throw new Error(`Cannot convert "${capture}": exit code ${code}: ${stderr}`)
  const { streams, wrong } = await compare(out, truths)
  const isSmall = peakBytes < MOST_RESIDENT_BYTES
  console.log(
    `${name}: ${(fileBytes / 1e9).toFixed(2)} GB, ${packets} packets in ${seconds.toFixed(1)} s; ` +
      `resident ${(peakBytes / 1e6).toFixed(0)} MB at most (${isSmall ? 'below' : 'ABOVE'} ${MOST_RESIDENT_BYTES / 1e6}); ` +
      `${streams - wrong.length} of ${streams} half-streams right`,
  )
  for (const line of wrong.slice(0, 10)) console.log(`  ${line}`)
  return wrong.length === 0 && isSmall
}

const { values } = parseArgs({
  options: { dir: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const folder = workFolder(values.dir)
process.once('exit', () => clear(folder))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
let doesHold = true
for (const one of cases(values.quick)) doesHold = (await run(folder, one)) && doesHold
process.exitCode = doesHold ? 0 : 1
