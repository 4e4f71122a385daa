import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { generateFile } from '../../fixtures/generator/generate.mjs'
import { PRESETS } from '../../fixtures/generator/presets.mjs'
import { UsageError } from './options.mjs'
import { remove } from './work-folder.mjs'

/**
 * A capture to measure.
 *
 * @typedef {object} BenchCapture
 * @property {string} name
 * @property {string} path
 * @property {number} fileBytes
 * @property {number} packets 0 when unknown
 * @property {number} connections 0 when unknown
 * @property {boolean} isGenerated true when it may be deleted
 */

/**
 * The capture of a preset. Generates it unless the folder has it already.
 *
 * @param {string} folder
 * @param {string} preset name in `PRESETS`
 * @param {import('../../fixtures/generator/presets.mjs').Size} size
 * @param {number} seed
 * @returns {BenchCapture}
 */
export function presetCapture(folder, preset, size, seed) {
  const makePlan = PRESETS[preset]
  if (makePlan === undefined)
    throw new UsageError(`Cannot use preset "${preset}": must be one of ${presetNames().join(', ')}`)
  const plan = makePlan(size)
  const path = join(folder, `${preset}-${size}-${seed}.${plan.format ?? 'pcap'}`)
  const truthPath = `${path}.json`
  if (!existsSync(truthPath)) writeFileSync(truthPath, JSON.stringify(generateFile(plan, seed, path)))
  return { name: preset, path, isGenerated: true, ...JSON.parse(readFileSync(truthPath, 'utf8')) }
}

/** @returns {string[]} */
export function presetNames() {
  return Object.keys(PRESETS)
}

/** @param {string} path path of the user's capture @returns {BenchCapture} */
export function ownCapture(path) {
  const { size } = statSync(path)
  return { name: basename(path), path, fileBytes: size, packets: 0, connections: 0, isGenerated: false }
}

/** @param {BenchCapture} capture */
export function removeCapture({ path, isGenerated }) {
  if (!isGenerated) return
  remove(path)
  remove(`${path}.json`)
}
