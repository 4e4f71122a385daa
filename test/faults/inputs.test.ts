import { chmodSync, chownSync, copyFileSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { NOBODY } from '../support/without-rights.js'
import {
  CAPTURE,
  expectClearEnd,
  expectSameTree,
  interleaved,
  interleavedBytes,
  preload,
  run,
  summaryIn,
  withCapture,
} from './fault-run.js'

const isRoot = process.geteuid?.() === 0
/** More than is read at once. */
const LARGE = interleaved(300, 12)

/** The run has read `capture.pcap` as if it were alone. */
async function expectOthersWhole(folder: string): Promise<void> {
  await run(folder, ['capture.pcap', '-o', 'expected', '-q', '--per-file'])
  expectSameTree(join(folder, 'expected/capture.pcap'), join(folder, 'out/capture.pcap'))
}

const OPTIONS = ['capture.pcap', '-o', 'out', '-q', '--per-file', '--summary', 'summary.json']

describe('an input that fails leaves the others whole', () => {
  // [what fails, its content, what is said of it]
  const broken: [string, Uint8Array, RegExp][] = [
    [
      'large.pcap',
      LARGE,
      /^problem +"large\.pcap" at byte \d+: i\/o error \(EIO\)\nproblem +Cannot read [^\n]+\n$/,
    ],
    [
      'large.pcap.gz',
      gzipSync(LARGE, { level: 0 }),
      /^problem +"large\.pcap\.gz" at byte \d+: i\/o error \(EIO\)\nproblem +Cannot read [^\n]+\n$/,
    ],
  ]
  it.each(broken)('%s, whose disk cannot be read on', (name, content, says) =>
    withCapture(async (folder) => {
      writeFileSync(join(folder, name), content)
      const result = await run(folder, [name, ...OPTIONS], { env: preload('failing-reads') })
      expectClearEnd(folder, result, 1, says)
      const [first, second] = summaryIn(folder).inputs
      expect([first?.status, second?.status]).toEqual(['partial', 'ok'])
      expect(first?.packets).toBeGreaterThan(50)
      await expectOthersWhole(folder)
    }),
  )

  it('one that becomes shorter while it is read', () =>
    withCapture(async (folder) => {
      writeFileSync(join(folder, 'large.pcap'), LARGE)
      const shrinks = { SHRINKS: join(folder, 'large.pcap'), SHRINKS_TO: `${interleavedBytes(1_000)}` }
      const env = { ...preload('shrinking-input'), ...shrinks }
      const result = await run(folder, ['large.pcap', ...OPTIONS], { env })
      const says = /^problem +"large\.pcap" at byte \d+: the file has become shorter while it was read\n$/
      expectClearEnd(folder, result, 1, says)
      expect(summaryIn(folder).inputs[0]).toMatchObject({ status: 'partial', packets: 1_000 })
      await expectOthersWhole(folder)
    }))

  it('one that vanishes before its turn, and one that may not be read', () =>
    withCapture(async (folder) => {
      for (const name of ['a.pcap', 'b.pcap']) copyFileSync(join(folder, 'capture.pcap'), join(folder, name))
      mkdirSync(join(folder, 'out'))
      if (isRoot) for (const name of ['out', 'temp', '']) chownSync(join(folder, name), NOBODY, NOBODY)
      chmodSync(folder, 0o755)
      chmodSync(join(folder, 'b.pcap'), 0)
      const args = [
        'a.pcap',
        'b.pcap',
        'capture.pcap',
        'c*.pcap',
        '-o',
        'out',
        '-q',
        '--summary',
        'summary.json',
        '--per-file',
      ]
      const user = isRoot ? { user: NOBODY } : {}
      unlinkSync(join(folder, 'a.pcap'))
      const result = await run(folder, args, user)
      expectClearEnd(
        folder,
        result,
        1,
        /^problem +Cannot read "b\.pcap": permission denied\nerror +Cannot read "a\.pcap": no such file or folder\n$/,
      )
      await expectOthersWhole(folder)
    }))

  it('one that goes between the search for inputs and its turn', () =>
    withCapture(async (folder) => {
      mkdirSync(join(folder, 'in'))
      for (let i = 0; i < 10; i++) copyFileSync(join(folder, 'capture.pcap'), join(folder, 'in', `${i}`))
      const env = preload('vanishing-input')
      const result = await run(folder, ['in', ...OPTIONS], {
        env: { ...env, VANISHES: join(folder, 'in/7') },
      })
      expectClearEnd(folder, result, 1, /^problem +Cannot read "in\/7": no such file or folder\n$/)
      expect(summaryIn(folder).inputs.filter(({ status }) => status === 'ok')).toHaveLength(10)
      await expectOthersWhole(folder)
    }))

  it('standard input that ends in the middle of a record', () =>
    withCapture(async (folder) => {
      const shell = 'mkfifo pipe; (head -c 100000 capture.pcap >pipe &); exec <pipe'
      const args = ['-', '-o', 'out', '-q', '--summary', 'summary.json']
      const result = await run(folder, args, { shell })
      expectClearEnd(folder, result, 1, /^problem +Cannot read "-" at byte \d+: [^\n]+\n$/)
      writeFileSync(join(folder, 'part.pcap'), CAPTURE.subarray(0, 100_000))
      await run(folder, ['part.pcap', '-o', 'expected', '-q'])
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
    }))

  // [what stands for standard input, shell]
  it.each([
    ['a folder', 'exec <.'],
    ['closed', 'exec <&-'],
    ['nothing', 'exec </dev/null'],
  ])('standard input that is %s', (_what, shell) =>
    withCapture(async (folder) => {
      const result = await run(folder, ['-', ...OPTIONS], { shell })
      expectClearEnd(folder, result, 1, /^problem +[^\n]*"-"[^\n]*\n$/)
      await expectOthersWhole(folder)
    }),
  )
})
