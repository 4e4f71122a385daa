import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Config, type RawOptions, toConfig } from '../../../src/config/config.js'
import type { OptionTable } from '../../../src/config/option-row.js'
import { OPTIONS } from '../../../src/config/options.js'
import { InputError, OutputError } from '../../../src/errors.js'
import { RECORD_NAME } from '../../../src/input/own-results.js'
import {
  areEqual,
  type CaptureSummary,
  factsOf,
  type RecordedReading,
  readRecord,
  writeRecord,
} from '../../../src/pipeline/reading/resume-record.js'
import { NO_COUNTS } from '../../../src/pipeline/run-summary.js'
import { temporaryFolder } from '../../input/temporary-folder.js'

const folder = temporaryFolder()
const path = join(folder, 'a.pcap')
writeFileSync(path, 'abc')
const input = { kind: 'file', path } as const

function configOf(options: RawOptions): Config {
  return toConfig({ inputFile: 'a.pcap', utc: true, ...options })
}

const facts = factsOf([input], configOf({}))!

describe('factsOf()', () => {
  const changing: RawOptions[] = [
    { separateSides: true },
    { chunksHeader: true },
    { json: true },
    { writeMetadata: true },
    { noPayload: true },
    { gaps: 'zeros' },
    { overlap: 'last' },
    { dedup: 'off' },
    { key: '5-tuple' },
    { shard: '1/2', seed: 'a' },
    { tcpTimeout: 1 },
    { udpTimeout: 1 },
    { maxBytes: 10 },
    { noDecap: true },
    { linkType: 'RAW' },
    { filter: 'tcp' },
    { perFile: true },
    { merge: true },
  ]
  it.each(changing)('differs with %j', (options) => {
    expect(areEqual(facts, factsOf([input], configOf(options))!)).toBe(false)
  })

  const others: RawOptions[] = [
    { workers: 3 },
    { memory: '1G' },
    { maxFileDesc: 7 },
    { force: true },
    { resume: true },
  ]
  it.each(others)('is the same with %j', (options) => {
    expect(areEqual(facts, factsOf([input], configOf(options))!)).toBe(true)
  })

  it('has each option whose row says that it changes results, in any order', () => {
    const rows: OptionTable = OPTIONS
    const names = Object.entries(rows).flatMap(([name, { field, changesResults }]) =>
      changesResults ? [field ?? name] : [],
    )
    expect(names).toContain('maxBytes')
    expect(Object.keys(facts.options).sort()).toEqual([...names, 'timeZone'].sort())
    const reversed = Object.fromEntries(Object.entries(facts.options).reverse())
    expect(areEqual(facts, { ...facts, options: reversed })).toBe(true)
  })

  it('differs with the size and the time of a file, to the nanosecond', () => {
    utimesSync(path, 5, 5)
    const before = factsOf([input], configOf({}))!
    expect(before.inputs).toEqual([{ name: 'a.pcap', size: 3, mtime_ns: '5000000000' }])
    utimesSync(path, 5, 5.000001)
    expect(areEqual(before, factsOf([input], configOf({}))!)).toBe(false)
    utimesSync(path, 5, 5)
    writeFileSync(path, 'abcd')
    utimesSync(path, 5, 5)
    expect(areEqual(before, factsOf([input], configOf({}))!)).toBe(false)
  })

  it('is nothing where an input is no file', () => {
    expect(factsOf([{ kind: 'stdin', path: '-' }], configOf({}))).toBeNull()
    const failure = new InputError('Cannot read "a"', 'a')
    expect(factsOf([input, { ...input, failure }], configOf({}))).toBeNull()
    const missing = join(folder, 'none')
    expect(() => factsOf([input, { kind: 'file', path: missing }], configOf({}))).toThrow(
      new InputError(`Cannot read "${missing}": no such file or folder`, missing),
    )
  })
})

const READING: RecordedReading = {
  input: 0,
  bytes: 1,
  packets: 0,
  status: 'partial',
  problems: [{ offset: 1, length: 2, message: 'x' }],
  dropped: 0,
}
const SUMMARY: CaptureSummary = { inputs: [READING], counts: NO_COUNTS, warnings: [] }
const COMPLETE = {
  complete: true,
  failures: [],
  results: { files: 1, bytes: 2, sha256: 'x' },
  index: null,
  summary: SUMMARY,
}

describe('the record', () => {
  it('is read as it was written', () => {
    const written = { ...facts, ...COMPLETE }
    writeRecord(join(folder, 'new', 'er'), written)
    expect(readRecord(join(folder, 'new', 'er'))).toEqual(written)
    expect(readdirSync(join(folder, 'new', 'er'))).toEqual([RECORD_NAME])
  })

  const one = { ...facts, ...COMPLETE }
  const withSummary = (changes: object) => ({ ...one, summary: { ...SUMMARY, ...changes } })
  const withReading = (changes: object) => withSummary({ inputs: [{ ...READING, ...changes }] })
  const withCounts = (changes: object) => withSummary({ counts: { ...NO_COUNTS, ...changes } })
  const notOurs: unknown[] = [
    { ...one, complete: 1 },
    { ...one, results: undefined },
    { ...one, results: { files: 1, bytes: '1', sha256: '' } },
    { ...one, index: { folder: '', bytes: 1 } },
    { ...one, inputs: [null] },
    { ...one, inputs: [{ name: 1 }] },
  ]
  it.each(['', '{', 'null', '7', '{}', ...notOurs.map((record) => JSON.stringify(record))])(
    'is none where it holds %j',
    (content) => {
      writeFileSync(join(folder, RECORD_NAME), content)
      expect(readRecord(folder)).toBeNull()
    },
  )

  const unsound: unknown[] = [
    { ...one, summary: 1 },
    withSummary({ inputs: [] }),
    withSummary({ inputs: [READING, READING] }),
    withSummary({ warnings: [1] }),
    withReading({ input: 1 }),
    withReading({ input: '__proto__' }),
    withReading({ bytes: '1' }),
    withReading({ status: 'skipped' }),
    withReading({ problems: [1] }),
    withReading({ problems: [{ offset: 0, length: 0 }] }),
    withReading({ problems: [{ offset: '0', length: 0, message: '' }] }),
    withReading({ problems: [{ offset: 0, length: 0, message: '', kind: 'constructor' }] }),
    withCounts({ gaps: -1 }),
    withCounts({ gaps: {} }),
    withCounts({ more: 1 }),
    withCounts({ limits: { held_bytes: '1' } }),
    withCounts({ packets: { ...NO_COUNTS.packets, read: 1 } }),
    withCounts({ bytes: { ...NO_COUNTS.bytes, payload_captured: 1 } }),
    withCounts({ details: { unbalanced_streams: 1 } }),
  ]
  it.each(unsound.map((record) => JSON.stringify(record)))('has no summary where it holds %s', (content) => {
    writeFileSync(join(folder, RECORD_NAME), content)
    expect(readRecord(folder)?.summary).toBeNull()
  })

  it('of another version is read for what it is of', () => {
    writeRecord(folder, one)
    writeFileSync(join(folder, RECORD_NAME), JSON.stringify({ ...one, version: 2, summary: 7 }))
    expect(readRecord(folder)).toMatchObject({ version: 2, inputs: facts.inputs })
  })

  it.skipIf(platform() === 'win32')('is none where a pipe or a link has its name', () => {
    const own = temporaryFolder()
    execFileSync('mkfifo', [join(own, RECORD_NAME)])
    expect(readRecord(own)).toBeNull()
    rmSync(join(own, RECORD_NAME))
    writeFileSync(join(own, 'elsewhere'), JSON.stringify(one))
    symlinkSync('elsewhere', join(own, RECORD_NAME))
    expect(readRecord(own)).toBeNull()
  })

  it('that cannot be written is an error that names it', () => {
    expect(() => writeRecord(path, { ...facts, ...COMPLETE })).toThrow(OutputError)
  })
})
