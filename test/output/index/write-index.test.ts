import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/config/config.js'
import type { IndexFormatName } from '../../../src/config/index-targets.js'
import { ConnectionTable } from '../../../src/flow/connection-table.js'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { openOutputs } from '../../../src/output/gathering-output.js'
import { ConnectionRecords } from '../../../src/output/index/connection-records.js'
import { writeIndex } from '../../../src/output/index/write-index.js'
import { blankOutputTotals } from '../../../src/output/output-totals.js'
import { SortedRuns } from '../../../src/output/runs/sorted-runs.js'
import { addConnection, openFilesBelow, tempFolder } from '../support.js'

interface TestConnection {
  readonly sec: number
  readonly nsec: number
  readonly uid: string
}

const connection: fc.Arbitrary<TestConnection> = fc.record({
  sec: fc.integer({ min: -2, max: 3 }).map((sec) => 1563783092 + sec),
  nsec: fc.nat(2).map((nsec) => 999_999_997 + nsec),
  uid: fc
    .string({ unit: fc.constantFrom(...'abXY019'), minLength: 17, maxLength: 17 })
    .map((text) => `C${text}`),
})

const inOrder = (a: TestConnection, b: TestConnection): number =>
  a.sec - b.sec || a.nsec - b.nsec || Buffer.compare(Buffer.from(a.uid), Buffer.from(b.uid))

function writeRuns(
  folder: string,
  workers: readonly (readonly TestConnection[])[],
  bufferBytes = 8192,
): string[] {
  return workers.flatMap((connections, worker) => {
    const budget = new FdBudget(FdBudget.allocate(1, 1))
    const runs = new SortedRuns(new FileSlots(budget), folder, `w${worker}`, bufferBytes)
    const table = new ConnectionTable()
    let uid = ''
    const records = new ConnectionRecords(
      {
        table,
        encaps: { describe: () => ({ vlan: [], tunnel: [] }) },
        fileOf: () => null,
        totals: blankOutputTotals(),
        uids: { uid: () => uid },
        names: { ordinal: () => 1 },
      },
      { limits: DEFAULT_LIMITS, service: false, hash: false },
      (sec, nsec, uid, { bytes, length }) => runs.add(sec, nsec, uid, bytes, length),
    )
    for (const given of connections) {
      uid = given.uid
      const connection = addConnection(table, given)
      records.finished(connection)
      table.release(connection)
    }
    const paths = runs.finish()
    expect(budget.takenSlots).toBe(0)
    return [...paths]
  })
}

async function write(
  runs: readonly string[],
  folder: string,
  names: readonly string[],
  isForced = false,
  stream?: Writable,
): Promise<string[]> {
  const targets = names.map((name) => ({
    path: name === '-' ? name : join(folder, name),
    format: (name === '-' ? 'jsonl' : name.split('.').at(-1)) as IndexFormatName,
  }))
  const { outputs, errors } = openOutputs(targets, isForced, stream)
  return [...errors, ...(await writeIndex(runs, folder, true, outputs))].map(({ message }) => message)
}

const uidsOf = (jsonLines: string): string[] =>
  jsonLines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).uid)

describe('the index', () => {
  it('has the records of all workers in order, whatever the size of the runs', async () => {
    const workers = fc.array(fc.array(connection, { maxLength: 20 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(workers, fc.constantFrom(1, 400, 8192), async (connections, bufferBytes) => {
        const folder = tempFolder()
        const runs = writeRuns(folder, connections, bufferBytes)
        expect(await write(runs, folder, ['x.jsonl'])).toEqual([])
        const expected = connections.flat().sort(inOrder)
        expect(uidsOf(readFileSync(join(folder, 'x.jsonl'), 'utf8'))).toEqual(expected.map(({ uid }) => uid))
        expect(openFilesBelow(folder)).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  it('goes to a stream no faster than it takes, also from more runs than can be open together', async () => {
    const folder = tempFolder()
    const connections = Array.from({ length: 150 }, (_, i) => ({
      sec: (i * 7919) % 100,
      nsec: 0,
      uid: `C${String(i).padStart(17, '0')}`,
    }))
    const runs = writeRuns(folder, [connections], 1)
    expect(runs.length).toBeGreaterThan(100)
    const parts: Buffer[] = []
    const stream = new Writable({
      highWaterMark: 10,
      write(chunk: Buffer, _encoding, done) {
        parts.push(Buffer.from(chunk))
        setImmediate(done)
      },
    })
    expect(await write(runs, folder, ['-'], false, stream)).toEqual([])
    expect(uidsOf(Buffer.concat(parts).toString())).toEqual(connections.sort(inOrder).map(({ uid }) => uid))
    expect(stream.listenerCount('error')).toBe(0)
  })

  it('is an empty file when there are no connections', async () => {
    const folder = tempFolder()
    expect(await write([], folder, ['new/x.jsonl'])).toEqual([])
    expect(readFileSync(join(folder, 'new', 'x.jsonl'), 'utf8')).toBe('')
  })

  it('does not touch a file that exists, unless it is forced', async () => {
    const folder = tempFolder()
    const path = join(folder, 'x.jsonl')
    writeFileSync(path, 'precious')
    expect(await write([], folder, ['x.jsonl'])).toEqual([
      `Cannot write "${path}": file exists (use --force to replace it)`,
    ])
    expect(readFileSync(path, 'utf8')).toBe('precious')
    expect(await write([], folder, ['x.jsonl'], true)).toEqual([])
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  it('goes to several files at once, and to the others when one fails', async () => {
    const folder = tempFolder()
    const runs = writeRuns(folder, [[{ sec: 1, nsec: 2, uid: 'C'.repeat(18) }]])
    const targets = ['a', 'b', 'c'].map((name) => ({
      path: join(folder, `${name}.jsonl`),
      format: 'jsonl' as const,
    }))
    const { outputs } = openOutputs(targets, false, undefined)
    mkdirSync(join(folder, 'b.jsonl'))
    const errors = await writeIndex(runs, folder, true, outputs)
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Cannot write ".*b\.jsonl": /),
    ])
    for (const name of ['a', 'c'])
      expect(uidsOf(readFileSync(join(folder, `${name}.jsonl`), 'utf8'))).toEqual(['C'.repeat(18)])
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
    expect(openFilesBelow(folder)).toBe(0)
  })

  it('leaves nothing behind when it fails', async () => {
    const folder = tempFolder()
    const path = join(folder, 'x.jsonl')
    const [run] = writeRuns(folder, [[{ sec: 1, nsec: 2, uid: 'C'.repeat(18) }]])
    truncateSync(run!, 36)
    await expect(write([run!], folder, ['x.jsonl'])).rejects.toMatchObject({
      message: `Cannot merge "${run}": it ends inside a record`,
      kind: 'run',
    })
    await expect(write([join(folder, 'gone')], folder, ['x.jsonl'])).rejects.toMatchObject({
      message: `Cannot read "${join(folder, 'gone')}": no such file or directory (ENOENT)`,
      kind: 'run',
    })
    mkdirSync(path)
    expect(await write([], folder, ['x.jsonl'], true)).toEqual([
      expect.stringContaining(`Cannot write "${path}": `),
    ])
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
    expect(existsSync(path)).toBe(true)
  })
})
