import { spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { platform } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import type { Summary } from '../../src/summary.js'
import { runProgram, startProgram, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'
import { troubledPlan } from './traffic.js'

const SEED = 3
const HANG_MS = 30_000
const PROGRAM = resolve('bin/pcap2conn.js')
const FULL_DISK = resolve('test/e2e/preload/full-disk.mjs')

const plan = troubledPlan({ connections: 120, concurrency: 40, messageBytes: 6_000, segmentBytes: 700 })
const capture = generateBytes(plan, SEED).bytes

/** Calls `use` with a folder that holds `capture.pcap` and an empty folder `temp`. */
function withCapture(use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => {
    writeFileSync(join(folder, 'capture.pcap'), capture)
    mkdirSync(join(folder, 'temp'))
    return use(folder)
  })
}

const convert = (folder: string, ...args: string[]) =>
  runProgram(['capture.pcap', '-q', ...args], { cwd: folder, timeoutMs: HANG_MS })

describe.concurrent('without --force', () => {
  it('leaves every file that exists as it is, names and counts them, and answers 1', () =>
    withCapture(async (folder) => {
      await convert(folder, '-o', 'out', '-s', '-m')
      const [name] = readdirSync(join(folder, 'out'))
      writeFileSync(join(folder, 'out', name!), 'mine')
      const before = treeHashes(join(folder, 'out'))
      const { code, stderr } = await convert(folder, '-o', 'out', '-s', '-m')
      expect(code).toBe(1)
      const lines = stderr.trimEnd().split('\n')
      expect(lines.pop()).toBe(`error        ${before.size - 20} more files could not be written`)
      expect(lines).toHaveLength(20)
      for (const line of lines)
        expect(line).toMatch(/^error +Cannot write "out\/[^"]+": file exists \(use --force to replace it\)$/)
      expect(treeDifferences(before, treeHashes(join(folder, 'out')))).toEqual([])
    }))

  it.each([1, 3])('a file and a folder that exist cost themselves alone, with %d workers', (workers) =>
    withCapture(async (folder) => {
      const all = ['-s', '--workers', `${workers}`]
      await convert(folder, '-o', 'expected', ...all, '--index', 'expected.jsonl')
      const expected = treeHashes(join(folder, 'expected'))
      const [file = '', taken = ''] = expected.keys()
      mkdirSync(join(folder, 'out', taken), { recursive: true })
      writeFileSync(join(folder, 'out', file), 'mine')
      const told = ['--index', 'x.jsonl', '--report', 'r.html', '--summary', 's.json']
      const { code, stderr } = await convert(folder, '-o', 'out', ...all, ...told)
      const errors = [
        `Cannot write "out/${file}": file exists (use --force to replace it)`,
        `Cannot write "out/${taken}": it is a folder`,
      ]
      expect([code, stderr]).toEqual([1, errors.map((text) => `error        ${text}\n`).join('')])
      expect(readFileSync(join(folder, 'out', file), 'utf8')).toBe('mine')
      const found = treeHashes(join(folder, 'out'))
      expect(treeDifferences(expected, found)).toEqual([`no ${taken}`, `changed ${file}`])
      const summary: Summary = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))
      expect([summary.errors, summary.files]).toEqual([errors, expected.size - 2])
      expect(summary.inputs.map(({ status }) => status)).toEqual(['ok'])
      expect(readdirSync(folder)).toContain('r.html')
      const lines = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n')
      const paths = new RegExp(`"(?:${[file, taken].join('|').replaceAll('.', '\\.')})"`)
      expect(lines('x.jsonl')).toEqual(lines('expected.jsonl').map((line) => line.replace(paths, 'null')))
    }),
  )

  it('writes through no link', () =>
    withCapture(async (folder) => {
      await convert(folder, '-o', 'expected')
      const [name] = readdirSync(join(folder, 'expected'))
      mkdirSync(join(folder, 'out'))
      symlinkSync(join(folder, 'elsewhere'), join(folder, 'out', name!))
      const { code, stderr } = await convert(folder, '-o', 'out')
      expect([code, stderr.includes(name!)]).toEqual([1, true])
      expect(readdirSync(folder)).not.toContain('elsewhere')
    }))

  it.each(['--index', '--summary'])('replaces no file with %s, and does no work', (option) =>
    withCapture(async (folder) => {
      writeFileSync(join(folder, 'mine.jsonl'), 'mine')
      const { code, stderr } = await convert(folder, '-o', 'out', option, 'mine.jsonl')
      expect([code, stderr.includes('"mine.jsonl"')]).toEqual([1, true])
      expect(readFileSync(join(folder, 'mine.jsonl'), 'utf8')).toBe('mine')
      expect(readdirSync(folder)).not.toContain('out')
    }),
  )
})

it.concurrent('replaces with --force what is there, longer files and links too, and nothing else', () =>
  withCapture(async (folder) => {
    await convert(folder, '-o', 'expected', '-m', '--index', 'expected/x.jsonl', '--summary', 's.json')
    const expected = treeHashes(join(folder, 'expected'))
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'elsewhere'), 'mine')
    const [first, ...others] = expected.keys()
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'out', first!))
    for (const name of others) writeFileSync(join(folder, 'out', name), 'x'.repeat(100_000))
    writeFileSync(join(folder, 'out', 'other.txt'), 'mine')
    const options = ['-m', '--index', 'out/x.jsonl', '--summary', 's.json']
    const { code, stderr } = await convert(folder, '-o', 'out', ...options, '--force')
    expect([code, stderr]).toEqual([0, ''])
    const tree = treeHashes(join(folder, 'out'))
    expect(tree.delete('other.txt')).toBe(true)
    expect(treeDifferences(expected, tree)).toEqual([])
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('mine')
    expect(readFileSync(join(folder, 'out', 'other.txt'), 'utf8')).toBe('mine')
  }))

describe.concurrent('an output that cannot be written is named', () => {
  // `file` is a file. [what, options, what the message names]
  const impossible: [string, string[], string][] = [
    ['a file in the place of the output folder', ['-o', 'file'], '"file"'],
    ['a file in the place of its parent', ['-o', 'file/out'], '"file/out"'],
    ['an index below a file', ['--no-write', '--index', 'file/x.jsonl'], '"file/x.jsonl"'],
    ['a summary below a file', ['--no-write', '--summary', 'file/x.json'], '"file/x.json"'],
    [
      'a folder in the place of the index',
      ['--no-write', '--index', 'temp/folder.jsonl'],
      '"temp/folder.jsonl"',
    ],
  ]
  it.each(impossible)('%s', (_what, options, named) =>
    withCapture(async (folder) => {
      writeFileSync(join(folder, 'file'), 'mine')
      mkdirSync(join(folder, 'temp', 'folder.jsonl'))
      const { code, stderr } = await convert(folder, ...options)
      expect(code).toBe(1)
      expect(stderr).toMatch(/^[^\n]+\n$/)
      expect(stderr).toContain(named)
      expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine')
    }),
  )

  // A write fails when some have gone well.
  it.each([
    [
      'a connection file',
      ['capture.pcap', '-o', 'out', '--summary', 'temp/s.json'],
      /"out\/[^"]+": no space left/,
    ],
    ['the index', ['capture.pcap', '--no-write', '--index', 'x.jsonl'], /index[^"]*": no space left/],
    [
      'a connection file while standard input gives no more',
      ['-', '-o', 'out'],
      /"out\/[^"]+": no space left/,
    ],
  ])('a full disk for %s', (_what, args, message) =>
    withCapture(async (folder) => {
      const temp = join(folder, 'temp')
      const child = spawn(process.execPath, [PROGRAM, ...args, '-q'], {
        cwd: folder,
        env: { ...process.env, TMPDIR: temp, NODE_OPTIONS: `--import=${FULL_DISK}` },
        timeout: HANG_MS,
        killSignal: 'SIGKILL',
      })
      child.stdin.on('error', () => {})
      child.stdin.write(capture) // and no end
      let stderr = ''
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString()
      })
      const code = await new Promise((done) => child.on('close', done))
      expect([code, stderr]).toEqual([
        75,
        expect.stringMatching(/^error [^\n]+\n(?:error +No index was written [^\n]+\n)?$/),
      ])
      expect(stderr).toMatch(message)
      rmSync(join(temp, 's.json'), { force: true })
      expect(readdirSync(temp)).toEqual([])
    }),
  )

  // [what goes to standard output]
  it
    .skipIf(platform() !== 'linux')
    .each([[['-c']], [['-c', '-j']], [['--no-write', '--index', '-']], [['--no-write', '--summary', '-']]])(
    'a full standard output with %j',
    (options) =>
      withCapture(async (folder) => {
        const full = openSync('/dev/full', 'w')
        const child = spawn(process.execPath, [PROGRAM, 'capture.pcap', '-q', ...options], {
          cwd: folder,
          stdio: ['ignore', full, 'pipe'],
          timeout: HANG_MS,
          killSignal: 'SIGKILL',
        })
        closeSync(full)
        let stderr = ''
        child.stderr!.on('data', (chunk: Buffer) => {
          stderr += chunk.toString()
        })
        const code = await new Promise((done) => child.on('close', done))
        expect([code, stderr]).toEqual([
          75,
          expect.stringMatching(/^[^\n]*standard output[^\n]*ENOSPC[^\n]*\n$/),
        ])
      }),
  )

  // More than fits into the pipe, whatever is asked for.
  it.each([
    ['payload', ['-c']],
    ['JSON lines', ['-c', '-j']],
    ['the index', ['--no-write', '--index', '-']],
  ])('a reader of standard output that has gone: %s', (_what, options) =>
    withCapture(async (folder) => {
      const temp = join(folder, 'temp')
      const sizes = { connections: 4_000, concurrency: 100, messageBytes: 500, segmentBytes: 500 }
      writeFileSync(join(folder, 'many.pcap'), generateBytes(troubledPlan(sizes), SEED).bytes)
      const { child, result } = startProgram(['many.pcap', '-q', ...options], {
        cwd: folder,
        env: { TMPDIR: temp },
        timeoutMs: HANG_MS,
      })
      child.stdout.once('data', () => child.stdout.destroy())
      const { code, stderr } = await result
      expect([code, stderr]).toEqual([1, ''])
      expect(readdirSync(temp)).toEqual([])
    }),
  )
})

it.concurrent('one file that cannot be replaced stops no other file', () =>
  withCapture(async (folder) => {
    await convert(folder, '-o', 'expected', '-s')
    const expected = treeHashes(join(folder, 'expected'))
    const [name] = expected.keys()
    mkdirSync(join(folder, 'out', name!), { recursive: true })
    const options = ['-o', 'out', '-s', '--force', '--index', 'x.jsonl', '--workers', '2']
    const { code, stderr } = await convert(folder, ...options)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error [^\n]+\n$/)])
    expect(stderr).toContain(`Cannot write "out/${name}": `)
    expect(treeDifferences(expected, treeHashes(join(folder, 'out')))).toEqual([`no ${name}`])
    expect(readFileSync(join(folder, 'x.jsonl'), 'utf8')).not.toContain(name)
  }))

it.concurrent('says in the summary which output failed', () =>
  withCapture(async (folder) => {
    await convert(folder, '-o', 'out')
    const { code } = await convert(folder, '-o', 'out', '--summary', 's.json')
    const { errors, files } = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')) as Summary
    expect([code, errors.length, files]).toEqual([1, 21, 0])
    expect(errors[0]).toMatch(/^Cannot write "out\/[^"]+": file exists/)
    expect(errors[20]).toMatch(/^\d+ more files could not be written$/)
  }))
