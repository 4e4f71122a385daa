import { expect, it } from 'vitest'
import { commandHelp, parseCommandArguments } from '../../src/cli/command-options.js'
import { ConfigError } from '../../src/errors.js'

const TABLE = [
  { name: 'index', value: 'FILE', help: 'the index' },
  { name: 'output-dir', letter: 'o', value: 'DIR', help: 'the folder' },
  { name: 'quiet', letter: 'q', help: 'say little' },
]
const parsed = (...args: string[]) => parseCommandArguments('view', args, TABLE)

it.each<[string, string[], Record<string, unknown>, string[]]>([
  ['nothing', [], {}, []],
  ['plain arguments', ['a', 'b'], {}, ['a', 'b']],
  ['a long option and its value', ['--index', 'i'], { index: 'i' }, []],
  ['a value behind an equals sign', ['--index=i=j'], { index: 'i=j' }, []],
  ['short options', ['-q', '-o', 'd', 'a'], { quiet: true, 'output-dir': 'd' }, ['a']],
  ['a short option with its value', ['-od'], { 'output-dir': 'd' }, []],
  ['what follows -- as plain', ['--', '--index'], {}, ['--index']],
  ['a lone dash as plain', ['-'], {}, ['-']],
])('takes %s', (_name, args, values, plain) => {
  expect(parsed(...args)).toEqual({ values, plain })
})

it.each([
  ['an unknown option', ['--indx', 'x'], 'Unknown option --indx of view: did you mean --index?'],
  [
    'an option unlike all',
    ['--zzz'],
    'Unknown option --zzz of view: pcap2conn view --help shows the options',
  ],
  ['an unknown letter', ['-z'], 'Unknown option -z of view: pcap2conn view --help shows the options'],
  ['a value too few', ['--index'], 'Cannot use --index: its value is missing'],
  ['a value too many', ['--quiet=yes'], 'Cannot use -q/--quiet: it takes no value'],
  ['an option twice', ['-o', 'a', '-o', 'b'], 'Cannot use -o/--output-dir twice: once is enough'],
])('refuses %s', (_name, args, message) => {
  expect(() => parsed(...args)).toThrow(new ConfigError(message))
})

it('lists the options', () => {
  expect(commandHelp(TABLE)).toBe(
    [
      'Options:',
      '      --index FILE            the index',
      '  -o, --output-dir DIR        the folder',
      '  -q, --quiet                 say little',
    ].join('\n'),
  )
})
