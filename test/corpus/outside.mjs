#!/usr/bin/env node
// Outside is no rest: converts all captures of the corpus and compares the payload that is part of no stream with outside.jsonl,
// by stream and by kind. Once without time-outs, once with those of every run. Nothing may be late. Needs `npm run build`.
//
//   node test/corpus/outside.mjs [CORPUS]       CORPUS: by default ../shared/corpus beside this checkout
//
// Exit code: 0 as listed, 1 something differs: - is listed and did not come, + came and is not listed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readRows } from './rows.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const captures = join(process.argv[2] ?? join(root, '../shared/corpus'), 'captures')
if (!existsSync(captures)) throw new Error(`no captures: ${captures}`)
const listed = readRows('outside.jsonl')
const scratch = mkdtempSync(join(tmpdir(), 'outside-'))

/** @param {string[]} timeOuts */
function convert(timeOuts) {
  const index = join(scratch, 'index.jsonl')
  const summary = join(scratch, 'summary.json')
  const args = [
    '-r',
    captures,
    '--per-file',
    '--no-write',
    '--dedup', // copies are packets of their connections here, as for the oracle
    'off',
    '--force',
    '--index',
    index,
    '--summary',
    summary,
    '-q',
  ]
  const { status } = spawnSync(process.execPath, [join(root, 'bin/pcap2conn.js'), ...args, ...timeOuts])
  // 1: some captures of the corpus are damaged
  if (status !== 0 && status !== 1) throw new Error(`pcap2conn ${timeOuts.join(' ')} ended with ${status}`)
  const records = readFileSync(index, 'utf8').trim().split('\n')
  return {
    records: records.map((line) => JSON.parse(line)),
    kinds: JSON.parse(readFileSync(summary, 'utf8')).bytes.outside_by_kind,
  }
}

/** Lines for the streams of a record that have bytes outside. @param {any} record */
function streamsOf(record) {
  const capture = relative(captures, record.capture)
  const ends = ['orig', 'resp'].map((side) => `${record[`id.${side}_h`]}|${record[`id.${side}_p`]}`)
  return [record.orig_outside_bytes, record.resp_outside_bytes].flatMap((bytes, side) =>
    bytes === 0 ? [] : [`${capture} ${record.ts} ${ends[side]} > ${ends[1 - side]}: ${bytes}`],
  )
}

/** @param {any} row */
function lineOf({ capture, ts, from, to, kinds }) {
  const bytes = Object.values(kinds).reduce((sum, kind) => sum + kind, 0)
  return `${capture} ${ts} ${from} > ${to}: ${bytes}`
}

/** @param {string} setting @param {string[]} timeOuts */
function differencesOf(setting, timeOuts) {
  const { records, kinds } = convert(timeOuts)
  const found = new Set(records.flatMap(streamsOf))
  const wanted = new Set(listed.map(lineOf))
  const lines = [
    ...[...wanted].filter((line) => !found.has(line)).map((line) => `- ${line}`),
    ...[...found].filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
  ]
  for (const [kind, bytes] of Object.entries(kinds)) {
    const sum = listed.reduce((all, row) => all + (row.kinds[kind] ?? 0), 0)
    if (sum !== bytes) lines.push(`${kind}: ${sum} bytes are listed, ${bytes} came`)
  }
  if (kinds.late !== 0) lines.push(`late: ${kinds.late} bytes`)
  console.log(
    `${setting}: ${records.length} connections, ${found.size} streams with bytes outside, ${JSON.stringify(kinds)}`,
  )
  for (const line of lines) console.log(line)
  return lines.length
}

try {
  const count =
    differencesOf('without time-outs', ['--tcp-timeout', '0', '--udp-timeout', '0']) +
    differencesOf('with the usual time-outs', [])
  process.exitCode = count === 0 ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
