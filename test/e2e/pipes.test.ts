import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import type { Inspection } from '../../src/inspect/inspection.js'
import type { Summary } from '../../src/summary.js'
import { readTree, runProgram, startProgram, withFolder } from '../support/program.js'
import { troubledPlan } from './traffic.js'

const plan = troubledPlan({ connections: 60, concurrency: 20, messageBytes: 4_000, segmentBytes: 700 })
const [ONE, OTHER] = [1, 2].map((seed) => Buffer.from(generateBytes(plan, seed).bytes)) as [Buffer, Buffer]

/** Makes descriptors pipes that commands write to, as `<(command)` does, for the program that follows. */
const pipes = (...commands: [fd: number, command: string][]) =>
  `exec bash -c 'exec ${commands.map(([fd, command]) => `${fd}< <(${command})`).join(' ')}; exec "$0" "$@"' "$0" "$@"`
const pipe = (fd: number, command: string) => pipes([fd, command])

/** Opens a pipe for writing as soon as somebody reads from it. */
async function openWhenRead(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch {
      await sleep(20)
    }
  }
}

function withCaptures(use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => {
    writeFileSync(join(folder, 'one.pcap'), ONE)
    writeFileSync(join(folder, 'one.pcap.gz'), gzipSync(ONE))
    writeFileSync(join(folder, 'other.pcap'), OTHER)
    return use(folder)
  })
}

function summaryIn(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')) as Summary
}

const OPTIONS = ['-o', 'out', '-q', '--summary', 's.json']

describe.skipIf(platform() === 'win32').concurrent('a pipe with a name', () => {
  // [what it is, commands before, argument, options of the expected run]
  const cases: [string, string, string][] = [
    ['of a shell', pipe(9, 'cat one.pcap'), '/dev/fd/9'],
    ['of a shell, compressed', pipe(9, 'cat one.pcap.gz'), '/dev/fd/9'],
    ['slow', pipe(9, '(head -c 5000; sleep 0.3; cat) <one.pcap.gz'), '/dev/fd/9'],
    ['on standard input', pipe(0, 'cat one.pcap.gz'), '/dev/stdin'],
    ['that a file is redirected to', 'exec <one.pcap.gz', '/dev/stdin'],
    ['of its own, whose writer comes later', 'mkfifo own; (sleep 0.3; cat one.pcap >own) & :', 'own'],
  ]
  it.each(cases)('%s is read like a file', (_what, shell, name) =>
    withCaptures(async (folder) => {
      await runProgram(['one.pcap', '-o', 'expected', '-q'], { cwd: folder })
      const { code, stderr } = await runProgram([name, ...OPTIONS], { cwd: folder, shell })
      expect([code, stderr]).toEqual([0, ''])
      expect(readTree(join(folder, 'out'))).toEqual(readTree(join(folder, 'expected')))
      expect(summaryIn(folder).inputs).toMatchObject([{ path: name, status: 'ok', problems: [] }])
    }),
  )

  it.each([
    ['one after the other', []],
    ['merged', ['--merge']],
    ['each for itself', ['--per-file']],
  ])('goes with others: %s', (_what, options) =>
    withCaptures(async (folder) => {
      const shell = pipes([8, 'cat one.pcap.gz'], [9, 'cat other.pcap'])
      const args = ['/dev/fd/8', '/dev/fd/9', ...OPTIONS, ...options]
      const { code, stderr } = await runProgram(args, { cwd: folder, shell })
      expect([code, stderr]).toEqual([0, ''])
      const named = ['one.pcap', 'other.pcap', '-o', 'expected', '-q', ...options]
      await runProgram(named, { cwd: folder })
      const contents = (name: string) => [...readTree(join(folder, name)).values()].map(String).sort()
      expect(contents('out')).toEqual(contents('expected'))
    }),
  )

  it('is inspected', () =>
    withCaptures(async (folder) => {
      const args = ['inspect', '--json', '/dev/fd/9']
      const { stdout } = await runProgram(args, { cwd: folder, shell: pipe(9, 'cat one.pcap.gz') })
      const { captures } = JSON.parse(stdout.toString()) as Inspection
      expect(captures.map(({ status, problems }) => [status, problems])).toEqual([['ok', []]])
    }))

  it('that nobody writes to is an empty file', () =>
    withCaptures(async (folder) => {
      const { code, stderr } = await runProgram(['/dev/fd/9', ...OPTIONS], {
        cwd: folder,
        shell: pipe(9, 'true'),
      })
      expect([code, stderr]).toEqual([1, expect.stringContaining('"/dev/fd/9" at byte 0: the file is empty')])
    }))

  it('that is cut gives what came, and a run that waits for one can be ended', () =>
    withCaptures(async (folder) => {
      const cut = await runProgram(['/dev/fd/9', ...OPTIONS], {
        cwd: folder,
        shell: pipe(9, 'head -c 20000 one.pcap'),
      })
      expect([cut.code, cut.stderr]).toEqual([
        1,
        expect.stringMatching(/^problem +Cannot read "\/dev\/fd\/9" at byte/),
      ])
      execFileSync('mkfifo', [join(folder, 'own')])
      const { child, result } = startProgram(['own', ...OPTIONS, '--force'], { cwd: folder })
      const writer = await openWhenRead(join(folder, 'own'))
      child.kill('SIGINT')
      expect((await result).code).toBe(130)
      closeSync(writer)
    }))
})
