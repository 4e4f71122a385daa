import { createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Connection, ConnectionsOptions, IndexRecord } from '../../dist/index.js'
import { withFolder } from '../support/program.js'
import { datagramCapture } from './datagram-capture.js'

const library = await import('../../dist/index.js')

const FIXTURES = resolve('fixtures')

/** Calls `use` with a folder that is the system's temporary folder meanwhile. */
async function withTemp(use: (temp: string) => Promise<void>): Promise<void> {
  const before = process.env.TMPDIR
  await withFolder(async (folder) => {
    process.env.TMPDIR = folder
    try {
      await use(folder)
    } finally {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
    }
  })
}

async function contentsOf(connection: Connection) {
  const orig = Buffer.from(await connection.payload('orig')).toString('latin1')
  const resp = Buffer.from(await connection.payload('resp')).toString('latin1')
  return { record: connection.record, orig, resp }
}

async function takeAll(inputs: readonly string[], options: ConnectionsOptions = {}) {
  const taken = []
  const run = library.connections(inputs, options)
  for await (const connection of run) taken.push(await contentsOf(connection))
  return { taken: taken.sort((a, b) => compare(a.record, b.record)), summary: run.summary }
}

function compare(a: IndexRecord, b: IndexRecord): number {
  return a.ts - b.ts || Buffer.compare(Buffer.from(a.uid), Buffer.from(b.uid))
}

describe('connections()', () => {
  it.each([1, 2])('gives what convert() writes, with %i workers', async (workers) => {
    await withTemp(async (temp) => {
      const out = join(temp, 'out')
      const index = join(temp, 'index.jsonl')
      await library.convert({
        inputFile: FIXTURES,
        outputDir: out,
        separateSides: true,
        gaps: 'skip',
        index,
      })
      const records: IndexRecord[] = readFileSync(index, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      const fileOf = (file: string | null) => (file === null ? '' : readFileSync(join(out, file), 'latin1'))
      const { taken, summary } = await takeAll([FIXTURES], { workers })
      expect(taken).toEqual(
        records.sort(compare).map((record) => ({
          record: { ...record, orig_file: null, resp_file: null },
          orig: fileOf(record.orig_file),
          resp: fileOf(record.resp_file),
        })),
      )
      expect(summary?.connections.total).toBe(records.length)
      expect(readdirSync(temp).sort()).toEqual(['index.jsonl', 'out'])
    })
  })

  it('gives chunks with their times, sides and the bytes lost before them', async () => {
    const run = library.connections(join(FIXTURES, 'lost-segment.pcap'))
    const chunks = []
    for await (const connection of run) for await (const chunk of connection.chunks()) chunks.push(chunk)
    expect(chunks.map(({ bytes, ...chunk }) => ({ ...chunk, size: bytes.length }))).toMatchObject([
      { side: 'orig', tsSec: 1709633580, tsNsec: 287_035_000, missingBefore: 0, size: 58 },
      { side: 'resp', tsNsec: 299_380_000, missingBefore: 0, size: 39 },
      { side: 'resp', tsNsec: 311_725_000, missingBefore: 0, size: 32 },
      { side: 'resp', tsNsec: 348_760_000, missingBefore: 23, size: 12 },
      { side: 'resp', tsSec: 1709633581, tsNsec: 173_450_000, missingBefore: 0, size: 21 },
    ])
  })

  it('keeps empty datagrams apart', async () => {
    await withTemp(async (temp) => {
      const path = join(temp, 'a.pcap')
      writeFileSync(path, datagramCapture('', 'one', ''))
      const sizes = []
      for await (const connection of library.connections(path))
        for await (const { bytes } of connection.chunks()) sizes.push(bytes.length)
      expect(sizes).toEqual([0, 3, 0])
    })
  })

  it('leaves nothing behind when the loop is left, or the body throws', async () => {
    await withTemp(async (temp) => {
      const run = library.connections(FIXTURES)
      for await (const connection of run) {
        expect(connection.record.uid).toMatch(/^C/)
        break
      }
      expect(readdirSync(temp)).toEqual([])
      expect(run.summary).not.toBeNull()
      const failing = async () => {
        for await (const _connection of library.connections(FIXTURES, { workers: 2 })) throw new Error('mine')
      }
      await expect(failing()).rejects.toThrow('mine')
      expect(readdirSync(temp)).toEqual([])
    })
  })

  it('takes a payload away when the iteration goes on', async () => {
    const kept: Connection[] = []
    for await (const connection of library.connections(FIXTURES)) kept.push(connection)
    await expect(kept[0]!.payload('orig')).rejects.toThrow('after the iteration has moved on')
  })

  it('ends early when it is aborted, and can be run once', async () => {
    const run = library.connections(FIXTURES, {}, { signal: AbortSignal.abort() })
    const taken = []
    for await (const connection of run) taken.push(connection)
    expect(taken).toEqual([])
    expect(() => run[Symbol.asyncIterator]()).toThrow('twice')
  })

  it('tells of inputs that cannot be read in the summary, like convert()', async () => {
    const { taken, summary } = await takeAll(['missing.pcap', join(FIXTURES, 'dns.pcap')])
    expect(taken.length).toBeGreaterThan(0)
    expect(summary?.errors).toEqual(['Cannot read "missing.pcap": no such file or folder'])
  })

  it('merges inputs that overlap in time', async () => {
    await withTemp(async (temp) => {
      const paths = ['a.pcap', 'b.pcap'].map((name) => join(temp, name))
      writeFileSync(paths[0]!, datagramCapture('one', 'three'))
      writeFileSync(paths[1]!, datagramCapture('two'))
      const { taken } = await takeAll(paths, { merge: true })
      expect(taken.map(({ orig }) => orig)).toEqual(['onetwothree'])
    })
  })

  it('reads a stream', async () => {
    const stdin = createReadStream(join(FIXTURES, 'dns.pcap'))
    const uids = []
    for await (const { record } of library.connections('-', {}, { stdin })) uids.push(record.uid)
    expect(uids.length).toBeGreaterThan(0)
  })

  it.each<[string, unknown, RegExp]>([
    ['an option of the output', { outputDir: 'x' }, /^Cannot use outputDir here: .* writes no output/],
    ['the inputs as an option', { inputFile: 'x' }, /^Cannot use inputFile here: .* first argument/],
    ['an option of archives', { resume: true }, /^Cannot use resume here: .* keeps no state/],
    ['an option of what files hold', { gaps: 'skip' }, /^Cannot use gaps here: .* number of missing bytes/],
    ['a misspelt option', { filtr: 'tcp' }, /^Unknown option filtr: did you mean filter\?$/],
    ['a value that cannot be used', { workers: 0 }, /^Cannot use --workers 0/],
  ])('refuses %s at once', (_name, options, message) => {
    expect(() => library.connections('a', options as ConnectionsOptions)).toThrow(library.ConfigError)
    expect(() => library.connections('a', options as ConnectionsOptions)).toThrow(message)
  })
})

describe('readCapture()', () => {
  it('gives the packets of pcap and pcapng, plain and compressed, from a path and a stream', async () => {
    await withTemp(async (temp) => {
      const capture = datagramCapture('one', 'two')
      mkdirSync(join(temp, 'in'))
      const path = join(temp, 'in', 'a.pcap')
      writeFileSync(path, capture)
      writeFileSync(`${path}.gz`, gzipSync(capture))
      for (const input of [path, `${path}.gz`, createReadStream(`${path}.gz`)]) {
        const packets = []
        for await (const packet of library.readCapture(input)) packets.push(packet)
        expect(packets.map(({ bytes, ...known }) => ({ ...known, tail: text(bytes.subarray(-3)) }))).toEqual([
          {
            tsSec: 1_709_631_000,
            tsNsec: 0,
            isNanosecond: false,
            linkType: 1,
            originalBytes: 45,
            tail: 'one',
          },
          {
            tsSec: 1_709_631_001,
            tsNsec: 0,
            isNanosecond: false,
            linkType: 1,
            originalBytes: 45,
            tail: 'two',
          },
        ])
      }
    })
  })

  it.each([
    ['a file that is missing', 'missing.pcap', 'InputError', 0],
    ['a file that is no capture', 'package.json', 'CaptureFormatError', 0],
  ])('refuses %s', async (_name, path, name, count) => {
    let taken = 0
    const read = async () => {
      for await (const _packet of library.readCapture(path)) taken += 1
    }
    await expect(read()).rejects.toMatchObject({ name })
    expect(taken).toBe(count)
  })

  it('gives what comes before damage, then says where it is', async () => {
    await withTemp(async (temp) => {
      const path = join(temp, 'cut.pcap')
      writeFileSync(path, datagramCapture('one', 'two').subarray(0, -5))
      let taken = 0
      const read = async () => {
        for await (const _packet of library.readCapture(path)) taken += 1
      }
      await expect(read()).rejects.toThrow(/^Cannot read ".*cut\.pcap" at byte \d+: /)
      expect(taken).toBe(1)
    })
  })
})

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
