// Checks whether memory grows with the capture: converts a capture and one of twice its size, and compares the peaks of
// resident memory. See README.md in this folder.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generateFile } from '../fixtures/generator/generate.mjs'
import { PRESETS } from '../fixtures/generator/presets.mjs'
import { measure, median } from './lib/measure.mjs'
import { ourArguments, PROGRAM } from './lib/programs.mjs'
import { freeBytes, remove, workFolder } from './lib/work-folder.mjs'

const SEED = 1
/** Free space needed per byte of a capture: for the capture, its results, and the overhead of files. */
const SPACE = 4

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    memory: { type: 'string', default: '128M' },
    preset: { type: 'string', multiple: true, default: ['bulk', 'lossy', 'short', 'small', 'udp'] },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
})
const folder = workFolder(values.dir)
const capture = join(folder, 'growth.pcap')
const out = join(folder, 'out')

/**
 * @param {string} preset
 * @param {number} times factor for connections
 * @returns {Promise<[number, number]>} bytes of capture and of memory
 */
async function peakOf(preset, times) {
  const makePlan = PRESETS[preset]
  if (makePlan === undefined) throw new RangeError(`Cannot use preset "${preset}"`)
  const plan = makePlan(values.quick ? 'quick' : 'full')
  const { fileBytes } = generateFile({ ...plan, connections: plan.connections * times }, SEED, capture)
  if (freeBytes(folder) < (SPACE - 1) * fileBytes) throw new Error(`Not enough room in "${folder}"`)
  const peaks = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const args = [PROGRAM, ...ourArguments(capture, out), '--memory', values.memory]
    const { code, stderr, peakBytes } = await measure(process.execPath, args)
    remove(out)
    if (code !== 0) throw new Error(`Cannot convert "${capture}": exit code ${code}: ${stderr}`)
    peaks.push(peakBytes)
  }
  remove(capture)
  return [fileBytes, median(peaks)]
}

process.once('exit', () => [capture, out].forEach(remove))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0).padStart(6)
console.log(`peak resident memory in MB with --memory ${values.memory}; medians of ${values.rounds} rounds`)
for (const preset of values.preset) {
  const [bytes, peak] = await peakOf(preset, 1)
  const [twiceBytes, twicePeak] = await peakOf(preset, 2)
  console.log(
    `${preset.padEnd(6)} ${megabytes(bytes)} MB:${megabytes(peak)}   ${megabytes(twiceBytes)} MB:${megabytes(twicePeak)}` +
      `   ratio ${(twicePeak / peak).toFixed(2)}`,
  )
}
