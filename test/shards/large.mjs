#!/usr/bin/env node
// Holds for a generated capture of 500,000 connections that a job in several parts makes the archive that one run makes, to the
// byte, with the hashes of all streams. Needs `npm run build`, and some 3 GB in the folder.
//
//   node test/shards/large.mjs [--parts 2,7] [--connections N] FOLDER
// Exit code: 0 all the same, 1 something differs or failed.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generateFile } from '../../fixtures/generator/generate.mjs'
import { shortPlan } from '../../fixtures/generator/presets.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: 'string', default: '2,7' },
    connections: { type: 'string', default: '500000' },
  },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('Usage: node test/shards/large.mjs [--parts 2,7] [--connections N] FOLDER')
  process.exit(2)
}

const capture = join(folder, 'large.pcap')
const whole = join(folder, 'large-whole')
/** @param {readonly string[]} args */
const program = (...args) =>
  execFileSync(process.execPath, ['bin/pcap2conn.js', ...args, '-q'], {
    stdio: 'inherit',
    env: { ...process.env, TZ: 'UTC' },
  })

let different = 0
try {
  const { connections } = generateFile(shortPlan(Number(values.connections)), 5, capture)
  program('index', capture, '--hash', '-o', whole)
  for (const parts of values.parts.split(',')) {
    const job = join(folder, `large-job-${parts}`)
    program('plan', capture, '--hash', '-o', job, '--shards', parts)
    program('work', job, '--all')
    program('finish', job)
    for (const name of ['connections.parquet', 'packets.map', 'inputs.json']) {
      if (readFileSync(join(job, name)).equals(readFileSync(join(whole, name)))) continue
      different += 1
      console.log(`${name} of ${parts} parts differs`)
    }
    rmSync(job, { recursive: true })
  }
  console.log(`${connections} connections in ${values.parts} parts, ${different} different`)
} finally {
  for (const path of [capture, whole]) rmSync(path, { recursive: true, force: true })
}
process.exit(different > 0 ? 1 : 0)
