// Measures the cost of each stage of a packet's path, and predicts the throughput on more processors. See README.md in
// this folder.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { presetCapture, removeCapture } from './lib/captures.mjs'
import { median } from './lib/measure.mjs'
import { runBench, wholeNumber } from './lib/options.mjs'
import { machine } from './lib/report.mjs'
import { runStages, STAGES } from './lib/stage-run.mjs'
import { remove, workFolder } from './lib/work-folder.mjs'

/** @typedef {import('./lib/stage-run.mjs').Stage} Stage */

const USAGE = `Usage: node bench/stages.mjs [options]
  --preset NAME    one of those of convert.mjs; repeatable (bulk and short)
  --rounds N       runs of each stage, taking turns (5)
  --quick          captures of about a twentieth
  --dir DIR        work folder (/dev/shm/pcap2conn-bench where there is one)
  --keep           leave the generated captures there for the next time
  --json FILE      write all figures`
/** The first stage of the worker; the stages before it are the dispatcher's. */
const WORKER_FROM = STAGES.indexOf('flow')
const PROCESSORS = [1, 2, 4, 8, 16]

function readOptions() {
  const { values } = parseArgs({
    options: {
      preset: { type: 'string', multiple: true, default: ['bulk', 'short'] },
      rounds: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      dir: { type: 'string' },
      keep: { type: 'boolean', default: false },
      json: { type: 'string' },
      stage: { type: 'string' },
      capture: { type: 'string', default: '' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return { ...values, rounds: wholeNumber('--rounds', values.rounds, 1) }
}

/**
 * Does one run in a new process, so that V8 optimizes its code for this run only.
 *
 * @param {string} capture
 * @param {Stage} stage
 * @param {string} out
 */
function runAlone(capture, stage, out) {
  remove(out)
  mkdirSync(out, { recursive: true })
  const args = [import.meta.filename, '--stage', stage, '--capture', capture, '--dir', out]
  return /** @type {{ packets: number, seconds: number }} */ (
    JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  )
}

/** @param {string} preset @param {ReturnType<typeof readOptions>} options */
function measureStages(preset, { dir, quick, rounds, keep }) {
  const folder = workFolder(dir)
  const out = join(folder, 'stages')
  const capture = presetCapture(folder, preset, quick ? 'quick' : 'full', 1)
  const { path, packets, fileBytes } = capture
  /** Nanoseconds per packet up to each stage, in each round. @type {number[][]} */
  const upTo = STAGES.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, stage] of STAGES.entries()) {
      upTo[i]?.push((runAlone(path, stage, out).seconds * 1e9) / packets)
    }
  }
  remove(out)
  if (!keep) removeCapture(capture)
  const medians = upTo.map(median)
  const costs = medians.map((ns, i) => Math.max(0, ns - (medians[i - 1] ?? 0)))
  console.log(`\n${preset}: ${packets} packets, ${(fileBytes / packets).toFixed(0)} bytes each in the file`)
  for (const [i, stage] of STAGES.entries())
    console.log(`  ${stage.padEnd(8)}${(costs[i] ?? 0).toFixed(0).padStart(6)} ns`)
  const dispatcher = medians[WORKER_FROM - 1] ?? 0
  const worker = (medians.at(-1) ?? 0) - dispatcher
  console.log(`  dispatcher ${dispatcher.toFixed(0)} ns, worker ${worker.toFixed(0)} ns a packet`)
  for (const processors of PROCESSORS) {
    const ns = Math.max(dispatcher, (dispatcher + worker) / processors)
    const rate = `${(1e3 / ns).toFixed(2)} M packets/s, ${(fileBytes / packets / ns).toFixed(2)} GB/s`
    console.log(
      `  ${String(processors).padStart(2)} processors: ${rate}${ns === dispatcher ? ' (dispatcher-bound)' : ''}`,
    )
  }
  const nanoseconds = Object.fromEntries(STAGES.map((stage, i) => [stage, costs[i]]))
  return { preset, packets, fileBytes, nanoseconds, dispatcher, worker }
}

await runBench(() => {
  const options = readOptions()
  if (options.help) {
    console.log(USAGE)
  } else if (options.stage !== undefined) {
    const stage = /** @type {Stage} */ (options.stage)
    console.log(JSON.stringify(runStages(options.capture, stage, options.dir ?? '')))
  } else {
    const figures = options.preset.map((preset) => measureStages(preset, options))
    const report = { machine: machine(), date: new Date().toISOString(), rounds: options.rounds, figures }
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
  }
})
