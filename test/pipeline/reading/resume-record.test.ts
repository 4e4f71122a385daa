import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Config, type RawOptions, toConfig } from '../../../src/config/config.js'
import { InputError, OutputError } from '../../../src/errors.js'
import {
  areEqual,
  factsOf,
  RECORD_NAME,
  readRecord,
  writeRecord,
} from '../../../src/pipeline/reading/resume-record.js'
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
    { gaps: 'zeros' },
    { overlap: 'last' },
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

const COMPLETE = {
  complete: true,
  failures: [],
  problems: [],
  results: { files: 1, bytes: 2, sha256: 'x' },
  index: null,
}

describe('the record', () => {
  it('is read as it was written', () => {
    const written = { ...facts, ...COMPLETE, problems: [[{ offset: 1, length: 2, message: 'x' }]] }
    writeRecord(join(folder, 'new', 'er'), written)
    expect(readRecord(join(folder, 'new', 'er'))).toEqual(written)
    expect(readdirSync(join(folder, 'new', 'er'))).toEqual([RECORD_NAME])
  })

  const empty = { version: 2, options: {}, inputs: [], ...COMPLETE }
  const notOurs: unknown[] = [
    { ...empty, complete: 1 },
    { ...empty, results: undefined },
    { ...empty, results: { files: 1, bytes: '1', sha256: '' } },
    { ...empty, index: { folder: '', bytes: 1 } },
    { ...empty, inputs: [null] },
    { ...empty, inputs: [{ name: 1 }] },
    { ...empty, problems: [1] },
    { ...empty, problems: [[null]] },
    { ...empty, problems: [[{ offset: 0, length: 0 }]] },
    { ...empty, problems: [[{ offset: '0', length: 0, message: '' }]] },
  ]
  it.each(['', '{', 'null', '7', '{}', ...notOurs.map((record) => JSON.stringify(record))])(
    'is none where it holds %j',
    (content) => {
      writeFileSync(join(folder, RECORD_NAME), content)
      expect(readRecord(folder)).toBeNull()
    },
  )

  it.skipIf(platform() === 'win32')('is none where a pipe or a link has its name', () => {
    const own = temporaryFolder()
    execFileSync('mkfifo', [join(own, RECORD_NAME)])
    expect(readRecord(own)).toBeNull()
    rmSync(join(own, RECORD_NAME))
    writeFileSync(join(own, 'elsewhere'), JSON.stringify(empty))
    symlinkSync('elsewhere', join(own, RECORD_NAME))
    expect(readRecord(own)).toBeNull()
  })

  it('that cannot be written is an error that names it', () => {
    expect(() => writeRecord(path, { ...facts, ...COMPLETE })).toThrow(OutputError)
  })
})
