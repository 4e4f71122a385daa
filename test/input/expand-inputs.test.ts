import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expandInputs } from '../../src/input/expand-inputs.js'
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
async function expand(...args: string[]) {
  const { inputs, problems } = await expandInputs(args.map((arg) => (arg === '-' ? arg : inFolder(arg))))
  return {
    paths: inputs.map(({ path }) => (path === '-' ? path : relative(folder, path))),
    problems: problems.map(({ message }) => message.replaceAll(`${folder}/`, '')),
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
  it.each(cases)('expands %s', async (_name, args, paths) => {
    expect(await expand(...args)).toEqual({ paths, problems: [] })
  })

  // [name, argument, message]
  const failures: [string, string, string][] = [
    ['a missing file', 'a/3.pcap', 'Cannot read "a/3.pcap": no such file or folder'],
    ['a link to nothing', 'b/broken.pcap', 'Cannot read "b/broken.pcap": no such file or folder'],
    ['a pattern without a match', 'a/*.cap', 'No file matches "a/*.cap"'],
    ['a pattern in a missing folder', 'c/*.cap', 'No file matches "c/*.cap"'],
    ['a folder without files', 'empty', 'The folder "empty" has no file to read'],
  ]
  it.each(failures)('names %s and goes on', async (_name, arg, message) => {
    expect(await expand(arg, 'b/1.pcap')).toEqual({ paths: ['b/1.pcap'], problems: [message] })
  })

  it('does not complain of a folder or pattern whose files were all named before', async () => {
    expect((await expand('b', 'b', 'b/1*.pcap')).problems).toEqual([])
  })

  it('names a folder below that it may not read', async () => {
    mkdirSync(inFolder('locked'))
    mkdirSync(inFolder('locked/inner'), { mode: 0 })
    const { problems } = await withoutRights(() => expand('locked'))
    expect(problems[0]).toContain('locked/inner": permission denied')
  })
})
