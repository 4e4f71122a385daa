// Tries the program's parts, and the program, with inputs that are made to break them. See README.md in this folder.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { seedOf } from '../../fixtures/generator/random.mjs'
import { caseOf } from './lib/case-source.mjs'
import { CurrentCase } from './lib/current-case.mjs'
import { failureOf, targetsOf } from './lib/run-cases.mjs'
import { TARGET_NAMES } from './targets/all.mjs'

/** @typedef {import('./lib/run-cases.mjs').Failure} Failure */

const USAGE = `Usage: npm run fuzz -- [options]
  --seconds N      how long (60)
  --target NAME    only this one; repeatable: ${TARGET_NAMES.join(', ')}
  --seed S         a number; the same seed gives the same cases (a new one each time)
  --jobs N         threads; all but the first have seeds of their own (1)
  --guided         goes on from inputs that reach new code: cases depend on those before them then
  --corpus FOLDER  captures to make cases of, beside fixtures/; repeatable (../shared/corpus)
  --out FOLDER     where an input that fails is written (out/fuzz)
  --case K         with --target and --seed: runs this one case
  --replay FILE    runs an input that was written to a file`
const ROOT = new URL('../../', import.meta.url)
const WATCH_MS = 1000
const TELL_MS = 30_000
/** A case that takes longer hangs: the slowest ones take about a second. */
const HANG_MS = 120_000
const HEAP_MIB = 1024

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string', multiple: true, default: TARGET_NAMES },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    jobs: { type: 'string', default: '1' },
    corpus: {
      type: 'string',
      multiple: true,
      default: [process.env.PCAP2CONN_CORPUS ?? fileURLToPath(new URL('../shared/corpus', ROOT))],
    },
    out: { type: 'string', default: fileURLToPath(new URL('out/fuzz', ROOT)) },
    guided: { type: 'boolean', default: false },
    case: { type: 'string' },
    replay: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

for (const name of /** @type {const} */ (['seconds', 'seed', 'jobs', 'case'])) {
  const value = values[name]
  if (value === undefined || /^\d{1,15}$/.test(value)) continue
  console.error(`Cannot use --${name} "${value}": must be an integer`)
  process.exit(2)
}
if (values.jobs === '0') {
  console.error('Cannot use --jobs "0": must be 1 or more')
  process.exit(2)
}
if (values.replay !== undefined && !existsSync(values.replay)) {
  console.error(`Cannot use --replay "${values.replay}": no such file`)
  process.exit(2)
}
const unknown = values.target.find((name) => !TARGET_NAMES.includes(name))
if (unknown !== undefined) {
  console.error(`Cannot use --target "${unknown}": must be one of ${TARGET_NAMES.join(', ')}`)
  process.exit(2)
}
const seed = Number(values.seed)
const common = {
  targets: values.target,
  corpus: values.corpus,
  fixtures: fileURLToPath(new URL('fixtures', ROOT)),
}
/** @type {Record<string, number>[]} */
const casesOfJobs = []

/** @param {number} job */
function folderOf(job) {
  return join(tmpdir(), `pcap2conn-fuzz-${process.pid}-${job}`)
}

// Folders of jobs that were ended before they could clean up.
process.once('exit', () => {
  for (let job = 0; job < Number(values.jobs); job++) rmSync(folderOf(job), { recursive: true, force: true })
})
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

/** Runs one job to its end. @param {number} job @returns {Promise<Failure | null>} */
function runJob(job) {
  const current = new CurrentCase()
  const jobSeed = job === 0 ? seed : seedOf(seed, job)
  const workerData = {
    ...common,
    seed: jobSeed,
    seconds: Number(values.seconds),
    isGuided: values.guided,
    folder: folderOf(job),
    current: current.shared,
  }
  const worker = new Worker(new URL('lib/job.mjs', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  })
  let seen = -1
  let seenAt = Date.now()
  return new Promise((resolve) => {
    const lost = (/** @type {string} */ message) => {
      clearInterval(watch)
      const { target, ...rest } = current.failed
      resolve({ ...rest, target: common.targets[target] ?? '', message })
    }
    const watch = setInterval(() => {
      if (current.count !== seen) seenAt = Date.now()
      seen = current.count
      if (Date.now() - seenAt < HANG_MS) return
      void worker.terminate()
      lost(`Hangs: a case takes more than ${HANG_MS / 1000} seconds`)
    }, WATCH_MS)
    worker.on('message', (/** @type {import('./lib/run-cases.mjs').JobMessage} */ message) => {
      if (message.kind === 'cases') casesOfJobs[job] = message.cases
      else resolve(message.failure)
    })
    worker.on('error', (error) => lost(`The thread died: ${error.stack ?? error.message}`))
    worker.on('exit', () => {
      clearInterval(watch)
      resolve(null)
    })
  })
}

/** @param {number} since */
function tell(since) {
  const sum = (/** @type {string} */ name) =>
    casesOfJobs.reduce((total, cases) => total + (cases[name] ?? 0), 0)
  const counts = common.targets.map((name) => `${name} ${sum(name)}`)
  console.log(`${Math.round((Date.now() - since) / 1000)} s: ${counts.join(', ')}`)
}

/** @param {Failure} failure */
function keep({ target, number, salt, input, message }) {
  mkdirSync(values.out, { recursive: true })
  const path = join(values.out, `${target}-${salt.toString(16).padStart(8, '0')}-${number}.bin`)
  writeFileSync(path, input)
  writeFileSync(`${path}.txt`, `${message}\n`)
  console.error(`\n${target}, case ${number}: ${message}\n\nTry it again: npm run fuzz -- --replay ${path}`)
}

async function fuzz() {
  console.log(
    `Seed ${seed}, ${values.seconds} s, ${values.jobs} jobs; replay a case with --target NAME --seed ${seed} --case K and the same --corpus`,
  )
  const start = Date.now()
  const telling = setInterval(() => tell(start), TELL_MS)
  const failures = await Promise.all(Array.from({ length: Number(values.jobs) }, (_, job) => runJob(job)))
  clearInterval(telling)
  tell(start)
  const found = failures.filter((failure) => failure !== null)
  for (const failure of found) keep(failure)
  return found.length === 0 ? 0 : 1
}

/** @param {string} name @param {Uint8Array | null} input @param {number} salt of a given input */
async function tryOne(name, input, salt) {
  const folder = folderOf(0)
  mkdirSync(folder, { recursive: true })
  const [target] = await targetsOf({ ...common, targets: [name], folder })
  if (target === undefined) throw new RangeError(`Cannot fuzz "${name}"`)
  const made = input === null ? caseOf(target, seed, Number(values.case)) : { input, salt }
  const message = await failureOf(target, made.input, made.salt)
  console.log(message ?? `${name}: nothing fails with these ${made.input.length} bytes`)
  return message === null ? 0 : 1
}

/** @returns {Promise<number>} the exit code */
async function main() {
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  if (values.replay !== undefined) {
    const [, name = '', salt = '0'] = /^([\w-]+)-([0-9a-f]{8})-/.exec(basename(values.replay)) ?? []
    return tryOne(name, readFileSync(values.replay), Number.parseInt(salt, 16))
  }
  if (values.case !== undefined) return tryOne(values.target[0] ?? '', null, 0)
  return fuzz()
}

process.exit(await main())
