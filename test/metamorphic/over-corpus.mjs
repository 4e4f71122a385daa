#!/usr/bin/env node
// Holds over a folder of captures what the tests hold over generated ones: cut into files, and mixed with other traffic,
// a capture gives the same connections. Needs `npm run build`. Only pcap files whose records are whole are taken.
//
//   node test/metamorphic/over-corpus.mjs [--sample N] [--packets N] FOLDER
//     --sample N   only N captures, spread evenly over the sorted list
//     --packets N  of other traffic (default 140,000)
// Exit code: 0 all the same, 1 something differs or failed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endpoint, ethernet, ip, UDP, udp } from '../../fixtures/generator/packets.mjs'
import { Random } from '../../fixtures/generator/random.mjs'
import { treeDifferences } from '../support/trees.mjs'
import { resultsOf, without } from './results.mjs'

const HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16
const ETHERNET = 1
const MAX_BYTES = 16 * 1024 * 1024
const UNRELATED = '10.77.'
const OPTIONS = { separateSides: true, writeMetadata: true }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, packets: { type: 'string', default: '140000' } },
})
const [corpus] = positionals
if (corpus === undefined) {
  console.error('Usage: node test/metamorphic/over-corpus.mjs [--sample N] [--packets N] FOLDER')
  process.exit(2)
}

let paths = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
if (values.sample !== undefined && paths.length > Number(values.sample)) {
  const step = paths.length / Number(values.sample)
  paths = Array.from(
    { length: Number(values.sample) },
    (_, i) => /** @type {string} */ (paths[Math.floor(i * step)]),
  )
}

const totals = { captures: 0, cut: 0, mixed: 0, time_back: 0, different: 0 }
const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-corpus-'))
try {
  for (const path of paths) {
    const records = recordsOf(readFileSync(path))
    if (records === null) continue
    const whole = await resultsOf(
      folder,
      [{ name: 'whole.pcap', bytes: Buffer.concat(records.all) }],
      OPTIONS,
    )
    if (!whole.isWhole) continue
    totals.captures += 1
    const random = new Random(totals.captures)
    totals.cut += 1
    compare(path, 'cut', whole, await resultsOf(folder, cut(records, random), OPTIONS))
    if (records.linkType !== ETHERNET) continue
    const crowd = await resultsOf(folder, [{ name: 'whole.pcap', bytes: mixed(records, random) }], OPTIONS)
    if ('time_back' in crowd.limits) totals.time_back += 1
    else compare(path, 'mixed', whole, crowd)
    totals.mixed += 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(JSON.stringify(totals))
process.exitCode = totals.different === 0 ? 0 : 1

/**
 * The file header and the records of a pcap file; null: it is none, or not whole, or large.
 *
 * @param {Buffer} file
 */
function recordsOf(file) {
  if (file.length < HEADER_BYTES || file.length > MAX_BYTES) return null
  const magic = file.readUInt32LE(0)
  const isLittle = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d
  if (!isLittle && magic !== 0xd4c3b2a1 && magic !== 0x4d3cb2a1) return null
  const u32 = (/** @type {number} */ at) => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at))
  const all = [file.subarray(0, HEADER_BYTES)]
  for (let at = HEADER_BYTES; at < file.length; ) {
    if (at + RECORD_HEADER_BYTES > file.length) return null
    const to = at + RECORD_HEADER_BYTES + u32(at + 8)
    if (to > file.length) return null
    all.push(file.subarray(at, to))
    at = to
  }
  return all.length < 2 ? null : { all, isLittle, linkType: u32(20) & 0xffff }
}

/** @typedef {NonNullable<ReturnType<typeof recordsOf>>} Records */

/** @param {Records} records @param {number} i */
function timeOf({ all, isLittle }, i) {
  const record = /** @type {Buffer} */ (all[i])
  const read = (/** @type {number} */ at) => (isLittle ? record.readUInt32LE(at) : record.readUInt32BE(at))
  return read(0) * 1e9 + read(4)
}

/** @param {Records} records @param {Random} random */
function cut(records, random) {
  const { all } = records
  const drawn = Array.from({ length: random.between(1, 49) }, () => random.between(1, all.length - 1))
  const cuts = [1]
  for (const at of [...new Set(drawn)].sort((a, b) => a - b)) {
    const before = /** @type {number} */ (cuts.at(-1))
    if (at > before && timeOf(records, at) >= timeOf(records, before)) cuts.push(at)
  }
  return cuts.map((from, i) => ({
    name: `part-${String(i).padStart(3, '0')}.pcap`,
    bytes: Buffer.concat([/** @type {Buffer} */ (all[0]), ...all.slice(from, cuts[i + 1])]),
  }))
}

/** @param {Records} records @param {Random} random */
function mixed({ all, isLittle }, random) {
  const [header, ...rest] = all
  const each = Number(values.packets) / rest.length
  const out = [/** @type {Buffer} */ (header)]
  let due = 0
  for (const record of rest) {
    for (due += each; due >= 1; due--) out.push(unrelated(record, isLittle, random))
    out.push(record)
  }
  return Buffer.concat(out)
}

/** @param {Buffer} neighbour @param {boolean} isLittle @param {Random} random */
function unrelated(neighbour, isLittle, random) {
  const [a, b] = [0, 1].map(() => endpoint(`${UNRELATED}0.${random.below(6)}`, 7000))
  const [src, dst] =
    /** @type {[import('../../fixtures/generator/types.mjs').Endpoint, import('../../fixtures/generator/types.mjs').Endpoint]} */ ([
      a,
      b,
    ])
  const frame = ethernet(src, dst, ip(src, dst, UDP, udp(src, dst, new Uint8Array(random.below(9)))))
  const header = Buffer.from(neighbour.subarray(0, RECORD_HEADER_BYTES))
  for (const at of [8, 12]) {
    if (isLittle) header.writeUInt32LE(frame.length, at)
    else header.writeUInt32BE(frame.length, at)
  }
  return Buffer.concat([header, frame])
}

/**
 * @param {string} path
 * @param {string} what
 * @param {import('./results.mjs').Results} whole
 * @param {import('./results.mjs').Results} other
 */
function compare(path, what, whole, other) {
  const [a, b] = [whole, other].map((results) => without(results, UNRELATED, []))
  if (a === undefined || b === undefined) return
  const lines = treeDifferences(a.files, b.files)
  const expected = new Set(a.records.map((record) => JSON.stringify(record)))
  const odd = b.records.filter((record) => !expected.has(JSON.stringify(record)))
  if (odd.length > 0 || a.records.length !== b.records.length) lines.push(`${odd.length} records differ`)
  if (lines.length > 0) totals.different += 1
  for (const line of lines) console.log(`${path}: ${what}: ${line}`)
}
