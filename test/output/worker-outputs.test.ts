import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type Config, DEFAULT_LIMITS, toConfig } from '../../src/config/config.js'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { ConsoleTarget } from '../../src/output/console/console-block.js'
import { FdBudget } from '../../src/output/files/fd-budget.js'
import { FileNames } from '../../src/output/files/file-names.js'
import { RecordLine } from '../../src/output/index/record-line.js'
import { outputsOf } from '../../src/output/outputs.js'
import { PacketPlaces } from '../../src/output/packet-places.js'
import { RECORD_HEADER_BYTES, UID_AT } from '../../src/output/runs/sorted-runs.js'
import { UidMaker } from '../../src/output/uid.js'
import { WorkerOutputs } from '../../src/output/worker-outputs.js'
import { pageArena } from '../support/pages.js'
import { addConnection, filesOf, type TestConnection, tempFolder } from './support.js'

const text = new TextEncoder()
const MIB = 1024 * 1024

const LONG_GAP = '[8589934592 bytes missing]b'
const LONG_GAP_LINE = `{"side":"0","time":{"abs":"1563783093.387930","conn":"1.000000"},"size":"27","data":"${LONG_GAP}","data_hex":"${Buffer.from(LONG_GAP).toString('hex')}"}\r\n`

/** Options of a run, and limits of it. */
type Options = Partial<Omit<Config, 'limits'>> & { limits?: Partial<Config['limits']> }

function setUp({ limits, ...options }: Options = {}, handoverDir: string | null = null) {
  const folder = tempFolder()
  const table = new ConnectionTable()
  const budget = new FdBudget(FdBudget.allocate(1, 1))
  const config: Config = {
    ...toConfig({ inputFile: 'a', outputDir: folder, utc: true }),
    ...options,
    limits: {
      ...DEFAULT_LIMITS,
      gapZeros: 2 ** 34,
      writtenGapZeros: 3 * MIB,
      rememberedPackets: 1000,
      ...limits,
    },
  }
  const console = config.toConsole ? new ConsoleTarget() : null
  const output = new WorkerOutputs(outputsOf({ config, handoverDir }), {
    config,
    table,
    encaps: { describe: () => ({ vlan: [], tunnel: [] }) },
    number: 0,
    tempFolder: tempFolder(),
    pages: pageArena(8),
    fdBudget: budget,
    console,
    inputFiles: new Set(),
    places: new PacketPlaces([]),
  })
  output.startCapture(folder, null, 0)
  const open = (given: TestConnection = {}): number => {
    const connection = addConnection(table, given)
    output.sink.opened(connection)
    return connection
  }
  /** Delivers a chunk one second after the first packet, from memory that is used again. */
  const chunk = (half: number, payload: string): void => {
    const bytes = text.encode(`--${payload}--`)
    output.sink.data(half, bytes, 2, 2 + payload.length, 1563783093, 387_930_000)
    bytes.fill(0x21)
  }
  const finish = (connection: number): void => {
    output.sink.finished(connection)
    table.release(connection)
  }
  return { folder, table, output, console, budget, open, chunk, finish, files: () => filesOf(folder) }
}

const NAME = '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80'
const SWAPPED = '20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000'
const header = (side: number, size: number): string =>
  `\r\n{"_":"--------------------","side":"${side}","size":"${size}"}\r\n`

describe('WorkerOutputs', () => {
  it.each<[string, Options, Record<string, string>]>([
    ['both sides in one file', {}, { [`${NAME}.txt`]: 'GET200[5 bytes missing]bye' }],
    [
      'the sides apart',
      { separateSides: true },
      { [`${NAME}.txt`]: 'GET[5 bytes missing]bye', [`${SWAPPED}.txt`]: '200' },
    ],
    [
      'headers',
      { chunkHeaders: true },
      { [`${NAME}.txt`]: `${header(0, 3)}GET${header(1, 3)}200${header(0, 20)}[5 bytes missing]bye` },
    ],
    ['zeros', { gapStyle: 'zeros' }, { [`${NAME}.txt`]: 'GET200\0\0\0\0\0bye' }],
    [
      'zeros in headers',
      { gapStyle: 'zeros', chunkHeaders: true },
      { [`${NAME}.txt`]: `${header(0, 3)}GET${header(1, 3)}200${header(0, 8)}\0\0\0\0\0bye` },
    ],
    ['nothing for lost bytes', { gapStyle: 'skip' }, { [`${NAME}.txt`]: 'GET200bye' }],
    ['no file with --no-write', { writeFiles: false, writeMetadata: true }, {}],
    ['no file for the console', { toConsole: true }, {}],
    ['the first 4 bytes of each side', { maxBytes: 4 }, { [`${NAME}.txt`]: 'GET200[5 bytes missing]b' }],
    [
      'the first 3 bytes of each side, no marker behind them',
      { maxBytes: 3, separateSides: true },
      { [`${NAME}.txt`]: 'GET', [`${SWAPPED}.txt`]: '200' },
    ],
    ['nothing at all of 0 bytes', { maxBytes: 0 }, {}],
  ])('writes %s', (_name, options, files) => {
    const run = setUp(options)
    const connection = run.open()
    run.chunk(2 * connection, 'GET')
    run.chunk(2 * connection + 1, '200')
    run.output.sink.gap(2 * connection, 3, 5)
    run.chunk(2 * connection, 'bye')
    run.output.sink.closed(connection)
    expect(run.files()).toEqual(files) // written when it is closed
    run.finish(connection)
    run.output.finish()
    expect(run.files()).toEqual(files)
    expect(run.budget.takenSlots).toBe(0)
  })

  it('writes one JSON line for each chunk', () => {
    const run = setUp({ json: true })
    const connection = run.open()
    run.chunk(2 * connection + 1, 'ls\n')
    run.finish(connection)
    expect(run.files()).toEqual({
      [`${NAME}.json`]:
        '{"side":"1","time":{"abs":"1563783093.387930","conn":"1.000000"},"size":"3","data":"ls\\n","data_hex":"6C730A"}\r\n',
    })
  })

  it.each<[string, Options, string]>([
    ['makes no raw file for empty datagrams', {}, ''],
    ['shows an empty datagram with a header', { chunkHeaders: true }, header(0, 0)],
  ])('%s', (_name, options, content) => {
    const run = setUp(options)
    const connection = run.open()
    run.chunk(2 * connection, '')
    run.finish(connection)
    expect(Object.values(run.files()).join('')).toBe(content)
  })

  it.each<[string, Options, Record<string, string>]>([
    ['nothing as marker', { separateSides: true }, { [`${NAME}.txt`]: 'a' }],
    [
      'zeros, also of a side that nothing else is there of',
      { separateSides: true, gapStyle: 'zeros' },
      { [`${NAME}.txt`]: 'a\0\0\0', [`${SWAPPED}.txt`]: '\0\0\0\0\0\0\0' },
    ],
    ['zeros of both sides in one file', { gapStyle: 'zeros' }, { [`${NAME}.txt`]: 'a\0\0\0\0\0\0\0\0\0\0' }],
    [
      'nothing in headers',
      { separateSides: true, gapStyle: 'zeros', chunkHeaders: true },
      { [`${NAME}.txt`]: `${header(0, 1)}a` },
    ],
    [
      'no zeros beyond the bytes that are kept',
      { gapStyle: 'zeros', maxBytes: 1, separateSides: true },
      { [`${NAME}.txt`]: 'a', [`${SWAPPED}.txt`]: '\0\0\0\0\0\0\0' },
    ],
  ])('shows lost bytes that no chunk follows as %s', (_name, options, files) => {
    const run = setUp(options)
    const connection = run.open()
    run.chunk(2 * connection, 'a')
    run.output.sink.gap(2 * connection, 1, 3)
    run.output.sink.gap(2 * connection + 1, 0, 7)
    run.output.sink.closed(connection)
    run.finish(connection)
    expect(run.files()).toEqual(files)
  })

  it('shows the marker before a chunk that comes after the close', () => {
    const run = setUp()
    const connection = run.open()
    run.chunk(2 * connection, 'a')
    run.output.sink.gap(2 * connection, 1, 3)
    run.output.sink.closed(connection)
    run.chunk(2 * connection, 'b')
    run.finish(connection)
    expect(run.files()).toEqual({ [`${NAME}.txt`]: 'a[3 bytes missing]b' })
  })

  it('joins gaps that follow each other', () => {
    const run = setUp()
    const connection = run.open()
    run.output.sink.gap(2 * connection, 0, 3)
    run.output.sink.gap(2 * connection, 3, 4)
    run.chunk(2 * connection, 'b')
    run.finish(connection)
    expect(run.files()).toEqual({ [`${NAME}.txt`]: '[7 bytes missing]b' })
  })

  it.each<[string, Options, number, number, number]>([
    ['leaves any gap out of a raw file', {}, 2 ** 33, 2 ** 33 + 1, 0],
    ['writes out 1 MiB with headers', { chunkHeaders: true }, MIB, MIB + header(0, MIB + 1).length + 1, 0],
    [
      'shows the marker for more with headers',
      { chunkHeaders: true },
      MIB + 1,
      `${header(0, 24)}[1048577 bytes missing]b`.length,
      1,
    ],
    ['shows the marker for more in JSON', { json: true }, 2 ** 33, LONG_GAP_LINE.length, 1],
  ])('%s with --gaps zeros', (_name, options, length, size, hits) => {
    const run = setUp({ gapStyle: 'zeros', ...options })
    const connection = run.open()
    run.output.sink.gap(2 * connection, 0, length)
    run.chunk(2 * connection, 'b')
    run.finish(connection)
    const { totals } = run.output.finish()
    expect(totals.limits.gap_zeros).toBe(hits)
    expect(sizeOf(run.folder)).toBe(size)
  })

  // [name, options, length of each of five gaps, size of the file]
  it.each<[string, Options, number, number]>([
    ['in a raw file', {}, 2 ** 33, 2 * (2 ** 33 + 1) + 3 * LONG_GAP.length],
    [
      'with headers',
      { chunkHeaders: true },
      MIB,
      3 * (header(0, MIB + 1).length + MIB + 1) +
        2 * (header(0, 24).length + '[1048576 bytes missing]b'.length),
    ],
  ])(
    'shows markers, and says whose, where a side has as many zeros as it may %s',
    (_n, options, gap, size) => {
      const run = setUp({ gapStyle: 'zeros', ...options })
      const connection = run.open()
      for (let i = 0; i < 5; i++) {
        run.output.sink.gap(2 * connection, i * gap, gap)
        run.chunk(2 * connection, 'b')
      }
      run.finish(connection)
      const another = run.open({ sec: 1563783093 })
      run.output.sink.gap(2 * another, 0, 5)
      run.chunk(2 * another, 'b')
      run.finish(another)
      const { totals } = run.output.finish()
      expect(totals.limits.gap_zeros).toBe(options.chunkHeaders ? 2 : 3)
      expect(totals.warnings).toEqual([expect.stringMatching(`"${NAME}.txt" .*[(]limit gap_zeros[)]`)])
      expect(sizeOf(run.folder)).toBe(size)
    },
  )

  it('writes metadata for every connection, payload or not, with the console too', () => {
    for (const toConsole of [false, true]) {
      const run = setUp({ writeMetadata: true, toConsole })
      const connection = run.open()
      run.finish(connection)
      const { totals } = run.output.finish()
      expect(Object.keys(run.files())).toEqual([`${NAME}-metadata.txt`])
      expect(totals.files).toBe(1)
      expect(totals.bytesWritten).toBe(run.files()[`${NAME}-metadata.txt`]!.length)
    }
  })

  it('keeps connections of one second and one key, and of one reused number, apart', () => {
    const run = setUp({ separateSides: true })
    const first = run.open()
    run.chunk(2 * first, 'a')
    const second = run.open({ orig: '10.0.0.2', resp: '10.0.0.1', origPort: 80, respPort: 1000 })
    run.chunk(2 * second, 'b')
    run.chunk(2 * second + 1, 'c')
    run.finish(first)
    const third = run.open({ origPort: 2000 })
    expect(third).toBe(first)
    run.chunk(2 * third, 'd')
    run.finish(second)
    run.finish(third)
    expect(run.files()).toEqual({
      [`${NAME}.txt`]: 'a',
      [`${SWAPPED}~2.txt`]: 'b',
      [`${NAME}~2.txt`]: 'c',
      '20190722081132-TCP-10.0.0.1.2000-10.0.0.2.80.txt': 'd',
    })
  })

  it('forgets gaps and limits of a connection whose number is used again', () => {
    const run = setUp({ maxBytes: 2 })
    const first = run.open()
    run.chunk(2 * first, 'abc')
    run.output.sink.gap(2 * first + 1, 0, 9)
    run.finish(first)
    const second = run.open({ origPort: 2000 })
    run.chunk(2 * second, 'de')
    run.chunk(2 * second + 1, 'fg')
    run.finish(second)
    expect(run.files()['20190722081132-TCP-10.0.0.1.2000-10.0.0.2.80.txt']).toBe('defg')
  })

  it('writes an index record with the paths below the output folder', () => {
    const run = setUp({
      indexes: [{ path: 'unused', format: 'jsonl' }],
      separateSides: true,
      limits: { indexGaps: 1, gapZeros: MIB, writtenGapZeros: MIB, rememberedPackets: 1000 },
    })
    run.output.startCapture(join(run.folder, 'one.pcap', 'sub'), 'one.pcap', 0)
    const connection = run.open()
    run.chunk(2 * connection, 'a')
    for (const offset of [1, 5]) {
      run.output.sink.gap(2 * connection, offset, 2)
      run.table.gaps[2 * connection] = (run.table.gaps[2 * connection] ?? 0) + 1
    }
    run.finish(connection)
    const { parts, totals } = run.output.finish()
    const indexRuns = parts.flat().filter((part) => typeof part === 'string')
    expect(indexRuns).toHaveLength(1)
    const run0 = readFileSync(indexRuns[0]!)
    const row = run0.subarray(RECORD_HEADER_BYTES)
    expect(
      JSON.parse(
        new RecordLine(true).of(run0.toString('latin1', UID_AT, RECORD_HEADER_BYTES), {
          bytes: row,
          length: row.length,
        }),
      ),
    ).toMatchObject({
      name: NAME,
      orig_file: `one.pcap/sub/${NAME}.txt`,
      resp_file: null,
      orig_gaps: [{ offset: 1, length: 2 }],
      resp_gaps: [],
      gaps_truncated: true,
      capture: 'one.pcap',
    })
    expect(totals.limits.index_gaps).toBe(1)
  })

  it('gathers pieces for the console, with the name in JSON', () => {
    const run = setUp({ toConsole: true, json: true })
    run.console!.eventNumber = 7
    const connection = run.open({ firstNumber: 3 })
    run.chunk(2 * connection, 'a')
    const block = run.console!.take()!
    expect(Buffer.from(block.bytes).toString()).toMatch(
      new RegExp(`^\\{"connection":"${NAME}","side":"0",.*\r\n$`),
    )
    expect([...block.pieces]).toEqual([7, 3, block.bytes.length, 1])
    expect(run.console!.take()).toBeNull()
    run.finish(connection)
    const second = run.open({ firstNumber: 3, origPort: 2000 }) // another capture may count from 1 again
    run.chunk(2 * second, 'a')
    expect(Buffer.from(run.console!.take()!.bytes).toString()).toContain('10.0.0.1.2000')
  })

  it('refuses to touch a file that exists, and replaces it when forced', () => {
    for (const force of [false, true]) {
      const run = setUp({ force })
      const path = join(run.folder, `${NAME}.txt`)
      writeFileSync(path, 'precious')
      const connection = run.open()
      run.chunk(2 * connection, 'a')
      run.finish(connection)
      expect(run.output.finish().totals.failureTexts).toEqual(
        force ? [] : [`Cannot write "${path}": file exists (use --force to replace it)`],
      )
      expect(readFileSync(path, 'utf8')).toBe(force ? 'a' : 'precious')
    }
  })

  it.each<[string, Options, boolean, boolean]>([
    ['no output', { writeFiles: false }, false, false],
    ['files', {}, true, false],
    ['the console', { toConsole: true }, false, false],
    ['JSON on the console', { toConsole: true, json: true }, true, false],
    ['an index alone', { writeFiles: false, indexes: [{ path: 'unused', format: 'jsonl' }] }, true, true],
  ])('computes names and uids only where they are asked for: %s', (_name, options, needsNames, needsUids) => {
    const names = vi.spyOn(FileNames.prototype, 'opened')
    const uids = vi.spyOn(UidMaker.prototype, 'opened')
    try {
      const run = setUp(options)
      run.finish(run.open())
      expect([names.mock.calls.length, uids.mock.calls.length]).toEqual([+needsNames, +needsUids])
    } finally {
      vi.restoreAllMocks()
    }
  })

  it('makes the folder of a capture with its first file, and says which cannot be made', () => {
    const run = setUp()
    const folder = join(run.folder, 'capture', 'below')
    run.output.startCapture(folder, null, 0)
    run.finish(run.open())
    expect(existsSync(join(run.folder, 'capture'))).toBe(false)
    writeFileSync(join(run.folder, 'capture'), '')
    const connection = run.open()
    run.chunk(2 * connection, 'GET')
    run.finish(connection)
    expect(run.output.finish().totals.failureTexts).toEqual([
      `Cannot make the folder "${folder}": not a directory (ENOTDIR)`,
    ])
  })
})

describe('objects of HTTP', () => {
  it('are not written beyond the limit of a direction, and are counted', () => {
    const run = setUp({ objectsFile: '-', writePayload: false, limits: { sideObjects: 2 } })
    const connection = run.open()
    for (const letter of 'abcd')
      run.chunk(2 * connection + 1, `HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${letter}`)
    run.finish(connection)
    const other = run.open({ origPort: 1001 })
    run.chunk(2 * other + 1, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ne')
    run.finish(other)
    expect(run.output.finish().totals.limits.side_objects).toBe(2)
    expect(Object.values(filesOf(join(run.folder, 'objects'))).sort()).toEqual(['a', 'b', 'e'])
  })
})

function sizeOf(folder: string): number {
  const [name] = readdirSync(folder)
  return statSync(join(folder, name!)).size
}
