#!/usr/bin/env node
// Compares the report of the corpus check with differences.jsonl: what differs from the oracle must be listed there with its
// reason, and what is listed must differ as it says.
//
//   node test/corpus/differences.mjs REPORT
//
// Exit code: 0 as listed, 1 something differs: - is listed and did not come, + came and is not listed.
import { readFileSync } from 'node:fs'
import { readRows } from './rows.mjs'

/** @param {any} row */
function lineOf({ name, kind, key, side, from, wanted, got, wantedBytes, gotBytes }) {
  return JSON.stringify({ name, kind, key, side, from, wanted, got, wantedBytes, gotBytes })
}

const [report] = process.argv.slice(2)
if (report === undefined) throw new Error('usage: node test/corpus/differences.mjs REPORT')
const { differences } = JSON.parse(readFileSync(report, 'utf8'))
const found = new Set(differences.map(lineOf))
const wanted = new Set(readRows('differences.jsonl').map(lineOf))
const lines = [
  ...[...wanted].filter((line) => !found.has(line)).map((line) => `- ${line}`),
  ...[...found].filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
]
console.log(`${found.size} differences from the oracle, ${wanted.size} listed with their reasons`)
for (const line of lines) console.log(line)
process.exitCode = lines.length === 0 ? 0 : 1
