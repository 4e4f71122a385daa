// Compares pcap2conn with other programs and with the floor, on generated captures or on a given capture.
// See README.md in this folder.

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ownCapture, presetCapture, presetNames, removeCapture } from './lib/captures.mjs'
import { measure } from './lib/measure.mjs'
import { runBench, UsageError, wholeNumber } from './lib/options.mjs'
import { contestants, NO_WRITE } from './lib/programs.mjs'
import { machine, ratioLines, summaries, table } from './lib/report.mjs'
import { freeBytes, listFiles, remove, workFolder } from './lib/work-folder.mjs'

/** @typedef {import('./lib/captures.mjs').BenchCapture} BenchCapture */
/** @typedef {import('./lib/programs.mjs').Contestant} Contestant */
/** @typedef {import('./lib/report.mjs').Result} Result */

/** With `--quick`, no new capture begins after this time, so that the bench ends within two minutes. */
const QUICK_SECONDS = 80
/** Memory of a small file: a page and its directory entry. */
const BYTES_PER_FILE = 5_000
const USAGE = `Usage: node bench/convert.mjs [options]
  --preset NAME    one of ${presetNames().join(', ')}; repeatable, by default all
  --capture FILE   your own capture instead; repeatable
  --program TEXT   only ours and programs whose name contains TEXT; repeatable
  --rounds N       how often each program runs, taking turns (5; 2 with --quick)
  --quick          captures of about a twentieth, ends within two minutes
  --seed N         of the generated captures (1)
  --dir DIR        work folder (/dev/shm/pcap2conn-bench where there is one)
  --keep           leave the generated captures there for the next time
  --tcp-reassembly PATH  PcapPlusPlus' TcpReassembly, measured too
  --json FILE      write all figures, anew after each capture`

function readOptions() {
  const { values } = parseArgs({
    options: {
      preset: { type: 'string', multiple: true },
      capture: { type: 'string', multiple: true, default: [] },
      program: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      dir: { type: 'string' },
      keep: { type: 'boolean', default: false },
      'tcp-reassembly': { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const rounds = wholeNumber('--rounds', values.rounds ?? (values.quick ? '2' : '5'), 1)
  return { ...values, rounds, seed: wholeNumber('--seed', values.seed, 0) }
}

/**
 * Our programs, and the other programs that the user chose.
 *
 * @param {readonly Contestant[]} all
 * @param {readonly string[]} texts parts of names; empty for all programs
 * @returns {Contestant[]}
 */
function chosen(all, texts) {
  for (const text of texts) {
    if (!all.some(({ name }) => name.includes(text)))
      throw new UsageError(
        `Cannot use --program ${text}: must be in one of ${all.map(({ name }) => name).join('; ')}`,
      )
  }
  return all.filter(
    ({ name, isOurs }) =>
      isOurs || name === NO_WRITE || texts.length === 0 || texts.some((text) => name.includes(text)),
  )
}

/**
 * Runs all programs on one capture in turns, so that a disturbance affects all of them alike. A program that fails is
 * skipped from then on, and the exit code will be 1.
 *
 * @param {BenchCapture} capture
 * @param {readonly Contestant[]} programs ours first
 * @param {{ folder: string, rounds: number, isOver: () => boolean }} how
 * @returns {Promise<Result[]>}
 */
async function compare(capture, programs, { folder, rounds, isOver }) {
  const out = join(folder, 'out')
  const manifest = join(folder, 'manifest.txt')
  /** @type {Result[]} */
  const results = programs.map(({ name, version, isOurs }) => ({ name, version, isOurs, files: 0, runs: [] }))
  for (let round = 0; round < rounds && !(round > 0 && isOver()); round++) {
    for (const [i, program] of programs.entries()) {
      const result = results[i]
      if (result === undefined || result.runs.length < round) continue // it failed before
      remove(out)
      const run = await measure(program.command, program.args(capture.path, out, manifest), {
        isOutputKept: program.isFloor,
      })
      if (run.code !== 0) {
        console.log(`${program.name}: skipped: exit code ${run.code}: ${run.stderr}`)
        process.exitCode = 1
        result.runs = []
        continue
      }
      if (program.isFloor) run.seconds -= JSON.parse(run.stdout).uncountedSeconds
      result.runs.push(run)
      if (round > 0 || !existsSync(out)) continue
      const files = listFiles(out)
      result.files = files.length
      if (program.isOurs)
        writeFileSync(manifest, files.map(({ name, bytes }) => `${bytes}\t${name}\n`).join(''))
    }
  }
  return results.filter(({ runs }) => runs.length > 0)
}

/** Deletes the files of runs. @param {string} folder */
function clear(folder) {
  remove(join(folder, 'out'))
  remove(join(folder, 'manifest.txt'))
}

/** @param {ReturnType<typeof readOptions>} options */
async function main(options) {
  const folder = workFolder(options.dir)
  process.once('exit', () => clear(folder))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const size = options.quick ? 'quick' : 'full'
  const all = contestants(options.quick, options['tcp-reassembly'], console.log)
  const programs = chosen(all, options.program)
  const start = performance.now()
  const isOver = () => options.quick && performance.now() - start > QUICK_SECONDS * 1000
  const captures = options.capture.map((path) => () => ownCapture(path))
  const presets = options.preset ?? (captures.length > 0 ? [] : presetNames())
  captures.push(...presets.map((preset) => () => presetCapture(folder, preset, size, options.seed)))
  console.log(`work folder ${folder}, ${options.rounds} rounds in turns, node ${process.version}`)

  /** @type {object[]} */
  const figures = []
  const save = () => {
    if (options.json === undefined) return
    const { rounds, seed } = options
    const report = { machine: machine(), date: new Date().toISOString(), size, seed, rounds, figures }
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  save()
  for (const make of captures) {
    if (isOver()) {
      console.log('\nTime is up for --quick: the other captures are skipped')
      break
    }
    const capture = make()
    const { name, fileBytes, packets, connections } = capture
    console.log(
      `\n${name}: ${(fileBytes / 1e9).toFixed(2)} GB, ${packets} packets, ${connections} connections`,
    )
    const needed = fileBytes * 1.2 + 2 * connections * BYTES_PER_FILE
    if (freeBytes(folder) < needed) {
      console.log(`skipped: needs ${(needed / 1e9).toFixed(1)} GB free in ${folder}`)
    } else {
      const able = programs.filter(({ takes }) => takes?.(capture.path) ?? true)
      const results = await compare(capture, able, { folder, rounds: options.rounds, isOver })
      clear(folder)
      const rows = summaries(results, capture)
      console.log(table(rows))
      const ratios = ratioLines(results)
      for (const { text } of ratios) console.log(`  ${text}`)
      figures.push({ capture: { name, fileBytes, packets, connections }, programs: rows, ratios })
      save()
    }
    if (!options.keep) removeCapture(capture)
  }
}

await runBench(async () => {
  const options = readOptions()
  if (options.help) console.log(USAGE)
  else await main(options)
})
