import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import { Random } from '../../fixtures/generator/random.mjs'
import type { Summary } from '../../src/summary.js'
import { runProgram, startProgram, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'
import { troubledPlan } from './traffic.js'

const INPUTS = 40
/** More than are merged at once. */
const FORMATS = ['x.jsonl', 'x.csv', 'x.parquet', 'x.log']
const RECORD = '.pcap2conn.json'
const LATEST_MS = 1_200
const CAPTURES = Array.from({ length: INPUTS }, (_, i) => {
  const plan = troubledPlan({ connections: 12, concurrency: 6, messageBytes: 1_500, segmentBytes: 500 })
  return generateBytes(plan, 100 + i).bytes
})

function argsOf(...options: string[]): string[] {
  const indexes = FORMATS.flatMap((name) => ['--index', name])
  return [
    'in',
    '-o',
    'out',
    '-q',
    '-m',
    '--per-file',
    '--resume',
    ...indexes,
    '--summary',
    's.json',
    ...options,
  ]
}

function withInputs(use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => {
    mkdirSync(join(folder, 'in'))
    for (const [i, bytes] of CAPTURES.entries()) writeFileSync(join(folder, 'in', `${i}.pcap`), bytes)
    return use(folder)
  })
}

/** Of the records only their place counts: times of inputs are in them. */
function resultsIn(folder: string): Map<string, string> {
  const hashes = treeHashes(join(folder, 'out'))
  for (const name of hashes.keys()) if (name.endsWith(RECORD)) hashes.set(name, 'record')
  for (const name of FORMATS) hashes.set(name, readFileSync(join(folder, name)).toString('base64'))
  return hashes
}

function statusesIn(folder: string): string[] {
  const { inputs }: Summary = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))
  return inputs.map(({ status }) => status)
}

async function expectWhole(folder: string, ...options: string[]): Promise<void> {
  const { code, stderr } = await runProgram(argsOf(...options), { cwd: folder })
  expect([code, stderr]).toEqual([0, ''])
  expect(treeDifferences(expected, resultsIn(folder))).toEqual([])
}

let expected: Map<string, string>
beforeAll(() =>
  withInputs(async (folder) => {
    const { code, stderr } = await runProgram(argsOf('--workers', '1'), { cwd: folder })
    expect([code, stderr]).toEqual([0, ''])
    expected = resultsIn(folder)
    // The same index as without --resume.
    const plain = ['in', '-o', 'plain', '-q', '-m', '--per-file', '--index', 'plain.jsonl']
    expect((await runProgram(plain, { cwd: folder })).code).toBe(0)
    expect(readFileSync(join(folder, 'plain.jsonl')).toString('base64')).toBe(expected.get('x.jsonl'))
  }),
)

const random = new Random(7)
const interruptions = (['SIGKILL', 'SIGINT', 'SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGQUIT'] as const).map(
  (signal, i) =>
    [signal, `${1 + (i % 3)}`, Math.round(LATEST_MS * (i / 6 + random.below(1_000) / 6_000))] as const,
)

describe('an index with --resume', () => {
  it.each(interruptions)(
    'is that of an uninterrupted run after %s with %s workers, twice, the first after %d ms',
    (signal, workers, afterMs) =>
      withInputs(async (folder) => {
        for (const ms of [afterMs, afterMs / 2]) {
          const { child, result } = startProgram(argsOf('--workers', workers), { cwd: folder })
          await sleep(ms)
          child.kill(signal)
          await result
        }
        await expectWhole(folder, '--workers', '2')
        await expectWhole(folder)
        expect(new Set(statusesIn(folder))).toEqual(new Set(['skipped']))
      }),
  )

  // [what happens to the results of one input, how]
  const changes: [string, (out: string) => void][] = [
    ['a result is deleted', (out) => rmSync(join(out, resultIn(out)))],
    ['a result is cut', (out) => writeFileSync(join(out, resultIn(out)), 'x')],
    ['the kept records are deleted', (out) => rmSync(join(out, '.pcap2conn', 'index'))],
    ['the kept records are cut', (out) => cut(join(out, '.pcap2conn', 'index'))],
    ['the kept records are damaged', (out) => damage(join(out, '.pcap2conn', 'index'))],
    ['a run was killed while it noted', leaveNotes],
    [
      'the record is of another input',
      (out) => copyFileSync(join(out, '..', '8.pcap', RECORD), join(out, RECORD)),
    ],
    ['the record says no more than that it is complete', (out) => strip(join(out, RECORD))],
  ]
  it.each(changes)('converts that input again where %s', (_what, change) =>
    withInputs(async (folder) => {
      writeFileSync(join(folder, 'mine'), 'mine')
      await expectWhole(folder)
      const out = join(folder, 'out', '7.pcap')
      copyFileSync(join(out, RECORD), `${out}.record`)
      change(out)
      rmSync(`${out}.record`, { force: true })
      const force = _what.includes('another input') || _what.includes('no more') ? ['--force'] : []
      await expectWhole(folder, ...force)
      expect(statusesIn(folder).filter((status) => status === 'ok')).toHaveLength(1)
      expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine')
    }),
  )

  it('is whole where a list leads out of the folder, and what is there stays', () =>
    withInputs(async (folder) => {
      writeFileSync(join(folder, 'mine'), 'mine')
      await expectWhole(folder)
      writeFileSync(join(folder, 'out', '7.pcap', '.pcap2conn', 'results'), '4 ../../mine\n')
      await expectWhole(folder)
      expect(new Set(statusesIn(folder))).toEqual(new Set(['skipped']))
      expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine')
    }))

  it('serves a report', () =>
    withInputs(async (folder) => {
      const report = async () => {
        const args = [...argsOf(), '--report', 'r.html']
        expect((await runProgram(args, { cwd: folder })).code).toBe(0)
        return readFileSync(join(folder, 'r.html'), 'utf8').length
      }
      const first = await report()
      expect(Math.abs((await report()) - first)).toBeLessThan(first / 2)
    }))
})

function resultIn(out: string): string {
  return readdirSync(out).find((name) => name.endsWith('.txt'))!
}

function cut(path: string): void {
  writeFileSync(path, readFileSync(path).subarray(0, -5))
}

function damage(path: string): void {
  const bytes = readFileSync(path)
  bytes.writeUInt32LE(0xffffffff, 12) // the length of the first line
  writeFileSync(path, bytes)
}

function leaveNotes(out: string): void {
  rmSync(join(out, RECORD))
  writeFileSync(join(out, `${RECORD}.0123456789ab.partial`), 'x')
  writeFileSync(join(out, '.pcap2conn', 'results.0123456789ab.partial'), 'x')
  writeFileSync(join(out, '.pcap2conn', 'made-5'), `${resultIn(out)}\n`)
  const begun = JSON.parse(readFileSync(`${out}.record`, 'utf8'))
  writeFileSync(join(out, RECORD), JSON.stringify({ ...begun, complete: false }))
}

function strip(path: string): void {
  const { version, options, inputs } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ version, options, inputs, complete: true, problems: [] }))
}
