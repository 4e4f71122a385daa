import { availableParallelism } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, type RawOptions, toConfig } from '../../src/config/config.js'
import type { OptionRow } from '../../src/config/option-row.js'
import { OPTIONS } from '../../src/config/options.js'
import { ConfigError } from '../../src/errors.js'

const GIB = 2 ** 30
const MIB = 2 ** 20

function configOf(options: Partial<Record<keyof RawOptions, unknown>>) {
  return toConfig({ inputFile: 'a.pcap', ...options } as RawOptions)
}

describe('toConfig()', () => {
  it('fills in every default', () => {
    expect(toConfig({ inputFile: 'a.pcap' })).toEqual({
      inputs: ['a.pcap'],
      live: null,
      mapDir: null,
      conflictsFile: null,
      objectsFile: null,
      filter: null,
      outputDir: '.',
      maxOpenFiles: 500,
      toConsole: false,
      consoleStyle: 'bytes',
      writeMetadata: false,
      pcap: false,
      recordingFile: null,
      writePayload: true,
      separateSides: false,
      chunkHeaders: false,
      json: false,
      zipFile: null,
      zipLevel: 0,
      writeFiles: true,
      service: true,
      hash: false,
      workerCount: Math.min(availableParallelism(), 256),
      isWorkerCountFixed: false,
      memoryBytes: 512 * MIB,
      perFile: false,
      merge: false,
      resume: false,
      indexes: [],
      gapStyle: 'marker',
      dedup: 'auto',
      key: 'auto',
      shard: null,
      overlapPolicy: 'first',
      tcpTimeoutSec: 3600,
      udpTimeoutSec: 300,
      maxBytes: Number.POSITIVE_INFINITY,
      utc: false,
      decap: true,
      decodeAs: [],
      linkType: null,
      force: false,
      summaryFile: null,
      limits: DEFAULT_LIMITS,
      resultValues: expect.objectContaining({ gapStyle: 'marker', decap: true }),
    })
  })

  it('knows the options that another one needs or excludes', () => {
    const rows: readonly OptionRow[] = Object.values(OPTIONS)
    const named = rows.flatMap(({ needs = {}, conflicts = {} }) => Object.keys({ ...needs, ...conflicts }))
    expect(named.filter((name) => !Object.hasOwn(OPTIONS, name))).toEqual([])
  })

  it('returns an object that nobody can change', () => {
    const config = toConfig({ inputFile: ['a.pcap'] })
    expect([config, config.inputs, config.limits].map(Object.isFrozen)).toEqual([true, true, true])
  })

  // [option, value, field, what it becomes]
  const good: [keyof RawOptions, unknown, string, unknown][] = [
    ['inputFile', ['a', 'b/*.pcap', '-'], 'inputs', ['a', 'b/*.pcap', '-']],
    ['outputDir', 'out/deep', 'outputDir', 'out/deep'],
    ['maxFileDesc', 1, 'maxOpenFiles', 1],
    ['maxFileDesc', '1000000', 'maxOpenFiles', 1_000_000],
    ['writeToConsole', true, 'toConsole', true],
    ['writeMetadata', true, 'writeMetadata', true],
    ['filter', 'tcp port 80', 'filter', 'tcp port 80'],
    ['filter', '', 'filter', ''],
    ['separateSides', true, 'separateSides', true],
    ['chunksHeader', true, 'chunkHeaders', true],
    ['json', true, 'json', true],
    ['workers', '1', 'workerCount', 1],
    ['workers', 256, 'workerCount', 256],
    ['workers', 4, 'isWorkerCountFixed', true],
    ['memory', '64M', 'memoryBytes', 64 * MIB],
    ['memory', '2g', 'memoryBytes', 2 * GIB],
    ['memory', '1.5G', 'memoryBytes', 1.5 * GIB],
    ['memory', '2048K', 'memoryBytes', 2 * MIB],
    ['memory', '64MiB', 'memoryBytes', 64 * MIB],
    ['memory', '64MB', 'memoryBytes', 64 * MIB],
    ['memory', '1T', 'memoryBytes', 1024 * GIB],
    ['memory', '1048576', 'memoryBytes', MIB],
    ['memory', 5_000_000, 'memoryBytes', 5_000_000],
    ['perFile', true, 'perFile', true],
    ['merge', true, 'merge', true],
    ['resume', true, 'resume', true],
    ['index', '-', 'indexes', [{ path: '-', format: 'jsonl' }]],
    ['index', 'out/c.JSONL', 'indexes', [{ path: 'out/c.JSONL', format: 'jsonl' }]],
    [
      'index',
      ['a.csv', 'a.Parquet', 'conn.log', '-'],
      'indexes',
      [
        { path: 'a.csv', format: 'csv' },
        { path: 'a.Parquet', format: 'parquet' },
        { path: 'conn.log', format: 'log' },
        { path: '-', format: 'jsonl' },
      ],
    ],
    ['gaps', 'marker', 'gapStyle', 'marker'],
    ['gaps', 'zeros', 'gapStyle', 'zeros'],
    ['gaps', 'skip', 'gapStyle', 'skip'],
    ['overlap', 'first', 'overlapPolicy', 'first'],
    ['overlap', 'last', 'overlapPolicy', 'last'],
    ['tcpTimeout', '0', 'tcpTimeoutSec', 0],
    ['tcpTimeout', '0.25', 'tcpTimeoutSec', 0.25],
    ['udpTimeout', 1.5, 'udpTimeoutSec', 1.5],
    ['udpTimeout', '.5', 'udpTimeoutSec', 0.5],
    ['maxBytes', '1', 'maxBytes', 1],
    ['maxBytes', '64K', 'maxBytes', 65_536],
    ['utc', true, 'utc', true],
    ['noDecap', true, 'decap', false],
    ['linkType', 'RAW', 'linkType', 101],
    ['linkType', 'auto', 'linkType', 'auto'],
    ['linkType', '1', 'linkType', 1],
    ['linkType', 0, 'linkType', 0],
    ['decodeAs', 'udp:8473=vxlan', 'decodeAs', [{ protocol: 'udp', port: 8473, tunnel: 'vxlan' }]],
    [
      'decodeAs',
      ['TCP:1=Gre', 'udp:4789=none'],
      'decodeAs',
      [
        { protocol: 'tcp', port: 1, tunnel: 'gre' },
        { protocol: 'udp', port: 4789, tunnel: 'none' },
      ],
    ],
    ['noWrite', true, 'writeFiles', false],
    ['noService', true, 'service', false],
    ['force', true, 'force', true],
    ['summary', '-', 'summaryFile', '-'],
    ['summary', 's.json', 'summaryFile', 's.json'],
  ]
  it.each(good)('takes %s %j as %s', (option, value, field, becomes) => {
    expect(configOf({ [option]: value })).toHaveProperty(field, becomes)
  })

  // [option, value, the sentence]
  const bad: [keyof RawOptions, unknown, string][] = [
    ['inputFile', [], 'No input: name a capture file, a folder, a glob, or - for standard input'],
    ['inputFile', undefined, 'No input: name a capture file, a folder, a glob, or - for standard input'],
    ['inputFile', '', 'Cannot use -r/--input-file "": must be a path'],
    ['inputFile', 'a\0b', 'Cannot use -r/--input-file "a\\u0000b": must be a path'],
    ['inputFile', ['a', 5], 'Cannot use -r/--input-file 5: must be a path'],
    ['inputFile', ['-', '-'], 'Cannot use -r/--input-file - twice: standard input can be read only once'],
    ['outputDir', '', 'Cannot use -o/--output-dir "": must be a path'],
    ['maxFileDesc', '0', 'Cannot use -f/--max-file-desc 0: must be an integer from 1 to 1000000'],
    ['maxFileDesc', 'abc', 'Cannot use -f/--max-file-desc abc: must be an integer from 1 to 1000000'],
    ['maxFileDesc', '-1', 'Cannot use -f/--max-file-desc -1: must be an integer from 1 to 1000000'],
    ['maxFileDesc', '1.5', 'Cannot use -f/--max-file-desc 1.5: must be an integer from 1 to 1000000'],
    ['maxFileDesc', '0x10', 'Cannot use -f/--max-file-desc 0x10: must be an integer from 1 to 1000000'],
    ['maxFileDesc', '1e3', 'Cannot use -f/--max-file-desc 1e3: must be an integer from 1 to 1000000'],
    ['maxFileDesc', ' 5', 'Cannot use -f/--max-file-desc " 5": must be an integer from 1 to 1000000'],
    ['maxFileDesc', '', 'Cannot use -f/--max-file-desc "": must be an integer from 1 to 1000000'],
    ['maxFileDesc', Number.NaN, 'Cannot use -f/--max-file-desc NaN: must be an integer from 1 to 1000000'],
    ['workers', 0, 'Cannot use --workers 0: must be an integer from 1 to 256'],
    ['workers', '257', 'Cannot use --workers 257: must be an integer from 1 to 256'],
    ['workers', null, 'Cannot use --workers null: must be an integer from 1 to 256'],
    ['memory', '512', 'Cannot use --memory 512: must be a size from 1M to 1T, such as 64M or 2G'],
    ['memory', '2T', 'Cannot use --memory 2T: must be a size from 1M to 1T, such as 64M or 2G'],
    ['memory', '64X', 'Cannot use --memory 64X: must be a size from 1M to 1T, such as 64M or 2G'],
    ['memory', '64 M', 'Cannot use --memory "64 M": must be a size from 1M to 1T, such as 64M or 2G'],
    ['memory', '-64M', 'Cannot use --memory -64M: must be a size from 1M to 1T, such as 64M or 2G'],
    ['memory', '1.00001M', 'Cannot use --memory 1.00001M: must be a size from 1M to 1T, such as 64M or 2G'],
    ['memory', 'M', 'Cannot use --memory M: must be a size from 1M to 1T, such as 64M or 2G'],
    ['index', ['a.csv', './a.csv'], 'Cannot use --index ./a.csv twice'],
    ['index', ['-', '-'], 'Cannot use --index - twice'],
    [
      'index',
      'c.txt',
      'Cannot use --index c.txt: must be a path that ends in .jsonl, .csv, .parquet or .log, or - for standard output',
    ],
    ['index', '', 'Cannot use --index "": must be a path'],
    ['gaps', 'none', 'Cannot use --gaps none: must be marker, zeros or skip'],
    ['overlap', 'FIRST', 'Cannot use --overlap FIRST: must be first or last'],
    ['tcpTimeout', '-5', 'Cannot use --tcp-timeout -5: must be seconds from 0 (never) to 1000000000'],
    ['tcpTimeout', '1h', 'Cannot use --tcp-timeout 1h: must be seconds from 0 (never) to 1000000000'],
    ['udpTimeout', '.', 'Cannot use --udp-timeout .: must be seconds from 0 (never) to 1000000000'],
    [
      'udpTimeout',
      Infinity,
      'Cannot use --udp-timeout Infinity: must be seconds from 0 (never) to 1000000000',
    ],
    ['maxBytes', '0', 'Cannot use --max-bytes 0: must be a size of at least 1 byte, such as 512K, 64M or 2G'],
    [
      'linkType',
      'NOPE',
      "Cannot use --link-type NOPE: must be a link type's name, such as ETHERNET or RAW, or a number from 0 to 65535",
    ],
    ['linkType', '65536', 'Cannot use --link-type 65536: must be an integer from 0 to 65535'],
    ['linkType', -1, 'Cannot use --link-type -1: must be an integer from 0 to 65535'],
    ['utc', 'yes', 'Cannot use --utc yes: must be true or false'],
    ['json', {}, 'Cannot use -j/--json an object: must be true or false'],
    ['force', [], 'Cannot use --force a list: must be true or false'],
    ['summary', '', 'Cannot use --summary "": must be a path'],
  ]
  it.each(bad)('refuses %s %j', (option, value, sentence) => {
    expect(() => configOf({ [option]: value })).toThrow(new ConfigError(sentence))
  })

  it('shortens a value that is very long', () => {
    expect(() => configOf({ gaps: 'x'.repeat(10_000) })).toThrow(`--gaps "${'x'.repeat(80)}…": must be`)
  })

  // [name, options, the sentence]
  const clashes: [string, Partial<RawOptions>, string][] = [
    ['hashes without an index', { hash: true }, 'Cannot use --hash without --index: the hashes are fields'],
    [
      'payload and none',
      { writeToConsole: true, noWrite: true },
      'Cannot use -c/--write-to-console with --no-write',
    ],
    [
      'payload and the index',
      { writeToConsole: true, index: '-' },
      '-c/--write-to-console with --index -: standard output can',
    ],
    [
      'the index and the summary',
      { index: '-', summary: '-' },
      '--index - with --summary -: standard output can carry only',
    ],
    [
      'all three',
      { writeToConsole: true, index: '-', summary: '-' },
      '-c/--write-to-console with --index - with --summary -',
    ],
    [
      'one path for two files',
      { index: 'a.jsonl', summary: './a.jsonl' },
      '--summary ./a.jsonl: --index has the same path',
    ],
  ]
  it.each(clashes)('refuses %s together', (_name, options, sentence) => {
    expect(() => configOf(options)).toThrow(ConfigError)
    expect(() => configOf(options)).toThrow(sentence)
  })

  it('fills in every default of a live capture', () => {
    expect(toConfig({ interface: 'lo' })).toMatchObject({
      inputs: [],
      live: {
        interface: 'lo',
        backend: 'auto',
        filter: null,
        snaplen: 262_144,
        promiscuous: true,
        bufferBytes: 64 * MIB,
        packetCount: Number.POSITIVE_INFINITY,
        durationSec: Number.POSITIVE_INFINITY,
        recordingFile: null,
      },
    })
    expect(Object.isFrozen(toConfig({ interface: 'lo' }).live)).toBe(true)
  })

  // [option, value, field of the live capture, what it becomes]
  const goodLive: [keyof RawOptions, unknown, string, unknown][] = [
    ['interface', '::1', 'interface', '::1'],
    ['liveBackend', 'libpcap', 'backend', 'libpcap'],
    ['liveBackend', 'cap', 'backend', 'cap'],
    ['filter', 'tcp port 80', 'filter', 'tcp port 80'],
    ['snaplen', '96', 'snaplen', 96],
    ['noPromiscuous', true, 'promiscuous', false],
    ['bufferSize', '16M', 'bufferBytes', 16 * MIB],
    ['packetCount', '10', 'packetCount', 10],
    ['duration', '1.5', 'durationSec', 1.5],
    ['duration', 30, 'durationSec', 30],
    ['write', 'raw.pcapng', 'recordingFile', 'raw.pcapng'],
  ]
  it.each(goodLive)('takes %s %j of a live capture as %s', (option, value, field, becomes) => {
    expect(toConfig({ interface: 'lo', [option]: value }).live).toHaveProperty(field, becomes)
  })

  // [options, the sentence]
  const badWays: [Partial<Record<keyof RawOptions, unknown>>, string][] = [
    [
      { merge: true, perFile: true },
      'Cannot use --merge with --per-file: inputs are one capture or one each',
    ],
    [{ resume: true, writeToConsole: true }, 'Cannot use --resume with -c/--write-to-console: it would lack'],
    [{ resume: true, noWrite: true }, 'Cannot use --resume with --no-write: there are no results'],
    [{ hex: true }, 'Cannot use --hex without -c/--write-to-console: files keep the bytes'],
    [{ hex: true, writeToConsole: true, json: true }, 'Cannot use --hex with -j/--json: its lines have'],
    [
      { hex: true, writeToConsole: true, chunksHeader: true },
      'Cannot use --hex with -d/--chunks-header: it has lines of its own',
    ],
  ]
  it.each(badWays)('refuses %j', (options, sentence) => {
    expect(() => toConfig({ inputFile: 'a.pcap', ...options } as RawOptions)).toThrow(sentence)
  })

  // [options, the sentence]
  const badLive: [Partial<Record<keyof RawOptions, unknown>>, string][] = [
    [{ interface: '' }, 'Cannot use -i/--interface "": must be an interface\'s name or one of its addresses'],
    [{ interface: 'a\0' }, 'Cannot use -i/--interface "a\\u0000": must be'],
    [
      { interface: 'lo', inputFile: 'a.pcap' },
      'Cannot use -i/--interface with an input (a.pcap): packets come',
    ],
    [{ interface: 'lo', inputFile: ['-'] }, 'Cannot use -i/--interface with an input (-): packets come'],
    [{ interface: 'lo', perFile: true }, 'Cannot use -i/--interface with --per-file: a live capture is one'],
    [{ interface: 'lo', merge: true }, 'Cannot use -i/--interface with --merge: a live capture is one'],
    [
      { interface: 'lo', resume: true },
      'Cannot use -i/--interface with --resume: a live capture comes only once',
    ],
    [{ interface: 'lo', liveBackend: 'x' }, 'Cannot use --live-backend x: must be auto, libpcap or cap'],
    [{ interface: 'lo', snaplen: '0' }, 'Cannot use --snaplen 0: must be an integer from 1 to 262144'],
    [
      { interface: 'lo', snaplen: '262145' },
      'Cannot use --snaplen 262145: must be an integer from 1 to 262144',
    ],
    [{ interface: 'lo', bufferSize: '4K' }, 'Cannot use --buffer-size 4K: must be a size from 1M to 1G'],
    [{ interface: 'lo', packetCount: '0' }, 'Cannot use --packet-count 0: must be an integer from 1 to'],
    [{ interface: 'lo', packetCount: 'x' }, 'Cannot use --packet-count x: must be an integer from 1 to'],
    [{ interface: 'lo', duration: '0' }, 'Cannot use --duration 0: must be seconds above 0, at most 2000000'],
    [
      { interface: 'lo', duration: '1m' },
      'Cannot use --duration 1m: must be seconds above 0, at most 2000000',
    ],
    [{ interface: 'lo', write: '-' }, 'Cannot use -w/--write -: must be the path of a file'],
    [{ interface: 'lo', write: '' }, 'Cannot use -w/--write "": must be a path'],
    [{ interface: 'lo', filter: 5 }, 'Cannot use -e/--filter 5: must be a filter expression'],
    [
      { interface: 'lo', write: './s', summary: 's' },
      'Cannot use -w/--write ./s: --summary has the same path',
    ],
    [
      { interface: 'lo', write: 'a.jsonl', index: 'a.jsonl' },
      'Cannot use -w/--write a.jsonl: --index has the same path',
    ],
    [
      { inputFile: 'a', resume: true, write: 'raw' },
      'Cannot use -w/--write with --resume: packets of results',
    ],
    [{ inputFile: 'a', packetCount: 5 }, 'Cannot use --packet-count without -i/--interface'],
    [{ inputFile: 'a', duration: 5 }, 'Cannot use --duration without -i/--interface'],
    [{ inputFile: 'a', snaplen: 5 }, 'Cannot use --snaplen without -i/--interface'],
    [{ inputFile: 'a', noPromiscuous: true }, 'Cannot use --no-promiscuous without -i/--interface'],
    [{ inputFile: 'a', bufferSize: '2M' }, 'Cannot use --buffer-size without -i/--interface'],
    [{ inputFile: 'a', liveBackend: 'cap' }, 'Cannot use --live-backend without -i/--interface'],
  ]
  it.each(badLive)('refuses %j', (options, sentence) => {
    expect(() => toConfig(options as RawOptions)).toThrow(ConfigError)
    expect(() => toConfig(options as RawOptions)).toThrow(sentence)
  })

  it('refuses an option that does not exist', () => {
    expect(() => configOf({ worker: 4 } as Partial<RawOptions>)).toThrow(
      new ConfigError('Unknown option worker: did you mean workers?'),
    )
  })

  it.each([
    [{ filtr: 'tcp' }, 'Unknown option filtr: did you mean filter?'],
    [{ 'output-dir': 'out' }, 'Unknown option output-dir: did you mean outputDir?'],
    [{ zzz: 1 }, 'Unknown option zzz'],
    [{ 'a b': 1 }, 'Unknown option "a b"'],
  ])('refuses %j by what was probably meant', (options, sentence) => {
    expect(() => configOf(options as Partial<RawOptions>)).toThrow(new ConfigError(sentence))
  })

  it('lets JSON lines silence the chunk headers', () => {
    expect(configOf({ json: true, chunksHeader: true })).toMatchObject({ json: true, chunkHeaders: false })
  })

  it('lets --no-write silence the metadata files', () => {
    expect(configOf({ noWrite: true, writeMetadata: true })).toMatchObject({
      writeFiles: false,
      writeMetadata: false,
    })
  })

  it('allows more workers than files: the pipeline uses fewer then', () => {
    expect(configOf({ maxFileDesc: 1, workers: 4 })).toMatchObject({ maxOpenFiles: 1, workerCount: 4 })
  })

  it('throws nothing but a ConfigError of one line, whatever it is given', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.string(),
      fc.constantFrom('-', '1', '64M', 'RAW', 'a.jsonl', 'first', 'skip'),
    )
    const options = fc.oneof(
      fc.anything(),
      fc.dictionary(fc.constantFrom(...good.map(([option]) => option)), anything, { maxKeys: 4 }),
    )
    fc.assert(
      fc.property(options, (raw) => {
        try {
          expect(Object.isFrozen(toConfig(raw as RawOptions))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
          expect((error as Error).message).not.toMatch(/\n/)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

type Check = (label: string, value: unknown) => unknown

it.each(
  Object.values(OPTIONS)
    .map(({ check }) => check as Check)
    .filter((check) => refusalOf(check).includes('a size'))
    .map((check) => [refusalOf(check), check] as const),
)('%j names sizes that are taken', (refusal, check) => {
  const [, examples = ''] = /such as (.+)$/.exec(refusal) ?? []
  for (const size of examples.split(/, | or /)) expect(check('--x', size)).toBeGreaterThan(0)
})

function refusalOf(check: Check): string {
  try {
    check('--x', '0')
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
