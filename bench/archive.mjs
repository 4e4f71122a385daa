// Measures the conversion of an archive of many small captures, compared with a shell loop over tcpflow. See README.md
// in this folder.

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { generateBytes } from '../fixtures/generator/generate.mjs'
import { shortPlan } from '../fixtures/generator/presets.mjs'
import { measure, median } from './lib/measure.mjs'
import { PROGRAM } from './lib/programs.mjs'
import { remove, workFolder } from './lib/work-folder.mjs'

/** Connections per capture. */
const CONNECTIONS = 4
/** Number of different captures; the others are copies. */
const VARIANTS = 50

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    dir: { type: 'string' },
  },
})
const fileCount = Number(values.files)
const folder = join(workFolder(values.dir), 'archive')
process.once('exit', () => remove(folder))
const plain = join(folder, 'plain')
const gzip = join(folder, 'gzip')
const out = join(folder, 'out')
let bytes = 0
makeArchive()

const pcap2conn = [PROGRAM, '-o', out, '--utc', '--quiet']
const perFile = [...pcap2conn, '--per-file']
const glob = join(plain, '*.pcap')
/**
 * Name, program and arguments. `isAgain`: runs on existing results.
 *
 * @type {readonly { name: string, command: string, args: readonly string[], isAgain?: boolean }[]}
 */
const CONTESTANTS = [
  { name: 'pcap2conn --per-file', command: process.execPath, args: [...perFile, glob] },
  { name: 'the same, gzip', command: process.execPath, args: [...perFile, join(gzip, '*.gz')] },
  { name: 'one capture', command: process.execPath, args: [...pcap2conn, glob] },
  { name: '--per-file --resume', command: process.execPath, args: [...perFile, '--resume', glob] },
  { name: '--resume again', command: process.execPath, args: [...perFile, '--resume', glob], isAgain: true },
  ...(isInstalled('tcpflow') ? [tcpflowLoop()] : []),
]

/** @type {number[][]} */
const seconds = CONTESTANTS.map(() => [])
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [i, { name, command, args, isAgain = false }] of CONTESTANTS.entries()) {
    if (!isAgain) remove(out)
    const run = await measure(command, args)
    if (run.code !== 0) throw new Error(`${name}: exit code ${run.code}: ${run.stderr}`)
    seconds[i]?.push(run.seconds)
  }
}
console.log(
  `${fileCount} captures of ${CONNECTIONS} connections, ${(bytes / fileCount / 1000).toFixed(0)} KB each, node ${process.version}`,
)
for (const [i, { name }] of CONTESTANTS.entries()) {
  const own = median(seconds[i] ?? [])
  const rate = (fileCount / own).toFixed(0).padStart(7)
  console.log(`${name.padEnd(24)} ${own.toFixed(2).padStart(7)} s ${rate} files/s`)
}

function makeArchive() {
  for (const made of [plain, gzip]) mkdirSync(made, { recursive: true })
  const captures = Array.from(
    { length: VARIANTS },
    (_, seed) => generateBytes(shortPlan(CONNECTIONS), seed + 1).bytes,
  )
  const packed = captures.map((capture) => gzipSync(capture))
  for (let i = 0; i < fileCount; i++) {
    const name = `${String(i).padStart(6, '0')}.pcap`
    const capture = captures[i % VARIANTS] ?? Buffer.alloc(0)
    bytes += capture.length
    writeFileSync(join(plain, name), capture)
    writeFileSync(join(gzip, `${name}.gz`), packed[i % VARIANTS] ?? '')
  }
}

function tcpflowLoop() {
  const script =
    'mkdir -p "$2"; for f in "$1"/*.pcap; do tcpflow -q -r "$f" -o "$2/$(basename "$f")" || exit 1; done'
  return { name: 'tcpflow in a shell loop', command: 'sh', args: ['-c', script, 'sh', plain, out] }
}

/** @param {string} command @returns {boolean} */
function isInstalled(command) {
  return spawnSync(command, ['-h'], { stdio: 'ignore' }).error === undefined
}
