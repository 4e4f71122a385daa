import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../src/cli/parse-options.js'
import { ConfigError } from '../../src/errors.js'

const TABLE = [
  { name: 'index', value: 'FILE', isRepeatable: true as const, help: 'the index' },
  { name: 'output-dir', letter: 'o', value: 'DIR', help: 'the folder' },
  { name: 'quiet', letter: 'q', help: 'say little' },
  { name: 'no-open', letter: 'n', help: 'open nothing' },
]

describe('parseOptions()', () => {
  // [name, arguments, values, plain arguments]
  const good: [string, string[], Record<string, unknown>, string[]][] = [
    ['nothing', [], {}, []],
    ['plain arguments', ['a', 'b'], {}, ['a', 'b']],
    ['plain arguments that look like numbers', ['007', '1e3', '-5', '-.5'], {}, ['007', '1e3', '-5', '-.5']],
    ['a long option and its value', ['--index', 'i'], { index: 'i' }, []],
    ['a value behind an equals sign', ['--index=i=j'], { index: 'i=j' }, []],
    ['a value that looks like short options', ['--index=-qn'], { index: '-qn' }, []],
    ['an option as often as it may come', ['--index', 'i', '--index', 'j'], { index: ['i', 'j'] }, []],
    ['short options', ['-q', '-o', 'd', 'a'], { quiet: true, 'output-dir': 'd' }, ['a']],
    ['a group of short options', ['-qn', 'a'], { quiet: true, 'no-open': true }, ['a']],
    ['a group whose last letter takes the next word', ['-qo', 'd'], { quiet: true, 'output-dir': 'd' }, []],
    ['a group whose last letter takes the rest', ['-qod'], { quiet: true, 'output-dir': 'd' }, []],
    ['a value that looks like letters', ['-oqn'], { 'output-dir': 'qn' }, []],
    ['a value behind a letter and an equals sign', ['-o=d'], { 'output-dir': 'd' }, []],
    ['one equals sign only', ['-o==d'], { 'output-dir': '=d' }, []],
    ['a flag twice as once', ['-q', '--quiet'], { quiet: true }, []],
    ['names that begin with no-', ['--no-open'], { 'no-open': true }, []],
    ['what follows -- as plain', ['--', '--index', '-qn'], {}, ['--index', '-qn']],
    ['a lone dash as plain', ['-'], {}, ['-']],
    ['a lone dash as a value', ['--index', '-'], { index: '-' }, []],
  ]
  it.each(good)('takes %s', async (_name, args, values, plain) => {
    expect(await parseOptions(args, TABLE, 'view')).toEqual({ values, plain })
  })

  // [name, arguments, sentence]
  const bad: [string, string[], string][] = [
    ['an unknown option', ['--indx', 'x'], 'Unknown option --indx of view: did you mean --index?'],
    [
      'an option unlike all',
      ['--zzz'],
      'Unknown option --zzz of view: pcap2conn view --help shows the options',
    ],
    ['a name of nothing', ['--='], 'Unknown option -- of view: pcap2conn view --help shows the options'],
    ['an unknown letter', ['-z'], 'Unknown option -z of view: pcap2conn view --help shows the options'],
    [
      'an unknown letter in a group',
      ['-qz'],
      'Unknown option -z in -qz of view: pcap2conn view --help shows the options',
    ],
    [
      'a number behind a flag',
      ['-q5'],
      'Unknown option -5 in -q5 of view: pcap2conn view --help shows the options',
    ],
    ['a value too few', ['--index'], 'Cannot use --index: its value is missing'],
    ['an option as a value', ['-o', '-q'], 'Cannot use -o/--output-dir: its value is missing'],
    ['a value too many', ['--quiet=yes'], 'Cannot use -q/--quiet: it takes no value'],
    [
      'an option twice that takes one value',
      ['-o', 'a', '-o', 'b'],
      'Cannot use -o/--output-dir 2 times: it takes one value (found a and b)',
    ],
  ]
  it.each(bad)('refuses %s', async (_name, args, sentence) => {
    await expect(parseOptions(args, TABLE, 'view')).rejects.toThrow(new ConfigError(sentence))
  })

  it('names the help of the program where there is no command', async () => {
    await expect(parseOptions(['-z'], TABLE)).rejects.toThrow('-z: pcap2conn --help shows the options')
  })
})
