import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OutputError } from '../../../src/errors.js'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { mergeIndex } from '../../../src/output/index/index-merger.js'
import { IndexFile, IndexStream } from '../../../src/output/index/index-output.js'
import { IndexRuns } from '../../../src/output/index/index-runs.js'
import { openFilesBelow, tempFolder } from '../support.js'

interface TestRecord {
  sec: number
  nsec: number
  uid: string
  line: string
}

const letters = 'abXY019'
const record: fc.Arbitrary<TestRecord> = fc.record({
  sec: fc.integer({ min: -2, max: 3 }).map((sec) => 1563783092 + sec),
  nsec: fc.nat(2).map((nsec) => 999_999_997 + nsec),
  uid: fc
    .string({ unit: fc.constantFrom(...letters), minLength: 17, maxLength: 17 })
    .map((text) => `C${text}`),
  line: fc.string({ unit: fc.constantFrom('x', 'ä', '"', '€'), maxLength: 30 }),
})

const inOrder = (a: TestRecord, b: TestRecord): number =>
  a.sec - b.sec ||
  a.nsec - b.nsec ||
  Buffer.compare(Buffer.from(a.uid), Buffer.from(b.uid)) ||
  Buffer.compare(Buffer.from(a.line), Buffer.from(b.line))

function writeRuns(
  folder: string,
  workers: readonly (readonly TestRecord[])[],
  bufferBytes: number,
): string[] {
  return workers.flatMap((records, worker) => {
    const budget = new FdBudget(FdBudget.allocate(1, 1))
    const runs = new IndexRuns(new FileSlots(budget), folder, `w${worker}`, bufferBytes)
    for (const { sec, nsec, uid, line } of records) runs.add(sec, nsec, uid, line)
    const paths = runs.finish()
    expect(budget.takenSlots).toBe(0)
    return [...paths]
  })
}

async function mergeIndexToFile(
  runs: readonly string[],
  folder: string,
  path: string,
  isForced: boolean,
): Promise<void> {
  const output = await IndexFile.create({ path, format: 'jsonl' }, isForced)
  const [error] = await mergeIndex(runs, folder, [output])
  if (error !== undefined) throw error
}

const linesOf = (records: readonly TestRecord[]): string => records.map(({ line }) => `${line}\n`).join('')

function slowStream(): { stream: Writable; text: () => string } {
  const parts: Buffer[] = []
  const stream = new Writable({
    highWaterMark: 10,
    write(chunk: Buffer, _encoding, done) {
      parts.push(Buffer.from(chunk))
      setImmediate(done)
    },
  })
  return { stream, text: () => Buffer.concat(parts).toString() }
}

describe('the index', () => {
  it('has the records of all workers in order, whatever the size of the runs', async () => {
    const workers = fc.array(fc.array(record, { maxLength: 20 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(workers, fc.constantFrom(1, 200, 8192), async (records, bufferBytes) => {
        const folder = tempFolder()
        const path = join(folder, 'index.jsonl')
        const runs = writeRuns(folder, records, bufferBytes)
        await mergeIndexToFile(runs, folder, path, false)
        expect(readFileSync(path, 'utf8')).toBe(linesOf(records.flat().sort(inOrder)))
        expect(openFilesBelow(folder)).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  it('merges in passes where the runs are too many to be open together, also to a stream', async () => {
    const folder = tempFolder()
    const records = Array.from({ length: 150 }, (_, i) => ({
      sec: (i * 7919) % 100,
      nsec: 0,
      uid: `C${String(i).padStart(17, '0')}`,
      line: `${i} ${'long '.repeat(i === 140 ? 100_000 : 100)}`,
    }))
    const runs = writeRuns(folder, [records], 1)
    expect(runs.length).toBeGreaterThan(100)
    const { stream, text } = slowStream()
    expect(await mergeIndex(runs, folder, [new IndexStream(stream)])).toEqual([])
    expect(text() === linesOf(records.sort(inOrder))).toBe(true)
    expect(stream.listenerCount('error')).toBe(0)
  })

  it('is an empty file when there are no connections', async () => {
    const folder = tempFolder()
    await mergeIndexToFile([], folder, join(folder, 'new', 'index.jsonl'), false)
    expect(readFileSync(join(folder, 'new', 'index.jsonl'), 'utf8')).toBe('')
  })

  it('does not touch a file that exists, unless it is forced', async () => {
    const folder = tempFolder()
    const path = join(folder, 'index.jsonl')
    writeFileSync(path, 'precious')
    await expect(mergeIndexToFile([], folder, path, false)).rejects.toThrow(
      `Cannot write "${path}": file exists (use --force to replace it)`,
    )
    expect(readFileSync(path, 'utf8')).toBe('precious')
    await mergeIndexToFile([], folder, path, true)
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  it('goes to several outputs at once, and to the others when one fails', async () => {
    const folder = tempFolder()
    const runs = writeRuns(folder, [[{ sec: 1, nsec: 2, uid: 'C'.repeat(18), line: 'line' }]], 8192)
    const [a, b, c] = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        IndexFile.create({ path: join(folder, `${name}.jsonl`), format: 'jsonl' }, false),
      ),
    )
    mkdirSync(join(folder, 'b.jsonl'))
    const errors = await mergeIndex(runs, folder, [a!, b!, c!])
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Cannot write ".*b\.jsonl": /),
    ])
    expect(readFileSync(join(folder, 'a.jsonl'), 'utf8')).toBe('line\n')
    expect(readFileSync(join(folder, 'c.jsonl'), 'utf8')).toBe('line\n')
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
    expect(openFilesBelow(folder)).toBe(0)
  })

  it('leaves nothing behind when it fails', async () => {
    const folder = tempFolder()
    const path = join(folder, 'index.jsonl')
    const [run] = writeRuns(folder, [[{ sec: 1, nsec: 2, uid: 'C'.repeat(18), line: 'line' }]], 8192)
    truncateSync(run!, 36)
    await expect(mergeIndexToFile([run!], folder, path, false)).rejects.toThrow(
      `Cannot merge "${run}": it ends inside a record`,
    )
    await expect(mergeIndexToFile([join(folder, 'gone')], folder, path, false)).rejects.toThrow(
      new OutputError(
        `Cannot read "${join(folder, 'gone')}": no such file or directory (ENOENT)`,
        join(folder, 'gone'),
        { kind: 'run' },
      ),
    )
    mkdirSync(path)
    await expect(mergeIndexToFile([], folder, path, true)).rejects.toThrow(`Cannot write "${path}": `)
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
    expect(existsSync(path)).toBe(true)
  })
})
