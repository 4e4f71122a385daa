import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { convert } from '../../dist/index.js'
import { hashOf } from '../support/trees.mjs'

/** @typedef {import('../determinism/outcome.mjs').ConvertOptions} ConvertOptions */
/** An index record, of which some fields may have been left out. @typedef {Readonly<Record<string, unknown>>} ComparedRecord */

/**
 * What came out of a capture: connection files and records.
 *
 * @typedef {object} Results
 * @property {ReadonlyMap<string, string>} files hashes of connection files by their path
 * @property {readonly ComparedRecord[]} records
 * @property {Readonly<Record<string, number>>} limits
 * @property {boolean} isWhole whether all inputs were read without a problem
 */

/**
 * Converts the files of a capture. Leaves nothing behind.
 *
 * @param {string} folder
 * @param {readonly { readonly name: string, readonly bytes: Uint8Array }[]} capture
 * @param {ConvertOptions} options
 * @returns {Promise<Results>}
 */
export async function resultsOf(folder, capture, options) {
  const work = mkdtempSync(join(folder, 'run-'))
  const inputFile = capture.map(({ name, bytes }) => {
    const path = join(work, name)
    writeFileSync(path, bytes)
    return path
  })
  const outputDir = join(work, 'out')
  const index = join(work, 'index.jsonl')
  const { limits, errors, inputs } = await convert({ ...options, inputFile, outputDir, index, utc: true })
  if (errors.length > 0) throw new Error(errors.join('\n'))
  const names = existsSync(outputDir) ? readdirSync(outputDir).sort() : []
  const files = new Map(names.map((name) => [name, hashOf(join(outputDir, name))]))
  const lines = readFileSync(index, 'utf8').split('\n').slice(0, -1)
  rmSync(work, { recursive: true })
  const isWhole = inputs.every(({ status }) => status === 'ok')
  return { files, records: lines.map((line) => JSON.parse(line)), limits, isWhole }
}

/**
 * The results less the connections of some addresses and less some fields, in an order that does not depend on these.
 *
 * @param {Results} results
 * @param {string} address beginning of the originator's
 * @param {readonly string[]} fields
 * @returns {Results}
 */
export function without({ files, records, ...rest }, address, fields) {
  return {
    files: new Map([...files].filter(([name]) => !name.includes(`-${address}`))),
    records: records
      .filter((record) => !String(record['id.orig_h']).startsWith(address))
      .map((record) => Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name))))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ...rest,
  }
}
