import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'
import { expectClearEnd, interleaved, run, summaryIn } from './fault-run.js'

const CONNECTIONS = 500
const ROUNDS = 3

const capture = interleaved(CONNECTIONS, ROUNDS)
let expected: Map<string, string>

function withCapture(use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => {
    mkdirSync(join(folder, 'temp'))
    writeFileSync(join(folder, 'many.pcap'), capture)
    return use(folder)
  })
}

// The system's limit is the shell's `ulimit`.
describe.skipIf(platform() === 'win32')('64 descriptors for 500 connections that are open at once', () => {
  beforeAll(() =>
    withCapture(async (folder) => {
      await run(folder, ['many.pcap', '-q', '-m', '-s', '-o', 'out'])
      expected = treeHashes(join(folder, 'out'))
      expect(expected.size).toBe(2 * CONNECTIONS)
    }),
  )

  // [-f, workers]
  it.each([
    ['500', '1'],
    ['500', '2'],
    ['8', '2'],
  ])('give the same files with -f %s and %s workers', (mostFiles, workers) =>
    withCapture(async (folder) => {
      const options = ['-m', '-s', '-f', mostFiles, '--workers', workers, '--memory', '1M']
      const others = [
        '--index',
        'x.jsonl',
        '--index',
        'x.csv',
        '--summary',
        'summary.json',
        '--report',
        'r.html',
      ]
      const args = ['many.pcap', '-q', '-o', 'out', ...options, ...others]
      const result = await run(folder, args, { shell: 'ulimit -n 64' })
      expectClearEnd(folder, result, 0, /^$/)
      expect(treeDifferences(expected, treeHashes(join(folder, 'out')))).toEqual([])
      expect(summaryIn(folder).connections.total).toBe(CONNECTIONS)
    }),
  )

  it('are enough for many inputs with a folder each', () =>
    withCapture(async (folder) => {
      mkdirSync(join(folder, 'in'))
      for (let i = 0; i < 100; i++) writeFileSync(join(folder, 'in', `${i}.pcap`), capture.subarray(0, 5_000))
      const options = ['--per-file', '-f', '500', '--workers', '2', '-o', 'out']
      const result = await run(folder, ['in', '-q', ...options], { shell: 'ulimit -n 64' })
      expectClearEnd(
        folder,
        result,
        1,
        /^(?:problem +Cannot read "in\/\d+\.pcap" at byte \d+: [^\n]+\n){20}problem +and 80 more/,
      )
      expect(readdirSync(join(folder, 'out'))).toHaveLength(100)
    }))

  it.each([22, 28, 36])('that are too few for the program itself (%d) are told of', (descriptors) =>
    withCapture(async (folder) => {
      const result = await run(folder, ['many.pcap', '-o', 'out'], { shell: `ulimit -n ${descriptors}` })
      expectClearEnd(folder, result, 75, /^pcap2conn: [^\n]*EMFILE: too many open files, [^\n]+\n$/)
    }),
  )
})
