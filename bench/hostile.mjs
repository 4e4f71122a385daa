// Runs the program on captures crafted to need much time or memory, and on ordinary captures of the same size. See
// README.md in this folder.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lookupsPlan, mixedPlan } from '../fixtures/generator/presets.mjs'
import { ATTACKS } from './hostile/attacks.mjs'
import { OrdinaryCapture } from './hostile/ordinary.mjs'
import { rowOf, table } from './hostile/table.mjs'
import { measure } from './lib/measure.mjs'
import { runBench, UsageError } from './lib/options.mjs'
import { PROGRAM } from './lib/programs.mjs'
import { machine } from './lib/report.mjs'
import { freeBytes, listFiles, remove, workFolder } from './lib/work-folder.mjs'

/** @typedef {import('./hostile/attack.mjs').Attack} Attack */
/** @typedef {import('./hostile/table.mjs').HostileRun} HostileRun */
/** @typedef {{ mixed: OrdinaryCapture, lookups: OrdinaryCapture }} Ordinaries */

const MEMORY = '64M'
const NEEDED_BYTES = 4e9
const USAGE = `Usage: node bench/hostile.mjs [options]
  --quick        captures of about a tenth, one round
  --attack TEXT  only attacks whose name contains TEXT; repeatable
  --rounds N     3; 1 with --quick
  --seed N       of the generated captures (1)
  --dir DIR      work folder (/dev/shm/pcap2conn-bench where there is one)`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    attack: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    dir: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
const seed = Number(values.seed)
const folder = join(workFolder(values.dir), 'hostile')
const out = join(folder, 'out')
const summaryPath = join(folder, 'summary.json')

/**
 * Runs the program once and deletes its output.
 *
 * @param {Attack} attack
 * @param {string} capture
 * @param {number} units
 * @returns {Promise<HostileRun>}
 */
async function run({ args = [], argsFor, memory = MEMORY, isInspected = false }, capture, units) {
  const options = [...args, ...(argsFor?.(units) ?? [])].map((option) => option.replace('OUT', out))
  const common = ['-o', out, '--utc', '--quiet', '--summary', summaryPath, '--memory', memory]
  const all = isInspected ? ['inspect', capture, '--json', ...options] : [capture, ...common, ...options]
  const { seconds, userSec, sysSec, peakBytes, code, stderr } = await measure(process.execPath, [
    PROGRAM,
    ...all,
  ])
  const summary = existsSync(summaryPath) ? JSON.parse(readFileSync(summaryPath, 'utf8')) : null
  const files = existsSync(out) ? listFiles(out) : []
  const allocatedBytes = files.reduce((sum, { name }) => sum + 512 * statSync(join(out, name)).blocks, 0)
  remove(out)
  remove(summaryPath)
  return {
    seconds,
    cpuSec: userSec + sysSec,
    peakBytes,
    code,
    stderr,
    summary,
    files: files.length,
    allocatedBytes,
  }
}

/** @param {Attack} attack @param {Ordinaries} ordinaries @param {number} startUpSec */
async function measureAttack(attack, ordinaries, startUpSec) {
  const ordinary = ordinaries[attack.ordinary ?? 'mixed']
  const units = values.quick ? attack.quick : attack.full
  const whole = join(folder, 'whole')
  const half = join(folder, 'half')
  const other = join(folder, 'ordinary.pcap')
  attack.write(whole, units, seed)
  if (!values.quick) attack.write(half, Math.ceil(units / 2), seed)
  const bytes = statSync(whole).size
  ordinary.cut(other, attack.unpackedBytes === undefined ? bytes : attack.unpackedBytes * units)
  /** @type {{ whole: HostileRun[], half: HostileRun[], ordinary: HostileRun[] }} */
  const runs = { whole: [], half: [], ordinary: [] }
  for (let round = 0; round < rounds; round++) {
    runs.ordinary.push(await run({ ...attack, argsFor: () => [] }, other, units))
    runs.whole.push(await run(attack, whole, units))
    if (!values.quick) runs.half.push(await run(attack, half, Math.ceil(units / 2)))
  }
  for (const path of [whole, half, other]) remove(path)
  return rowOf(attack, units, bytes, runs, startUpSec)
}

/** Measures the seconds that the program needs for an almost empty capture. @param {OrdinaryCapture} ordinary */
async function startUp(ordinary) {
  const path = join(folder, 'ordinary.pcap')
  ordinary.cut(path, 2_000)
  /** @type {number[]} */
  const all = []
  for (let i = 0; i < 5; i++) all.push((await run(NOTHING, path, 0)).cpuSec)
  remove(path)
  return Math.min(...all)
}

/** @type {Attack} */
const NOTHING = { name: '', full: 0, quick: 0, limits: [], write: () => {} }

async function main() {
  remove(folder)
  workFolder(folder)
  if (freeBytes(folder) < NEEDED_BYTES) throw new Error(`Needs ${NEEDED_BYTES / 1e9} GB free in ${folder}`)
  const wanted = values.attack
  const attacks = ATTACKS.filter(({ name }) => wanted?.some((text) => name.includes(text)) ?? true)
  if (attacks.length === 0) throw new UsageError(`No attack has "${wanted?.join('" or "')}" in its name`)
  const scale = values.quick ? 1 : 10
  const path = join(folder, 'all.pcap')
  /** @type {Ordinaries} */
  const ordinaries = {
    mixed: new OrdinaryCapture(path, mixedPlan(600 * scale), seed),
    lookups: new OrdinaryCapture(path, lookupsPlan(12_000 * scale), seed),
  }
  const startUpSec = await startUp(ordinaries.mixed)
  const rows = []
  for (const attack of attacks) {
    const row = await measureAttack(attack, ordinaries, startUpSec)
    rows.push(row)
    process.stderr.write(`${table([row], rows.length === 1)}\n`)
  }
  console.log(table(rows, true))
  const { processors, model, node } = machine()
  console.log(
    `Node ${node}, ${processors} x ${model}, --memory ${MEMORY}, start-up ${startUpSec.toFixed(2)} s`,
  )
  const broken = rows.filter(({ problems }) => problems.length > 0)
  for (const { name, problems } of broken) for (const problem of problems) console.log(`${name}: ${problem}`)
  process.exitCode = broken.length === 0 ? 0 : 1
}

if (values.help) console.log(USAGE)
else {
  process.once('exit', () => remove(folder))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  await runBench(main)
}
