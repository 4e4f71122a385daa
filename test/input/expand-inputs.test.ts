import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expandInputs } from '../../src/input/expand-inputs.js'
import type { OutputPaths } from '../../src/input/own-results.js'
import { withoutRights } from '../support/without-rights.js'
import { temporaryFolder } from './temporary-folder.js'

const MKFIFO = 'mkfifo' // Node makes no named pipes
const folder = temporaryFolder()
const inFolder = (name: string) => join(folder, name)

for (const name of ['a', 'a/sub', 'a/.hidden', 'b', 'empty', 'B']) mkdirSync(inFolder(name))
const files = [
  'a/2.pcap',
  'a/10.pcap',
  'a/.secret.pcap',
  'a/.hidden/x.pcap',
  'a/sub/deep.pcapng',
  'b/[1].pcap',
  'b/1.pcap',
  'B/Z.txt',
]
for (const name of files) writeFileSync(inFolder(name), name)
symlinkSync(inFolder('a/2.pcap'), inFolder('b/link.pcap'))
symlinkSync(inFolder('nowhere'), inFolder('b/broken.pcap'))
symlinkSync(inFolder('a'), inFolder('b/folder-link'))
symlinkSync(inFolder('a'), inFolder('a/sub/loop'))
linkSync(inFolder('b/1.pcap'), inFolder('b/2.pcap'))
execFileSync(MKFIFO, [inFolder('b/fifo')])

/** What the arguments, all below the folder, stand for, with paths relative to it. */
function expand(...args: string[]) {
  return expandBeside(undefined, ...args)
}

function expandBeside(outputs: OutputPaths | undefined, ...args: string[]) {
  const found = expandInputs(
    args.map((arg) => (arg === '-' ? arg : inFolder(arg))),
    outputs,
  )
  const short = (text: string) => text.replaceAll(`${folder}/`, '')
  const { first, ...counts } = found.skipped.summary
  return {
    paths: found.inputs.filter(({ failure }) => failure === undefined).map(({ path }) => short(path)),
    failures: found.inputs.flatMap(({ failure }) => (failure === undefined ? [] : [short(failure.message)])),
    problems: found.problems.map(({ message }) => short(message)),
    below: found.inputs.map(({ below }) => below),
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    first: first.map(({ path, reason, same_as }) => [reason, short(path), short(same_as ?? '')]),
    exposed: [...found.exposed].map((identity) => short(found.files.get(identity)?.path ?? '')),
  }
}

/** Makes a folder, and gives what makes files below it. */
function place(name: string): (file: string) => void {
  mkdirSync(inFolder(name), { recursive: true })
  return (file) => {
    mkdirSync(join(inFolder(name), file, '..'), { recursive: true })
    writeFileSync(join(inFolder(name), file), file)
  }
}

describe('expandInputs()', () => {
  // [name, arguments, paths]
  const cases: [string, string[], string[]][] = [
    ['a file', ['a/2.pcap'], ['a/2.pcap']],
    ['files in the order they are given in', ['b/1.pcap', 'a/2.pcap'], ['b/1.pcap', 'a/2.pcap']],
    ['a hidden file that is named', ['a/.secret.pcap'], ['a/.secret.pcap']],
    [
      'a folder and those below it, without what is hidden',
      ['a'],
      ['a/10.pcap', 'a/2.pcap', 'a/sub/deep.pcapng'],
    ],
    ['a hidden folder that is named', ['a/.hidden'], ['a/.hidden/x.pcap']],
    ['regular files and links to files in a folder', ['b'], ['b/1.pcap', 'b/[1].pcap', 'b/link.pcap']],
    [
      'a link to a folder that is named',
      ['b/folder-link'],
      ['b/folder-link/10.pcap', 'b/folder-link/2.pcap', 'b/folder-link/sub/deep.pcapng'],
    ],
    ['a pattern', ['a/*.pcap'], ['a/10.pcap', 'a/2.pcap']],
    ['a pattern over folders', ['{a,b}/*.pcap'], ['a/10.pcap', 'a/2.pcap', 'b/1.pcap', 'b/[1].pcap']],
    ['a pattern for any depth', ['a/**/*.pcapng'], ['a/sub/deep.pcapng']],
    ['a pattern that matches a folder', ['[aB]'], ['B/Z.txt', 'a/10.pcap', 'a/2.pcap', 'a/sub/deep.pcapng']],
    ['a name that looks like a pattern, where it exists', ['b/[1].pcap'], ['b/[1].pcap']],
    ['the pattern, where no such name exists', ['b/[12].pcap'], ['b/1.pcap']],
    [
      'each file once, by whichever name came first',
      ['a/2.pcap', 'b/link.pcap', 'a', 'b/2.pcap', 'b/1.pcap'],
      ['a/2.pcap', 'a/10.pcap', 'a/sub/deep.pcapng', 'b/2.pcap'],
    ],
    ['standard input once, in its place', ['a/2.pcap', '-', 'b/1.pcap', '-'], ['a/2.pcap', '-', 'b/1.pcap']],
    ['what is neither file nor folder, for opening to complain of', ['b/fifo'], ['b/fifo']],
    ['nothing', [], []],
  ]
  it.each(cases)('expands %s', (_name, args, paths) => {
    expect(expand(...args)).toMatchObject({ paths, problems: [] })
  })

  // [name, argument, message]
  const failures: [string, string, string][] = [
    ['a missing file', 'a/3.pcap', 'Cannot read "a/3.pcap": no such file or folder'],
    ['a link to nothing', 'b/broken.pcap', 'Cannot read "b/broken.pcap": no such file or folder'],
    ['a pattern without a match', 'a/*.cap', 'No file matches "a/*.cap"'],
    ['a pattern in a missing folder', 'c/*.cap', 'No file matches "c/*.cap"'],
    ['a folder without files', 'empty', 'The folder "empty" has no file to read'],
  ]
  it.each(failures)('names %s and goes on', (_name, arg, message) => {
    expect(expand(arg, 'b/1.pcap')).toMatchObject({ paths: ['b/1.pcap'], problems: [message] })
  })

  it('does not complain of a folder or pattern whose files were all named before', () => {
    expect(expand('b', 'b', 'b/1*.pcap')).toMatchObject({
      problems: [],
      counts: { folder_link: 1, not_capture: 1 },
    })
  })

  it.each(['locked', '*ocked', 'locked/*', 'locked/**/*.pcap'])(
    'gives a folder that it may not read as an input that fails: %s',
    async (arg) => {
      mkdirSync(inFolder('locked'), { recursive: true })
      mkdirSync(inFolder('locked/inner'), { mode: 0 })
      const { failures, problems } = await withoutRights(() => expand(arg))
      rmSync(inFolder('locked/inner'), { recursive: true })
      expect(failures).toEqual(['Cannot read the folder "locked/inner": permission denied'])
      expect(problems).toEqual([])
    },
  )
})

describe('expandInputs(), of what is not read', () => {
  it.each(['b', 'b/*', 'b/**'])('gives a link that leads nowhere as an input that fails: %s', (arg) => {
    expect(expand(arg).failures).toEqual(['Cannot read "b/broken.pcap": no such file or folder'])
  })

  it('gives a circle of links as inputs that fail', () => {
    place('circle')('a.pcap')
    symlinkSync('y', inFolder('circle/x'))
    symlinkSync('x', inFolder('circle/y'))
    for (const arg of ['circle', 'circle/*']) {
      const { paths, failures } = expand(arg)
      expect([paths, failures]).toEqual([
        ['circle/a.pcap'],
        ['x', 'y'].map((name) => `Cannot read "circle/${name}": too many symbolic links`),
      ])
    }
  })

  it('counts what is hidden, and names it', () => {
    expect(expand('a')).toMatchObject({
      counts: { hidden: 2, folder_link: 1 },
      first: [
        ['hidden', 'a/.hidden', ''],
        ['hidden', 'a/.secret.pcap', ''],
        ['folder_link', 'a/sub/loop', ''],
      ],
    })
  })

  // [pattern, what it would give were it not hidden]
  it.each([
    ['a/*.pcap', ['a/.secret.pcap']],
    ['a/*', ['a/.hidden', 'a/.secret.pcap']],
    ['a/.*.pcap', []],
    ['a/*.txt', []],
  ])('counts what is hidden from the pattern %s', (pattern, hidden) => {
    const { first } = expand(pattern)
    expect(first.filter(([reason]) => reason === 'hidden').map(([, path]) => path)).toEqual(hidden)
  })

  it('counts files that are read by another name, and says which', () => {
    expect(expand('b', 'a/2.pcap', 'b/1.pcap', 'b/1.pcap').first.filter(([r]) => r === 'same_file')).toEqual([
      ['same_file', 'b/2.pcap', 'b/1.pcap'],
      ['same_file', 'a/2.pcap', 'b/link.pcap'],
      ['same_file', 'b/1.pcap', 'b/1.pcap'],
    ])
  })

  it('counts pipes, sockets and devices, and opens none of them', async () => {
    place('special')('a.pcap')
    execFileSync(MKFIFO, [inFolder('special/fifo')])
    symlinkSync('/dev/zero', inFolder('special/zero'))
    const server = createServer().listen(inFolder('special/socket'))
    try {
      for (const arg of ['special', 'special/*'])
        expect(expand(arg)).toMatchObject({ paths: ['special/a.pcap'], counts: { not_capture: 3 } })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it.each([
    ['a folder', 'mine'],
    ['a pattern', 'mine/**'],
    ['a pattern of folders', 'mine/*'],
  ])('leaves results out of %s', (_what, arg) => {
    const file = place('mine')
    const names = [
      'a.pcap',
      'out/x.pcap',
      'out/sub/y.pcap',
      'old/.pcap2conn.json',
      'old/z.pcap',
      'old/sub/z.pcap',
    ]
    for (const name of names) file(name)
    for (const name of ['20240305093000-TCP-10.0.0.1.1-__1.2~2-metadata.json', 'index.jsonl']) file(name)
    const outputs = { folder: inFolder('mine/out'), files: [inFolder('mine/index.jsonl')] }
    const found = expandBeside(outputs, arg)
    expect(found.paths).toEqual(['mine/a.pcap'])
    expect(found.counts.own_results).toBe(4)
  })

  it('reads what is named in the output folder or beside a record', () => {
    const file = place('home')
    for (const name of ['.pcap2conn.json', 'a.pcap', 'day/b.pcap']) file(name)
    const outputs = { folder: inFolder('home'), files: [] }
    for (const args of [['home'], ['home/*'], ['home/a.pcap', 'home/day']])
      expect(expandBeside(outputs, ...args).paths).toEqual(['home/a.pcap', 'home/day/b.pcap'])
  })

  it('takes a capture in the place of an output for an input', () => {
    place('taken')
    writeFileSync(inFolder('taken/a.jsonl'), Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]))
    expect(expandBeside({ folder: null, files: [inFolder('taken/a.jsonl')] }, 'taken').paths).toEqual([
      'taken/a.jsonl',
    ])
  })

  it('leaves out temporary folders of the program', () => {
    const name = join(tmpdir(), 'pcap2conn-AbCdEf')
    mkdirSync(name, { recursive: true })
    try {
      writeFileSync(join(name, 'spill'), '')
      const { inputs, skipped } = expandInputs([join(tmpdir(), 'pcap2conn-AbCdE?')])
      expect([inputs, skipped.summary.own_results]).toEqual([[], 1])
    } finally {
      rmSync(name, { recursive: true })
    }
  })

  it('names the first 100, and counts all', () => {
    const file = place('many')
    for (let i = 0; i < 120; i++) file(`.${i}`)
    file('a.pcap')
    const { counts, first } = expand('many')
    expect([counts, first.length]).toEqual([{ hidden: 120 }, 100])
  })
})

describe('expandInputs(), of paths', () => {
  // [argument, paths below it]
  it.each([
    ['a', ['10.pcap', '2.pcap', 'sub/deep.pcapng']],
    ['a/*.pcap', ['10.pcap', '2.pcap']],
    ['{a,b}/1*.pcap', ['a/10.pcap', 'b/1.pcap']],
    [
      '?/sub/*',
      ['a/sub/deep.pcapng', 'a/sub/loop/10.pcap', 'a/sub/loop/2.pcap', 'a/sub/loop/sub/deep.pcapng'],
    ],
    ['[aB]', ['B/Z.txt', 'a/10.pcap', 'a/2.pcap', 'a/sub/deep.pcapng']],
    ['a/**/*.pcapng', ['sub/deep.pcapng']],
    ['a/sub/deep.pcapng', [undefined]],
  ])('keeps the path below the folder or the constant part of %s', (arg, below) => {
    const found = expand(arg).below
    expect(found.filter((path) => !path?.includes('loop'))).toEqual(
      below.filter((path) => !path?.includes('loop')),
    )
  })

  it.each(['bytes', 'bytes/*', 'bytes/caf?', 'bytes/**'])('reads names that are not UTF-8: %s', (arg) => {
    mkdirSync(inFolder('bytes'), { recursive: true })
    writeFileSync(Buffer.concat([Buffer.from(inFolder('bytes/caf')), Buffer.from([0xe9])]), '')
    expect(expand(arg)).toMatchObject({ paths: ['bytes/caf\udce9'], below: ['caf\udce9'], problems: [] })
  })

  it('says which inputs a connection file could take the place of', () => {
    const file = place('exposed')
    for (const name of ['plain.pcap', '20240305093000-TCP-10.0.0.1.1-10.0.0.2.2.txt']) file(name)
    symlinkSync('../a/2.pcap', inFolder('exposed/link'))
    const args = ['plain.pcap', '20240305093000-TCP-10.0.0.1.1-10.0.0.2.2.txt', 'link']
    expect(expand(...args.map((name) => `exposed/${name}`), 'b/1.pcap').exposed).toEqual([
      'exposed/20240305093000-TCP-10.0.0.1.1-10.0.0.2.2.txt',
      'exposed/link',
      'b/1.pcap', // it has another name
    ])
  })
})
