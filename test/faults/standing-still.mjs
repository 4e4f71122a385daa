// Runs over gzip captures that are read ahead, five tiny ones and two of 200 MB, again and again beside busy loops: none
// may stand still, all make the same files. `node test/faults/standing-still.mjs [RUNS] [FOLDER OF OTHER CAPTURES]`

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { treeHashes } from '../support/trees.mjs'

const BUSY_LOOPS = 2
const HANG_MS = 120_000
const LARGE_DATAGRAMS = 137_000
const DATAGRAM_BYTES = 1_400
const [runs = '50', given] = process.argv.slice(2)

/** @param {number} number @param {number} datagrams */
function capture(number, datagrams) {
  const script = new Script(1_709_631_000 + 1_000 * number)
  const ends = { client: endpoint('10.0.0.1', 1_000 + number), server: endpoint('198.51.100.9', 514) }
  const flow = script.udp({ ...ends, stepMs: 0.01 })
  for (let i = 0; i < datagrams; i++)
    flow.send(0, `${(i * 2_654_435_761) % 4_294_967_296} `.repeat(150).slice(0, DATAGRAM_BYTES))
  return gzipSync(script.toPcap())
}

/** @param {string} home @returns {Promise<string>} how a run has ended, and what it has made */
async function outcome(home) {
  const out = join(home, 'out')
  rmSync(out, { recursive: true, force: true })
  const args = ['bin/pcap2conn.js', given ?? join(home, 'in'), '-o', out, '-s', '-q']
  const child = spawn(process.execPath, args, { stdio: 'ignore', timeout: HANG_MS, killSignal: 'SIGKILL' })
  const end = await new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)))
  return `${end} ${JSON.stringify([...treeHashes(out)].sort())}`
}

const home = mkdtempSync(join(tmpdir(), 'standing-still-'))
const loops = Array.from({ length: BUSY_LOOPS }, () => spawn('nice', [process.execPath, '-e', 'for (;;);']))
try {
  mkdirSync(join(home, 'in'))
  for (let i = 0; i < 7; i++)
    writeFileSync(join(home, 'in', `${i}.pcap.gz`), capture(i, i < 5 ? 10 : LARGE_DATAGRAMS))
  const outcomes = new Set()
  let still = 0
  for (let i = 0; i < Number(runs); i++) {
    const found = await outcome(home)
    if (found.startsWith('SIGKILL')) still += 1
    outcomes.add(found)
  }
  process.stdout.write(`${runs} runs, ${still} stood still, ${outcomes.size} different outcomes\n`)
  process.exitCode = still === 0 && outcomes.size === 1 ? 0 : 1
} finally {
  for (const loop of loops) loop.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
}
