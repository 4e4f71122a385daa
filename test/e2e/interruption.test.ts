import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import type { Summary } from '../../src/summary.js'
import { waitUntil } from '../support/processes.js'
import { type RunningProgram, runProgram, startProgram, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'
import { troubledPlan } from './traffic.js'

const SEED = 11
const HANG_MS = 30_000
/** Signals that come closer together count as one. */
const OTHER_SIGNAL_MS = 700
const OPTIONS = ['-s', '-m', '--workers', '2', '-f', '20', '--memory', '1M']

const plan = troubledPlan({ connections: 900, concurrency: 400, messageBytes: 9_000, segmentBytes: 500 })
const capture = generateBytes(plan, SEED).bytes

/** Starts the program in `folder`, with the system's temporary folder in `folder/temp`. */
function start(folder: string, args: readonly string[], preload?: string): RunningProgram {
  const temp = join(folder, 'temp')
  mkdirSync(temp, { recursive: true })
  const options = preload === undefined ? {} : { NODE_OPTIONS: `--import=${preloaded(preload)}` }
  return startProgram(args, { cwd: folder, env: { TMPDIR: temp, ...options }, timeoutMs: HANG_MS })
}

function preloaded(name: string): string {
  const [module, query = ''] = name.split('?')
  return `${pathToFileURL(resolve('test/e2e/preload', `${module}.mjs`))}?${query}`
}

/** What the program has written to standard error so far. */
function listenTo({ child }: RunningProgram): { text: string } {
  const heard = { text: '' }
  child.stderr.on('data', (chunk: Buffer) => {
    heard.text += chunk.toString()
  })
  return heard
}

const packetsIn = (progress: string) => Number(/, ([\d,]+) packets/.exec(progress)?.[1]?.replace(/,/g, ''))

function summaryIn(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary
}

describe.concurrent('an interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)(
    'by %s flushes what has come through standard input, as if the capture ended there',
    (signal, exitCode) =>
      withFolder(async (folder) => {
        const received = capture.subarray(0, Math.floor(capture.length * 0.6))
        writeFileSync(join(folder, 'received.pcap'), received)
        await runProgram(
          ['received.pcap', '-o', 'expected', '-q', ...OPTIONS, '--summary', 'expected.json'],
          {
            cwd: folder,
          },
        )
        const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Summary

        const args = ['-', '-o', 'out', ...OPTIONS, '--summary', 'summary.json', '--progress', 'always']
        const program = start(folder, args)
        const heard = listenTo(program)
        for (let at = 0; at < received.length; at += 200_000) {
          program.child.stdin.write(received.subarray(at, at + 200_000))
          await sleep(5)
        }
        await waitUntil('all was read', () =>
          heard.text.split('\n').some((line) => packetsIn(line) === expected.packets.read),
        )
        program.child.kill(signal)
        const result = await program.result

        expect([result.code, result.signal]).toEqual([exitCode, null])
        expect(result.stderr).toContain('Interrupted: ')
        const tree = treeHashes(join(folder, 'out'))
        expect(treeDifferences(treeHashes(join(folder, 'expected')), tree)).toEqual([])
        expect(readdirSync(join(folder, 'temp'))).toEqual([])
        const { inputs, seconds: _, details, ...totals } = summaryIn(folder)
        expect({ ...totals, seconds: expected.seconds, inputs: expected.inputs, details: {} }).toEqual({
          ...expected,
          details: {},
        })
        // How much is spilled depends on which worker has which connection.
        const spilled = { spilled_bytes: expected.details.spilled_bytes }
        expect({ ...details, ...spilled }).toEqual(expected.details)
        expect(inputs).toEqual([
          {
            path: '-',
            bytes: received.length,
            packets: expected.packets.read,
            status: 'ok',
            problems: [],
            dropped: 0,
          },
        ])
      }),
  )

  const files: [what: string, name: string, content: Uint8Array, readMs: number][] = [
    ['a file', 'large.pcap', capture, 400],
    ['a compressed file', 'large.pcap.gz', gzipSync(capture, { level: 1 }), 300],
  ]
  it.each(files)('flushes what has been read of %s', (_what, name, content, readMs) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, name), content)
      const args = [name, name, name, '-o', 'out', '--workers', '2', '--per-file']
      const program = start(
        folder,
        [...args, '--index', 'index.jsonl', '--summary', 'summary.json', '--progress', 'always'],
        `slow-reads?ms=${readMs}`,
      )
      const heard = listenTo(program)
      await waitUntil('packets have been read', () =>
        heard.text.split('\n').some((line) => packetsIn(line) > 0),
      )
      program.child.kill('SIGINT')
      const result = await program.result

      expect([result.code, result.signal]).toEqual([130, null])
      expect(readdirSync(join(folder, 'temp'))).toEqual([])
      const { packets, inputs, files: written, connections, errors } = summaryIn(folder)
      expect(packets.read).toBe(packets.delivered)
      expect(inputs.flatMap(({ problems }) => problems)).toEqual([])
      expect(errors).toEqual([])
      expect(treeHashes(join(folder, 'out')).size).toBe(written)
      const records = readFileSync(join(folder, 'index.jsonl'), 'utf8').split('\n').slice(0, -1)
      expect(records).toHaveLength(connections.total)
      for (const record of records) JSON.parse(record)
    }),
  )

  it('ends a run that has received nothing yet', () =>
    withFolder(async (folder) => {
      const program = start(folder, ['-', '-o', 'out', '--summary', 'summary.json', '--progress', 'always'])
      const heard = listenTo(program)
      await waitUntil('the run has begun', () => heard.text.includes('0 packets'))
      program.child.kill('SIGINT')
      expect((await program.result).code).toBe(130)
      expect(summaryIn(folder)).toMatchObject({ packets: { read: 0 }, errors: [] })
    }))

  it('ends the process at once when it comes a second time', () =>
    withFolder(async (folder) => {
      const program = start(folder, ['-', '-o', 'out', '--progress', 'always'], 'stuck-worker')
      const heard = listenTo(program)
      program.child.stdin.write(capture)
      await waitUntil('packets have been read', () =>
        heard.text.split('\n').some((line) => packetsIn(line) > 0),
      )
      program.child.kill('SIGINT')
      await waitUntil('the first signal was noticed', () => heard.text.includes('Interrupted: '))
      await sleep(OTHER_SIGNAL_MS)
      program.child.kill('SIGINT')
      const { code, signal: killedBy } = await program.result
      expect([code, killedBy]).toEqual([130, null])
      expect(readdirSync(join(folder, 'temp'))).toEqual([])
    }))
})
