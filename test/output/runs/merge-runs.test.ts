import { readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OutputError } from '../../../src/errors.js'
import { mergeRuns, type RunLayout } from '../../../src/output/runs/merge-runs.js'
import { openFilesBelow, tempFolder } from '../support.js'

/** A record is its key (2 bytes), its length (4) and its content. */
const BY_KEY: RunLayout = {
  headerBytes: 6,
  contentBytes: (bytes, at) => bytes.readUInt32LE(at + 2),
  keyFrom: 0,
  keyTo: 2,
}
/** A record is its length and its content, by which it is sorted. */
const BY_CONTENT: RunLayout = {
  headerBytes: 4,
  contentBytes: (bytes, at) => bytes.readUInt32LE(at),
  keyFrom: 4,
  keyTo: null,
}

interface TestRecord {
  readonly key: string
  readonly content: string
}

function write(path: string, records: readonly TestRecord[], layout: RunLayout): string {
  const parts = records.flatMap(({ key, content }) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(content.length)
    return layout === BY_KEY
      ? [Buffer.from(key), length, Buffer.from(content)]
      : [length, Buffer.from(content)]
  })
  writeFileSync(path, Buffer.concat(parts))
  return path
}

async function merged(runs: readonly string[], layout: RunLayout, folder: string): Promise<TestRecord[]> {
  const found: { key: string; content: string }[] = []
  await mergeRuns(runs, layout, folder, {
    begin: (bytes, at) => found.push({ key: bytes.toString('latin1', at, at + 2), content: '' }),
    content: (bytes, from, to) => {
      found.at(-1)!.content += bytes.toString('latin1', from, to)
    },
  })
  return found
}

const byKey = (a: TestRecord, b: TestRecord): number => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
const byContent = (a: TestRecord, b: TestRecord): number =>
  Buffer.compare(Buffer.from(a.content), Buffer.from(b.content))

const record = fc.record({
  key: fc.constantFrom('aa', 'ab', 'b0', 'zz'),
  content: fc.oneof(fc.constantFrom('', 'x', 'xy', 'y'), fc.constant('long '.repeat(60_000))),
})

describe('mergeRuns()', () => {
  it('gives all records in order, those with the same key in the order of their runs', async () => {
    const runs = fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(runs, async (runs) => {
        const folder = tempFolder()
        const sorted = runs.map((records) => [...records].sort(byKey)) // a stable sort
        const paths = sorted.map((records, i) => write(join(folder, `${i}`), records, BY_KEY))
        expect(await merged(paths, BY_KEY, folder)).toEqual(sorted.flat().sort(byKey))
        expect(openFilesBelow(folder)).toBe(0)
      }),
      { numRuns: 30 },
    )
  })

  it('gives all records in the order of their content', async () => {
    const runs = fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(runs, async (runs) => {
        const folder = tempFolder()
        const paths = runs.map((records, i) =>
          write(join(folder, `${i}`), [...records].sort(byContent), BY_CONTENT),
        )
        const found = await merged(paths, BY_CONTENT, folder)
        expect(found.map(({ content }) => content)).toEqual(
          runs
            .flat()
            .sort(byContent)
            .map(({ content }) => content),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('leaves runs alone that are not in its folder, and removes those that are used up', async () => {
    const [folder, other] = [tempFolder(), tempFolder()]
    const runs = Array.from({ length: 70 }, (_, i) =>
      write(join(i < 20 ? other : folder, `${i}`), [{ key: 'aa', content: `${i}` }], BY_KEY),
    )
    const found = await merged(runs, BY_KEY, folder)
    expect(found.map(({ content }) => Number(content))).toEqual(runs.map((_, i) => i))
    expect(readdirSync(other)).toHaveLength(20)
    expect(readdirSync(folder).filter((name) => !name.startsWith('merged'))).toHaveLength(7)
  })

  it.each([
    ['in its header', 3],
    ['in its content', 8],
  ])('names a run that ends inside a record, %s', async (_where, bytes) => {
    const folder = tempFolder()
    for (const layout of [BY_KEY, BY_CONTENT]) {
      const path = write(join(folder, 'x'), [{ key: 'aa', content: 'content' }], layout)
      truncateSync(path, layout === BY_CONTENT && bytes === 3 ? 2 : bytes)
      await expect(merged([path], layout, folder)).rejects.toThrow(
        new OutputError(`Cannot merge "${path}": it ends inside a record`, path, { kind: 'run' }),
      )
    }
    expect(openFilesBelow(folder)).toBe(0)
  })

  it('names a run that is gone, and one that is longer than any', async () => {
    const folder = tempFolder()
    const gone = join(folder, 'gone')
    await expect(merged([gone], BY_KEY, folder)).rejects.toMatchObject({
      message: `Cannot read "${gone}": no such file or directory (ENOENT)`,
      kind: 'run',
    })
    const path = join(folder, 'long')
    writeFileSync(path, Buffer.from([0, 0, 0, 2, 0, 0]))
    await expect(merged([path], BY_CONTENT, folder)).rejects.toMatchObject({
      message: `Cannot merge "${path}": a record is too long`,
      kind: 'run',
    })
  })

  it('names a run that cannot be made', async () => {
    const folder = tempFolder()
    const runs = Array.from({ length: 40 }, (_, i) =>
      write(join(folder, `${i}`), [{ key: 'aa', content: 'x' }], BY_KEY),
    )
    await expect(merged(runs, BY_KEY, runs[0]!)).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot write ".*\/0\/merged-\d+\.run": not a directory \(ENOTDIR\)$/),
      kind: 'run',
    })
    expect(openFilesBelow(folder)).toBe(0)
  })
})
