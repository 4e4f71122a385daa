import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexText } from '../report/records.js'
import { copyFixtureCaptures } from '../support/fixture-captures.js'
import { runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'search-'))
const captures = join(folder, 'captures')
const [out, zip, archive] = ['out', 'out.zip', 'archive'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
]
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(async () => {
  copyFixtureCaptures(captures)
  for (const [where, index] of [
    [out, join(out, 'i.jsonl')],
    [zip, join(folder, 'out.jsonl')],
  ] as const)
    expect((await runProgram([captures, '-d', '-q', '-o', where, '--index', index])).code).toBe(0)
  expect((await runProgram(['index', captures, '-q', '-o', archive])).code).toBe(0)
})

async function searched(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runProgram(['search', ...args, '-q'])
  expect([code, stderr]).toEqual([0, ''])
  return stdout.toString().split('\n').slice(0, -1)
}

/** Connections as many as several batches have, each with its number in a file of its own. */
function manyConnections(): string {
  const many = join(folder, 'many')
  mkdirSync(many, { recursive: true })
  const records = Array.from({ length: 1000 }, (_, i) => {
    writeFileSync(join(many, `${i}.txt`), `connection ${i} of many `.repeat(i % 7))
    return { ts: i, uid: `C${i}`, orig_file: `${i}.txt`, resp_file: `${i}.txt` }
  })
  writeFileSync(join(many, 'i.jsonl'), indexText(records))
  return many
}

describe('search', () => {
  it.each([
    ['text', ['HTTP/1.1']],
    ['text in any case', ['http/1.1', '--ignore-case']],
    ['bytes', ['0d 0a 0d 0a', '--hex']],
    ['an expression', ['[A-Z]+ /\\S*', '--regex', '--json']],
    ['few matches', ['e', '--max-hits', '3', '--context', '5', '--json']],
  ])('finds %s in the files of a run, in a ZIP archive and in captures alike', async (_what, args) => {
    const found = await searched(...args, out)
    expect(found.length).toBeGreaterThan(10)
    expect(await searched(...args, zip)).toEqual(found)
    expect(await searched(...args, archive)).toEqual(found)
  })

  it('tells the uid, side, offset, length and what stands around a match', async () => {
    const [head, ...lines] = await searched('GET /lost', archive, '--context', '4')
    expect(head).toBe('uid\tside\toffset\tbytes\tcontext')
    expect(lines).toEqual([expect.stringMatching(/^C\w{17}\t0\t0\t9\tGET \/lost HTT$/)])
    const uid = lines[0]!.slice(0, 18)
    const found = await searched('\r\n\r\nThis', archive, '--json', '--context', '3')
    expect(found.map((line) => JSON.parse(line)).find((hit) => hit.uid === uid)).toEqual({
      uid,
      side: 1,
      offset: expect.any(Number),
      length: 8,
      before: expect.any(String),
      match: '\r\n\r\nThis',
      after: ' se',
    })
  })

  it('finds nothing across bytes that are missing, and counts offsets with them', async () => {
    expect(await searched('This one ends', archive)).toHaveLength(1)
    const [, line] = await searched('ends here.', archive)
    expect(line!.split('\t').slice(1, 4)).toEqual(['1', '95', '10'])
    expect(await searched('bytes missing', out)).toHaveLength(1)
  })

  it('finds the same with any number of workers, in the order of the index', async () => {
    const many = manyConnections()
    const found = await searched('connection \\d+ of', many, '--regex', '--workers', '1')
    expect(found.length).toBeGreaterThan(2500)
    expect(found.slice(1, 4).map((line) => line.split('\t').slice(0, 4))).toEqual([
      ['C1', '-', '0', '15'],
      ['C2', '-', '0', '15'],
      ['C2', '-', '21', '15'],
    ])
    for (const workers of ['2', '5'])
      expect(await searched('connection \\d+ of', many, '--regex', '--workers', workers)).toEqual(found)
  })

  it('says what it has searched, and what it does not show', async () => {
    const { code, stderr } = await runProgram([
      'search',
      'e',
      archive,
      '--max-hits',
      '1',
      '--progress',
      'never',
    ])
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^\d+ matches in \d+ of 48 connections, [\d.]+ KiB searched, \d+ matches not shown \(--max-hits\)\n$/,
    )
  })

  it('names what cannot be searched, and searches the others', async () => {
    const capture = join(captures, 'lost-segment.pcap')
    renameSync(capture, join(folder, 'moved.pcap'))
    try {
      const { code, stdout, stderr } = await runProgram(['search', 'GET', archive, '-q'])
      expect([code, stderr]).toEqual([
        1,
        `pcap2conn: Cannot find "${capture}" (--root DIR: where the captures are now)\n`,
      ])
      expect(stdout.toString().split('\n').length).toBeGreaterThan(10)
    } finally {
      renameSync(join(folder, 'moved.pcap'), capture)
    }
    const hostile = join(folder, 'hostile')
    mkdirSync(hostile)
    writeFileSync(
      join(hostile, 'i.jsonl'),
      indexText([{ uid: 'C1\u001b[31m', orig_file: '../out/i.jsonl', resp_file: '../out/i.jsonl' }]),
    )
    const { code, stderr } = await runProgram(['search', 'uid', hostile, '-q'])
    expect([code, stderr]).toEqual([
      1,
      'pcap2conn: Cannot read "../out/i.jsonl": it is not below the output folder\n',
    ])
  })

  it.each([
    [2, ['GET'], 'No pattern or no folder: name what to look for, and where'],
    [2, ['GET', 'out', 'other'], 'Cannot use other: one folder is searched at a time'],
    [2, ['GET', 'out', '--hex', '--regex'], 'Cannot use --hex with --regex: a pattern is one or the other'],
    [2, ['a(b', 'out', '--regex'], 'Cannot search for "a(b": at column 4: missing closing )'],
    [2, ['4g', 'out', '--hex'], 'Cannot search for "4g": at column 2: "g" is no hexadecimal digit'],
    [2, ['GET', 'out', '--context', '1001'], 'Cannot use --context 1001: must be an integer from 0 to 1000'],
    [1, ['GET', 'fixtures'], 'No index in "fixtures"'],
    [1, ['GET', 'no-such-folder'], 'Cannot read "no-such-folder"'],
    [1, ['GET', 'fixtures', '--root', '.'], 'Cannot use --root: "fixtures" is no archive of packets'],
  ])('ends with %i for %j', async (expected, args, message) => {
    const { code, stdout, stderr } = await runProgram(['search', ...args])
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)])
    expect(stdout.length).toBe(expected === 2 ? 0 : stdout.length)
  })
})
