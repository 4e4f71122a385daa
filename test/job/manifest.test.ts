import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/errors.js'
import { openJob } from '../../src/job/job.js'
import { type Manifest, manifestJson, nameProblem, readManifest } from '../../src/job/manifest.js'
import { packageVersion } from '../../src/version.js'

const folder = mkdtempSync(join(tmpdir(), 'manifest-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'pcap2conn-job.json')

const INPUT = { path: '/captures/a.pcap', bytes: 10, modified: 1.5, sha256: 'a'.repeat(64), first: null }
const GOOD: Manifest = {
  program: packageVersion(),
  options: { filter: 'tcp', decodeAs: ['udp:8473=vxlan'] },
  results: 'archive',
  shards: 2,
  seed: '0123abcd',
  captures: [
    { name: 'a/1', pieceOf: 'a', inputs: [INPUT, { ...INPUT, path: '/captures/\udcff.pcap', first: 1.25 }] },
    { name: 'b', pieceOf: null, inputs: [{ ...INPUT, path: '/captures/b.pcap' }] },
  ],
}

/** What the manifest of a text says, or is refused with. */
function read(text: string): unknown {
  writeFileSync(path, text)
  return readManifest(path)
}

it('reads what was written, also of paths that are no UTF-8', () => {
  expect(read(manifestJson(GOOD))).toEqual(GOOD)
})

const json = () => JSON.parse(manifestJson(GOOD))
/** A manifest with one value changed. @param keys Of the value. */
function changed(keys: string, value: unknown): string {
  const whole = json()
  const names = keys.split('.')
  const last = names.pop()!
  const parent = names.reduce((object, name) => object[name], whole)
  parent[last] = value
  return JSON.stringify(whole)
}

describe('a manifest of a hostile hand', () => {
  const inputs = 'captures.1.inputs'
  // [what it has, its text, part of the message]
  const cases: [string, string, string][] = [
    ['no JSON', '{', 'it is no JSON'],
    ['nothing', '', 'it is no JSON'],
    ['a list', '[]', 'it is not of a job'],
    ['null', 'null', 'it is not of a job'],
    ['another format', changed('format', 'x'), 'it is not of a job'],
    ['another version', changed('version', 2), 'its version must be 1'],
    ['no program', changed('program', 1), 'which version of the program'],
    ['no options', changed('options', null), 'it has no options'],
    [
      'an option that writes',
      changed('options', { index: '/etc/x.jsonl' }),
      'cannot have the option "index"',
    ],
    [
      'another output folder',
      changed('options', { outputDir: '/etc' }),
      'cannot have the option "outputDir"',
    ],
    ['a prototype', '{"format":"pcap2conn job","version":1,"__proto__":{"program":"1"}}', 'which version'],
    ['other results', changed('results', 'zip'), 'its results must be'],
    ['no shards', changed('shards', 0), 'shards must be from 1'],
    ['too many shards', changed('shards', 65_537), 'shards must be from 1'],
    ['half a shard', changed('shards', 1.5), 'shards must be from 1'],
    ['a seed in full', changed('seed', 'secret'), 'its seed'],
    ['no captures', changed('captures', []), 'it has no captures'],
    ['captures that are none', changed('captures', [null]), 'capture 0 is not described'],
    ['too many tasks', changed('captures', Array(600_000).fill(0)), 'more than 1000000 tasks'],
    ['no inputs', changed(inputs, []), 'capture 1 has no inputs'],
    ['inputs that are none', changed(inputs, [7]), 'input 0 of capture 1 is not'],
    ['a piece of a number', changed('captures.0.pieceOf', 3), 'capture 0 is not described'],
    ['an unnamed capture among others', changed('captures.0.name', ''), 'capture 0 has no name'],
    ['two captures of one name', changed('captures.0.name', 'b'), 'two captures have the name "b"'],
    ['a capture in another', changed('captures.0.name', 'b/1'), '"b/1" is in another capture'],
    ['a relative input', changed(`${inputs}.0.path`, 'a.pcap'), 'input 0 of capture 1'],
    ['an input by detours', changed(`${inputs}.0.path`, '/a/../../etc/passwd'), 'input 0 of capture 1'],
    ['an input with NUL', changed(`${inputs}.0.path`, '/a\0b'), 'input 0 of capture 1'],
    ['a size below 0', changed(`${inputs}.0.bytes`, -1), 'input 0 of capture 1'],
    [
      'a size beyond all',
      manifestJson(GOOD).replaceAll('"bytes": 10', '"bytes": 1e999'),
      'input 0 of capture 0',
    ],
    ['a time that is none', changed(`${inputs}.0.modified`, 'now'), 'input 0 of capture 1'],
    ['a hash that is none', changed(`${inputs}.0.sha256`, 'a'), 'input 0 of capture 1'],
    ['a first packet that is none', changed(`${inputs}.0.first`, '1'), 'input 0 of capture 1'],
    ...[
      '..',
      '../x',
      'a/..',
      'a//b',
      '/etc',
      'a/b/c',
      'a\0',
      'a\\b',
      'tasks',
      'seed',
      'tasks/1',
      '.hidden',
    ].map((name): [string, string, string] => [
      `a capture ${JSON.stringify(name)}`,
      changed('captures.1.name', name),
      'capture 1 has no name that a folder of results can have',
    ]),
    ['a capture of 300 bytes', changed('captures.1.name', 'a'.repeat(300)), 'capture 1 has no name'],
  ]
  it.each(cases)('with %s is refused', (_what, text, problem) => {
    expect(() => read(text)).toThrow(ConfigError)
    expect(() => read(text)).toThrow(`Cannot use "${path}": `)
    expect(() => read(text)).toThrow(problem)
  })

  it('with options of impossible values is refused', () => {
    for (const options of [
      { filter: 7 },
      { filter: {} },
      { gaps: 'x' },
      { decodeAs: 'x' },
      { tcpTimeout: -1 },
    ]) {
      writeFileSync(path, manifestJson({ ...GOOD, options }))
      expect(() => openJob(folder)).toThrow(ConfigError)
      expect(() => openJob(folder)).toThrow('its options are not possible')
    }
  })

  it('of another version of the program is refused', () => {
    writeFileSync(path, manifestJson({ ...GOOD, program: '0.0.1' }))
    expect(() => openJob(folder)).toThrow('version 0.0.1 of pcap2conn has planned it')
  })

  it('is never anything but a job or one clear error', () => {
    const keys = fc.constantFrom(
      ...'format version program options results shards seed captures captures.0 captures.0.name'.split(' '),
      ...'captures.0.inputs captures.0.pieceOf captures.1.inputs.0 captures.1.inputs.0.path'.split(' '),
      ...'options.filter options.decodeAs options.gaps options.key options.maxBytes'.split(' '),
    )
    fc.assert(
      fc.property(keys, fc.jsonValue(), (name, value) => {
        writeFileSync(path, changed(name, value))
        try {
          const { tasks, manifest } = openJob(folder)
          expect(tasks).toBe(manifest.captures.length * manifest.shards)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
          expect((error as Error).message).toContain(`Cannot use "${path}": `)
        }
      }),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(manifestJson(GOOD))
        bytes[at % bytes.length] = byte
        writeFileSync(path, bytes)
        try {
          openJob(folder)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

it('says where there is no manifest', () => {
  expect(() => readManifest(join(folder, 'none'))).toThrow('no such file')
  expect(() => readManifest(folder)).toThrow('it is no file')
})

it.each(['a', 'sensor-1', 'a/b', 'a b', 'ä', '..a'])('takes %j for the name of results', (name) => {
  expect(nameProblem(name)).toBe(name.startsWith('.') ? 'is a name that jobs use themselves' : null)
})
