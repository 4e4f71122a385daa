import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import type { Summary } from '../../src/summary.js'
import { startProgram, withFolder } from '../support/program.js'
import { troubledPlan } from './traffic.js'

const SEED = 7
/** Far above what it takes: the machine may be busy. */
const HANG_MS = 30_000

/** What the program says: at most a problem before the error, and an error after it. */
const ENDED = /^(?:problem +[^\n]+\n)?error +Worker [12] of 2 died: [^\n]+\n(?:error [^\n]+\n)?$/

const capture = generateBytes(
  troubledPlan({ connections: 300, concurrency: 100, messageBytes: 4_000, segmentBytes: 500 }),
  SEED,
).bytes

const idle = 'standard input that gives no more'
// How a worker dies (a module that is loaded before the program), and what the main thread waits for at that moment.
const deaths: [string, string, string[]][] = [
  ['throwing-worker', idle, ['-', '-o', 'out']],
  ['throwing-worker', `${idle}, with -c`, ['-', '-c']],
  ['throwing-worker', 'its workers', ['capture.pcap', '-o', 'out']],
  ['exiting-worker', idle, ['-', '-o', 'out']],
  ['exiting-worker', 'its workers, with -c', ['capture.pcap', '-c']],
  ['terminated-worker', idle, ['-', '-o', 'out']],
  ['unstartable-worker', idle, ['-', '-o', 'out']],
]

it.concurrent.each(deaths)(
  'a %s ends the run with its error and 75 while the program waits for %s',
  (way, _moment, args) =>
    withFolder(async (folder) => {
      const temp = join(folder, 'temp')
      mkdirSync(temp)
      writeFileSync(join(folder, 'capture.pcap'), capture)
      const preload = resolve(`test/e2e/preload/${way}.mjs`)
      const { child, result } = startProgram(
        [...args, '--workers', '2', '-q', '--summary', 'summary.json', '--index', 'index.jsonl'],
        { cwd: folder, env: { NODE_OPTIONS: `--import=${preload}`, TMPDIR: temp }, timeoutMs: HANG_MS },
      )
      child.stdin.write(capture.subarray(0, 100_000))
      const { code, signal, stderr } = await result
      expect({ code, signal, stderr }).toEqual({
        code: 75,
        signal: null,
        stderr: expect.stringMatching(ENDED),
      })
      expect(readdirSync(temp)).toEqual([])
      const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary
      expect(summary.errors[0]).toMatch(/^Worker [12] of 2 died: /)
    }),
  HANG_MS * 2,
)
