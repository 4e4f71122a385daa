import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { waitUntil } from '../support/processes.js'
import { NOBODY } from '../support/without-rights.js'
import {
  CAPTURE,
  expectClearEnd,
  expectSameTree,
  interleaved,
  run,
  start,
  summaryIn,
  withCapture,
} from './fault-run.js'

const isRoot = process.geteuid?.() === 0
/**
 * Least memory and few files: what is received is soon written, and files are opened again and again. One worker: another
 * that begins late would make the folder again.
 */
const RESTLESS = ['--workers', '1', '-f', '4', '--memory', '1M', '-q', '-m', '--summary', 'summary.json']

/** Runs the program on a capture of which `change` is called in the middle, when some files have been written. */
async function runWith(folder: string, change: () => void, user?: number, capture = CAPTURE) {
  const out = join(folder, 'out')
  const options = user === undefined ? {} : { user }
  const { child, result } = start(folder, ['-', '-o', 'out', ...RESTLESS], options)
  child.stdin.write(capture.subarray(0, capture.length / 2))
  await waitUntil('files are written', () => existsSync(out) && readdirSync(out).length > 5)
  change()
  child.stdin.end(capture.subarray(capture.length / 2))
  return result
}

async function expectWholeAgain(folder: string) {
  await run(folder, ['capture.pcap', '-q', '-m', '-o', 'expected'])
  const again = await run(folder, ['capture.pcap', '-q', '-m', '-o', 'out', '--force'])
  expectClearEnd(folder, again, 0, /^$/)
  expectSameTree(join(folder, 'expected'), join(folder, 'out'))
}

// [what happens to the folder, how]
const losses: [string, (out: string) => void][] = [
  [
    'vanishes',
    (out) => {
      renameSync(out, `${out}-before`) // nothing is added while its files are deleted
      rmSync(`${out}-before`, { recursive: true })
    },
  ],
  ['is moved away', (out) => renameSync(out, `${out}-before`)],
]

describe('an output folder that goes in the middle', () => {
  it.each(losses)('%s', (_what, change) =>
    withCapture(async (folder) => {
      const result = await runWith(folder, () => change(join(folder, 'out')))
      const says = /^error +Cannot write "out\/[^"\n]+": no such file or directory \(ENOENT\)[^\n]*\n$/
      expectClearEnd(folder, result, 75, says)
      expect(summaryIn(folder).errors).toHaveLength(1)
      expect(summaryIn(folder).files).toBeGreaterThan(5)
      await expectWholeAgain(folder)
    }),
  )

  it('is not made again by a run that writes no more files', () =>
    withCapture(async (folder) => {
      const args = ['-', '-o', 'out', '--no-write', '-q', '--index', 'out/x.jsonl']
      const { child, result } = start(folder, args)
      child.stdin.end(CAPTURE)
      expect((await result).code).toBe(0)
      expect(readdirSync(join(folder, 'out'))).toEqual(['x.jsonl'])
    }))
})

describe('an output folder that turns read-only in the middle', () => {
  // Modes are nothing to root, who runs the program as somebody else then.
  const user = isRoot ? NOBODY : undefined
  it('holds up no file that is open, and each other is told of', () =>
    withCapture(async (folder) => {
      for (const path of [folder, join(folder, 'temp')]) if (isRoot) chownSync(path, NOBODY, NOBODY)
      chmodSync(folder, 0o755)
      const out = join(folder, 'out')
      const result = await runWith(folder, () => chmodSync(out, 0o555), user)
      chmodSync(out, 0o755)
      const says =
        /^(?:error +Cannot write "out\/[^"\n]+": permission denied \(EACCES\)\n){5,}(?:error +\d+ more files could not be written\n)?$/
      expectClearEnd(folder, result, 1, says)
      const { packets, files, errors } = summaryIn(folder)
      expect([packets.read, errors.length]).toEqual([packets.delivered, result.stderr.split('\n').length - 1])
      expect(readdirSync(out)).toHaveLength(files)
      await expectWholeAgain(folder)
    }))

  it('is refused with its name when it is so from the start', () =>
    withCapture(async (folder) => {
      mkdirSync(join(folder, 'closed'), { mode: 0o555 })
      if (isRoot) chownSync(join(folder, 'temp'), NOBODY, NOBODY)
      chmodSync(folder, 0o755)
      const options = user === undefined ? {} : { user }
      const result = await run(
        folder,
        ['capture.pcap', '-q', '-o', 'closed/out', '--no-write', '--index', 'closed/x.csv'],
        options,
      )
      expectClearEnd(
        folder,
        result,
        1,
        /^error +Cannot write "closed\/x\.csv": permission denied \(EACCES\)\n$/,
      )
      const other = await run(folder, ['capture.pcap', '-q', '-o', 'closed/out'], options)
      expectClearEnd(
        folder,
        other,
        1,
        /^pcap2conn: Cannot make the folder "closed\/out": permission denied \(EACCES\)\n$/,
      )
    }))
})

it('links and pipes that take the place of files in the middle are not followed, and named', () =>
  withCapture(async (folder) => {
    const out = join(folder, 'out')
    mkdirSync(join(folder, 'elsewhere'))
    writeFileSync(join(folder, 'elsewhere', 'mine'), 'mine')
    const result = await runWith(
      folder,
      () => {
        for (const [i, name] of readdirSync(out).entries()) {
          const plant = join(folder, 'plant')
          if (i % 2 === 0) symlinkSync('../elsewhere/mine', plant)
          else execFileSync('mkfifo', [plant])
          renameSync(plant, join(out, name)) // at no moment is there nothing
        }
      },
      undefined,
      interleaved(400, 4),
    )
    const line = String.raw`error +Cannot write "out/[^"\n]+": [^\n]+\((?:ELOOP|ENXIO)\)\n`
    expectClearEnd(
      folder,
      result,
      1,
      new RegExp(`^(?:${line})+(?:error +\\d+ more files could not be written\n)?$`),
    )
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['mine'])
    expect(readFileSync(join(folder, 'elsewhere', 'mine'), 'utf8')).toBe('mine')
  }))
