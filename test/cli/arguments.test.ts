import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Command, parseArguments } from '../../src/cli/arguments.js'
import { OPTION_TABLE } from '../../src/cli/option-table.js'
import { toConfig } from '../../src/config/config.js'
import { ConfigError } from '../../src/errors.js'

async function rawOf(...args: string[]) {
  const command = await parseArguments(args)
  if (command.kind !== 'run') throw new Error(`expected a run, found ${command.kind}`)
  return command.raw
}

describe('parseArguments()', () => {
  // [name, arguments, options]
  const good: [string, string[], object][] = [
    ['takes plain arguments as inputs', ['a', 'b'], { inputFile: ['a', 'b'] }],
    ['takes -r as often as it comes', ['-r', 'a', '-r', 'b'], { inputFile: ['a', 'b'] }],
    ['takes -r and plain arguments together', ['x', '-r', 'a', 'y'], { inputFile: ['a', 'x', 'y'] }],
    ['takes one value for each -r', ['-r', 'a', 'b', '-s'], { inputFile: ['a', 'b'], separateSides: true }],
    ['takes - as standard input', ['-'], { inputFile: ['-'] }],
    ['takes - as the value of an option', ['-r', '-', '--index', '-'], { inputFile: ['-'], index: '-' }],
    ['takes --summary -', ['a', '--summary', '-'], { inputFile: ['a'], summary: '-' }],
    ['leaves globs alone', ['-r', 'a/*.pcap*'], { inputFile: ['a/*.pcap*'] }],
    ['takes everything behind -- as inputs', ['--', '-s', '--nope'], { inputFile: ['-s', '--nope'] }],
    ['keeps inputs that look like numbers as typed', ['007', '1e3'], { inputFile: ['007', '1e3'] }],
    ['keeps numbers as typed', ['a', '-f', '007'], { inputFile: ['a'], maxFileDesc: '007' }],
    ['takes a negative number as a value', ['a', '-f', '-1'], { inputFile: ['a'], maxFileDesc: '-1' }],
    ['takes long names with =', ['a', '--workers=4'], { inputFile: ['a'], workers: '4' }],
    ['takes an empty value with =', ['a', '--index='], { inputFile: ['a'], index: '' }],
    ['takes a value with = inside', ['a', '-o', 'x=y'], { inputFile: ['a'], outputDir: 'x=y' }],
    [
      'combines short options',
      ['a', '-smj'],
      { inputFile: ['a'], separateSides: true, writeMetadata: true, json: true },
    ],
    [
      'takes a value attached to its letter',
      ['-ra', '-oout', '-f5'],
      { inputFile: ['a'], outputDir: 'out', maxFileDesc: '5' },
    ],
    [
      'takes a value behind combined letters',
      ['a', '-sf', '7'],
      { inputFile: ['a'], separateSides: true, maxFileDesc: '7' },
    ],
    [
      'takes a value attached to combined letters',
      ['a', '-smo/x'],
      { inputFile: ['a'], separateSides: true, writeMetadata: true, outputDir: '/x' },
    ],
    ['takes a short option with =', ['a', '-f=5'], { inputFile: ['a'], maxFileDesc: '5' }],
    ['takes a flag twice as once', ['a', '-s', '-s'], { inputFile: ['a'], separateSides: true }],
    ['never lets a flag eat the word behind it', ['--json', 'false'], { inputFile: ['false'], json: true }],
    [
      'takes names that start with no-',
      ['a', '--no-write', '--no-decap'],
      { inputFile: ['a'], noWrite: true, noDecap: true },
    ],
    ['leaves the lack of inputs to toConfig()', ['-s'], { inputFile: [], separateSides: true }],
  ]
  it.each(good)('%s', async (_name, args, options) => {
    expect(await rawOf(...args)).toEqual(options)
  })

  // [arguments, the sentence]
  const bad: [string[], string][] = [
    [['--nope'], 'Unknown option --nope: pcap2conn --help shows the options'],
    [['--nope=5'], 'Unknown option --nope: pcap2conn --help shows the options'],
    [['--separateSides'], 'Unknown option --separateSides: did you mean --separate-sides?'],
    [['--__proto__', '3'], 'Unknown option --__proto__: pcap2conn --help shows the options'],
    [['--no-json'], 'Unknown option --no-json: pcap2conn --help shows the options'],
    [['-z'], 'Unknown option -z: pcap2conn --help shows the options'],
    [['-szx'], 'Unknown option -z in -szx: pcap2conn --help shows the options'],
    [['-s5'], 'Unknown option -5 in -s5: pcap2conn --help shows the options'],
    [['-s=true'], 'Unknown option -= in -s=true: pcap2conn --help shows the options'],
    [['-r'], 'Cannot use -r/--input-file: its value is missing'],
    [['a', '-f'], 'Cannot use -f/--max-file-desc: its value is missing'],
    [['-o', '-s'], 'Cannot use -o/--output-dir: its value is missing'],
    [['--workers', '--json'], 'Cannot use --workers: its value is missing'],
    [['--json=maybe'], 'Cannot use -j/--json: it takes no value'],
    [['-f', '5', '-f', '6'], 'Cannot use -f/--max-file-desc 2 times: it takes one value (found 5 and 6)'],
    [
      ['--gaps', 'skip', '--gaps', 'skip'],
      'Cannot use --gaps 2 times: it takes one value (found skip and skip)',
    ],
    [['-i'], 'Cannot use -i/--interface: its value is missing'],
    [['-i', 'a', '-i', 'b'], 'Cannot use -i/--interface 2 times: it takes one value (found a and b)'],
    [['-l', 'a.pcap'], 'Cannot use -l/--list-interfaces with a.pcap: it lists and exits'],
    [['-l', '-i', 'lo'], 'Cannot use -l/--list-interfaces with -i/--interface: it lists and exits'],
    [['-l', '--live-backend', 'x'], 'Cannot use --live-backend x: must be auto, libpcap or cap'],
    [['a', '--progress', 'sometimes'], 'Cannot use --progress sometimes: must be auto, always or never'],
    [['a', '-q', '--progress', 'always'], 'Cannot use -q/--quiet with --progress always'],
  ]
  it.each(bad)('refuses %j', async (args, sentence) => {
    await expect(parseArguments(args)).rejects.toThrow(new ConfigError(sentence))
  })

  // [arguments, kind]
  const kinds: [string[], Command['kind']][] = [
    [['-v'], 'version'],
    [['--version'], 'version'],
    [['-sv', 'a'], 'version'],
    [['-h'], 'help'],
    [['--help', 'a', '-f', 'x'], 'help'],
    [['-vh'], 'help'],
    [['a'], 'run'],
    [['-l'], 'list'],
    [['-lh'], 'help'],
  ]
  it.each(kinds)('answers %j with %s', async (args, kind) => {
    expect((await parseArguments(args)).kind).toBe(kind)
  })

  it('takes how the interfaces are to be listed', async () => {
    expect(await parseArguments(['-lj', '--live-backend', 'cap'])).toEqual({
      kind: 'list',
      backend: 'cap',
      isJson: true,
    })
    expect(await parseArguments(['--list-interfaces'])).toEqual({
      kind: 'list',
      backend: 'auto',
      isJson: false,
    })
  })

  it('hands over every option of the table under a name that toConfig() knows', async () => {
    for (const { name, value, group } of OPTION_TABLE) {
      if (['help', 'version', 'config', 'input-file', 'interface', 'list-interfaces'].includes(name)) continue
      const input = group === 'Live capture' ? ['-i', 'lo'] : ['a']
      const needed = NEEDED[name] ?? []
      const raw = await rawOf(
        ...input,
        ...needed,
        `--${name}`,
        ...(value === undefined ? [] : [SAMPLES[name] ?? '']),
      )
      expect(() => toConfig(raw), name).not.toThrow()
    }
  })

  it('rejects with nothing but a ConfigError, whatever is typed', async () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('-', '--', '-s', '-f', '-r', '--index', '-smj', '5', '--gaps=skip', '-o='),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (args) => {
        await parseArguments(args).catch((error: unknown) => expect(error).toBeInstanceOf(ConfigError))
      }),
      { numRuns: 300 },
    )
  })
})

/** What else an option needs. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  hex: ['-c'],
  hash: ['--index', 'i.csv'],
  shard: ['--seed', 'secret'],
  seed: ['--shard', '1/2'],
  'seed-file': ['--shard', '1/2'],
}

const SAMPLES: Readonly<Record<string, string>> = {
  'output-dir': 'out',
  'max-file-desc': '5',
  workers: '2',
  'zip-level': '0',
  memory: '64M',
  index: 'a.jsonl',
  conflicts: 'c.jsonl',
  map: 'archive',
  gaps: 'skip',
  overlap: 'last',
  dedup: 'exact',
  key: '5-tuple',
  shard: '1/2',
  seed: 'secret',
  'seed-file': 'package.json',
  'tcp-timeout': '60',
  'udp-timeout': '60',
  'max-bytes': '100',
  'decode-as': 'udp:8473=vxlan',
  'link-type': 'RAW',
  filter: 'tcp port 80',
  write: 'raw.pcapng',
  'packet-count': '10',
  duration: '1.5',
  snaplen: '96',
  'buffer-size': '16M',
  'live-backend': 'cap',
  summary: 's.json',
  progress: 'never',
}
