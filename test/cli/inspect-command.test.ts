import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../src/cli/arguments.js'
import { inspectHelpText } from '../../src/cli/help.js'

describe('pcap2conn inspect', () => {
  // [name, arguments, command]
  const good: [string, string[], object][] = [
    [
      'takes inputs',
      ['inspect', 'a', '-r', 'b'],
      { raw: { inputFile: ['b', 'a'] }, isJson: false, isQuiet: false },
    ],
    ['takes standard input', ['inspect', '-'], { raw: { inputFile: ['-'] } }],
    ['takes a file of its own name', ['inspect', 'inspect'], { raw: { inputFile: ['inspect'] } }],
    [
      'takes its options',
      ['inspect', 'a', '-jq', '--link-type', 'RAW', '--no-decap'],
      { raw: { linkType: 'RAW', noDecap: true }, isJson: true, isQuiet: true },
    ],
    [
      'takes everything behind -- as inputs',
      ['inspect', '--', '-j'],
      { raw: { inputFile: ['-j'] }, isJson: false },
    ],
    ['shows its help', ['inspect', '--help'], { kind: 'help', of: 'inspect' }],
  ]
  it.each(good)('%s', async (_name, args, command) => {
    expect(await parseArguments(args)).toMatchObject({ kind: 'inspect', ...command })
  })

  // [name, arguments, inputs of a conversion]
  const files: [string, string[], string[]][] = [
    ['./inspect', ['./inspect'], ['./inspect']],
    ['-r inspect', ['-r', 'inspect'], ['inspect']],
    ['inspect behind another input', ['a', 'inspect'], ['a', 'inspect']],
    ['inspect behind an option', ['-q', 'inspect'], ['inspect']],
    ['inspect behind --', ['--', 'inspect'], ['inspect']],
  ]
  it.each(files)('is a file to convert: %s', async (_name, args, inputFile) => {
    expect(await parseArguments(args)).toMatchObject({ kind: 'run', raw: { inputFile } })
  })

  // [name, arguments, sentence]
  const bad: [string, string[], string][] = [
    [
      'an option of conversions',
      ['inspect', 'a', '-o', 'x'],
      'Cannot use -o/--output-dir with inspect: it converts nothing',
    ],
    [
      'a live capture',
      ['inspect', '-i', 'eth0'],
      'Cannot use -i/--interface with inspect: it converts nothing',
    ],
    ['the version', ['inspect', '-v'], 'Cannot use -v/--version with inspect: it converts nothing'],
    [
      'two link types',
      ['inspect', 'a', '--link-type', '1', '--link-type', '2'],
      'Cannot use --link-type 2 times: it takes one value (found 1 and 2)',
    ],
    ['an unknown option', ['inspect', '--nope'], 'Unknown option --nope: pcap2conn --help shows the options'],
  ]
  it.each(bad)('refuses %s', async (_name, args, sentence) => {
    await expect(parseArguments(args)).rejects.toThrow(sentence)
  })
})

it('inspectHelpText() shows its options and fits 100 columns', () => {
  const lines = inspectHelpText().split('\n')
  expect(lines.filter((line) => line.length > 100)).toEqual([])
  const shown = [...inspectHelpText().matchAll(/^ {2}(?:-\w, | {4})--([\w-]+)/gm)].map(([, name]) => name)
  expect(shown).toEqual(['input-file', 'link-type', 'no-decap', 'decode-as', 'json', 'quiet', 'help'])
})
