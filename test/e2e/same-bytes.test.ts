import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateBytes, generateFile } from '../../fixtures/generator/generate.mjs'
import type { ConnectionTruth } from '../../fixtures/generator/types.mjs'
import type { Summary } from '../../src/summary.js'
import { runProgram } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'
import { troubledPlan } from './traffic.js'

const FIXTURES = resolve('fixtures')
const HANG_MS = 120_000
const SEED = 20_240_305

// What must not change a byte; test/determinism tries many more within one process. The first one is what the others are compared with.
const SETTINGS = [
  '--workers 1 --memory 512M -f 500',
  '--workers 2 --memory 1M -f 2',
  '--workers 5 --memory 32M -f 7',
]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-same-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly tree: ReadonlyMap<string, string>
  /** Less what may differ: seconds, workers, and bytes that had no room in memory. */
  readonly summary: Omit<Summary, 'seconds' | 'workers'>
}

/** Runs the program with `options` and `setting` in a folder of its own, which is gone afterwards. */
async function outcomeOf(inputs: readonly string[], options: string, setting: string): Promise<Outcome> {
  const out = mkdtempSync(join(folder, 'out-'))
  const summaryFile = `${out}.summary.json`
  const args = [...inputs, '-o', join(out, 'tree'), '-q', '--summary', summaryFile]
  const words = `${options} ${setting}`.split(' ').filter((word) => word !== '')
  const { code, stdout, stderr } = await runProgram(
    [...args, ...words.map((word) => word.replace('OUT/', `${out}/tree/`))],
    { timeoutMs: HANG_MS },
  )
  expect(code, stderr).toBeLessThanOrEqual(1)
  const {
    seconds: _,
    workers: __,
    details,
    ...totals
  } = JSON.parse(readFileSync(summaryFile, 'utf8')) as Summary
  const summary = { ...totals, details: { ...details, spilled_bytes: 0 } }
  const tree = existsSync(join(out, 'tree')) ? treeHashes(join(out, 'tree')) : new Map<string, string>()
  rmSync(out, { recursive: true })
  return { code, stdout: stdout.toString('latin1'), tree, summary }
}

function expectSame(actual: Outcome, expected: Outcome): void {
  expect(treeDifferences(expected.tree, actual.tree)).toEqual([])
  expect(actual.stdout === expected.stdout).toBe(true)
  expect(actual.summary).toEqual(expected.summary)
  expect(actual.code).toBe(expected.code)
}

describe('the same bytes with any number of workers, any memory and any number of open files', () => {
  let inputs: string[]

  beforeAll(() => {
    const plan = troubledPlan({
      connections: 300,
      concurrency: 150,
      messageBytes: 6_000,
      segmentBytes: 700,
    })
    const generated = join(folder, 'generated.pcap')
    writeFileSync(generated, generateBytes(plan, SEED).bytes)
    inputs = [join(FIXTURES, '*.pcap*'), join(FIXTURES, 'damaged'), generated]
  })

  // [what is asked for, what stands on standard output]
  const forms: [string, 'nothing' | 'payload'][] = [
    ['-s -m --index OUT/connections.jsonl', 'nothing'],
    ['-d -m --max-bytes 1000 --gaps zeros --tcp-timeout 1', 'nothing'],
    ['-j -m', 'nothing'],
    ['-s --per-file --index OUT/connections.jsonl --overlap last --gaps skip', 'nothing'],
    ['-c', 'payload'],
    ['-c -j -m --index OUT/connections.jsonl', 'payload'],
  ]
  it.each(forms)('with %s', async (options, toStdout) => {
    const run = (setting: string) => outcomeOf(inputs, options, setting)
    const [expected, ...others] = (await Promise.all(SETTINGS.map(run))) as [Outcome, ...Outcome[]]
    expect(expected.summary).toMatchObject({ limits: {}, errors: [] })
    expect(expected.summary.gaps).toBeGreaterThan(20)
    expect(expected.tree.size > 250).toBe(toStdout === 'nothing' || options.includes('-m'))
    expect(expected.stdout.length > 100_000).toBe(toStdout === 'payload')
    for (const outcome of others) expectSame(outcome, expected)
  })
})

it(
  'turns 50,000 connections with loss and reordering into the same tree with any setting',
  async () => {
    const plan = troubledPlan({
      connections: 50_000,
      concurrency: 3_000,
      messageBytes: 300,
      segmentBytes: 100,
    })
    const capture = join(folder, 'many.pcap')
    let captured = 0 // of a few nothing is left
    const onConnection = ({ packets }: ConnectionTruth) => {
      if (packets[0] + packets[1] > 0) captured += 1
    }
    const truth = generateFile(plan, SEED, capture, { onConnection })
    const settings = ['--workers 1 --memory 32M -f 2', '--workers 5 --memory 32M -f 7']
    const run = (setting: string) => outcomeOf([capture], '--index OUT/connections.jsonl', setting)
    const [expected, ...others] = (await Promise.all(settings.map(run))) as [Outcome, ...Outcome[]]
    expect(expected.summary.packets).toMatchObject({ read: truth.packets, delivered: truth.packets })
    expect(expected.summary.connections.total).toBe(captured)
    const { conflict_window: _, ...limits } = expected.summary.limits
    expect(limits).toEqual({})
    for (const outcome of others) expectSame(outcome, expected)
  },
  HANG_MS,
)
