import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.js'
import { pcapFile } from '../support/capture-writers.js'
import { ethernet, ipv4, udp } from '../support/frames.js'
import { runProgram } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

/** A run takes a second or two; one that takes so long hangs. */
const LIMIT_MS = 120_000
const CAPTURES = 200
/** `--merge` reads at most 64 at once. */
const MERGED = 60
const DATA = join(import.meta.dirname, 'data')
const ENDINGS = ['gz', 'zst', 'xz', 'lz4', 'bz2']
const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-many-'))

/** Captures of all formats: tiny, small, such that become a hundred times as large, cut ones, damaged ones. */
beforeAll(() => {
  mkdirSync(join(folder, 'all'))
  mkdirSync(join(folder, 'some'))
  const dull = gunzipSync(readFileSync(join(DATA, 'dull.pcap.gz')))
  const packets = dull.subarray(24)
  const large = gzipSync(Buffer.concat([dull, ...Array.from({ length: 2 }, () => packets)]), { level: 1 })
  for (let i = 0; i < CAPTURES; i++) {
    const ending = ENDINGS[(i >> 2) % ENDINGS.length]!
    const name = `${String(i).padStart(3, '0')}.pcap.${ending}`
    writeFileSync(join(folder, 'all', name), captureOf(i, ending, large))
    if (i < MERGED) linkSync(join(folder, 'all', name), join(folder, 'some', name))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function captureOf(i: number, ending: string, large: Buffer): Uint8Array {
  if (i % 70 === 5 || i % 70 === 6) return large // gzip behind gzip
  if (i % 4 !== 0) return gzipSync(tinyCapture(i)) // whatever its name says
  const number = i / 4
  const content = readFileSync(join(DATA, `${number % 13 === 3 ? 'dull' : 'troubled'}.pcap.${ending}`))
  if (number % 7 === 4) return content.subarray(0, Math.floor(content.length * 0.6))
  if (number % 9 === 5) content[content.length >> 1]! ^= 0xff
  return content
}

function tinyCapture(i: number): Uint8Array {
  const frame = ethernet(ipv4({ protocol: 17 }, udp({ srcPort: 1000 + i }, new Uint8Array(20))))
  return pcapFile([{ tsSec: 1_709_600_000 + i, tsNsec: 0, frame, originalBytes: frame.length }])
}

interface Outcome {
  readonly code: number | null
  readonly console: string
  readonly inputs: Summary['inputs']
  readonly tree: Map<string, string>
}

async function run(name: string, args: readonly string[]): Promise<Outcome> {
  const out = join(folder, name)
  const summary = join(folder, `${name}.json`)
  const { code, signal, stdout, stderr } = await runProgram(
    [...args, '-q', '--utc', '--summary', summary, '--force'],
    { cwd: folder, timeoutMs: LIMIT_MS },
  )
  expect([name, signal, stderr.includes('bug')]).toEqual([name, null, false])
  const { inputs } = JSON.parse(readFileSync(summary, 'utf8')) as Summary
  const tree = args.includes('-o') ? treeHashes(out) : new Map<string, string>()
  rmSync(out, { recursive: true, force: true })
  return { code, console: createHash('sha1').update(stdout).digest('hex'), inputs, tree }
}

const READINGS = [['all'], ['all', '--per-file'], ['some', '--merge']] as const
const WRITINGS = ['-o', '-c', '--no-write'] as const
const combinations = READINGS.flatMap((reading) => WRITINGS.map((writing) => [reading, writing] as const))

describe.concurrent(`a folder of ${CAPTURES} compressed captures, some of them damaged`, () => {
  it.each(combinations)(
    'ends the same with any number of workers: %j %s',
    async (reading, writing) => {
      const outcomes: Outcome[] = []
      for (const workers of [1, 2, 3]) {
        const name = `${reading.join('')}${writing}${workers}`
        const args = [
          ...reading,
          '--workers',
          String(workers),
          ...(writing === '-o' ? ['-o', name] : [writing]),
        ]
        outcomes.push(await run(name, args))
      }
      const [first] = outcomes
      expect(first?.code).toBe(1) // for the damaged ones
      expect(first?.inputs).toHaveLength(reading[0] === 'all' ? CAPTURES : MERGED)
      const statuses = new Set(first?.inputs.map(({ status }) => status))
      expect(statuses.has('ok') && statuses.has('partial')).toBe(true)
      if (writing === '-o') expect(first?.tree.size).toBeGreaterThan(50)
      for (const { code, console, inputs, tree } of outcomes) {
        expect([code, console, inputs]).toEqual([first?.code, first?.console, first?.inputs])
        expect(treeDifferences(first!.tree, tree)).toEqual([])
      }
    },
    3 * LIMIT_MS,
  )
})
