import fs, { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { FileWriter } from '../../../src/output/files/file-writer.js'
import { NewFiles } from '../../../src/output/files/new-files.js'
import { OpenFiles } from '../../../src/output/files/open-files.js'
import { blankOutputTotals } from '../../../src/output/output-totals.js'
import { pageArena } from '../../support/pages.js'
import { filesOf, openFilesBelow, tempFolder } from '../support.js'

const text = new TextEncoder()

function setUp({ slots = 1, workers = 1, unitBytes = 2048, blocks = 4, isForced = false } = {}) {
  const folder = tempFolder()
  const shared = FdBudget.allocate(slots, workers)
  const totals = blankOutputTotals()
  const generations: number[] = []
  const pathOf = (file: number): string => join(folder, `${file}.${generations[file] ?? 0}`)
  const makeWriter = (prefix = ''): FileWriter => {
    const files = new OpenFiles(
      new NewFiles(new FileSlots(new FdBudget(shared)), isForced, totals),
      (file) => pathOf(file) + prefix,
    )
    return new FileWriter(files, pageArena(blocks, unitBytes))
  }
  return {
    folder,
    budget: new FdBudget(shared),
    totals,
    generations,
    pathOf,
    makeWriter,
    writer: makeWriter(),
  }
}

function append(writer: FileWriter, file: number, content: string): void {
  const bytes = text.encode(`--${content}--`)
  writer.append(file, bytes, 2, bytes.length - 2)
  bytes.fill(0x21) // the slab is used again: nothing may still point at it
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('FileWriter', () => {
  it('writes a file that ends small with one open, one write and one close', () => {
    const { writer, pathOf, totals } = setUp()
    const open = vi.spyOn(fs, 'openSync')
    const write = vi.spyOn(fs, 'writeSync')
    const close = vi.spyOn(fs, 'closeSync')
    for (let i = 0; i < 100; i++) append(writer, 0, `line ${i}\n`)
    expect(open).not.toHaveBeenCalled()
    writer.close(0)
    expect([open, write, close].map((call) => call.mock.calls.length)).toEqual([1, 1, 1])
    expect(readFileSync(pathOf(0), 'utf8')).toMatch(/^line 0\n(line \d+\n){98}line 99\n$/)
    expect(totals).toMatchObject({ files: 1, bytesWritten: 790 })
  })

  it('creates files with mode 0640', () => {
    const { writer, pathOf } = setUp()
    append(writer, 0, 'a')
    writer.finish()
    expect(fs.statSync(pathOf(0)).mode & 0o777).toBe(0o640)
  })

  it('creates no file to which nothing is appended', () => {
    const { writer, folder } = setUp()
    append(writer, 3, '')
    writer.close(3)
    writer.close(1000)
    writer.finish()
    expect(filesOf(folder)).toEqual({})
  })

  it('writes bulk data in pieces of the largest page', () => {
    const { writer, pathOf } = setUp()
    const write = vi.spyOn(fs, 'writeSync')
    const bytes = new Uint8Array(1460).map((_, i) => i)
    for (let i = 0; i < 300; i++) writer.append(0, bytes, 0, bytes.length)
    writer.finish()
    expect(write.mock.calls.map((call) => call[3])).toEqual([131072, 131072, 131072, 438000 - 3 * 131072])
    expect(readFileSync(pathOf(0)).equals(Buffer.concat(Array.from({ length: 300 }, () => bytes)))).toBe(true)
  })

  it('continues a file after close and begins another after release', () => {
    const { writer, folder, generations } = setUp()
    append(writer, 7, 'ab')
    writer.close(7)
    append(writer, 7, 'cd')
    writer.release(7)
    generations[7] = 1
    append(writer, 7, 'ef')
    writer.finish()
    expect(filesOf(folder)).toEqual({ '7.0': 'abcd', '7.1': 'ef' })
  })

  it('leaves long runs of zeros out of the file, also at its end', () => {
    const { writer, pathOf } = setUp()
    append(writer, 0, 'a')
    writer.appendZeros(0, 2 ** 33)
    append(writer, 0, 'b')
    writer.appendZeros(0, 2 ** 32)
    writer.finish()
    const stats = fs.statSync(pathOf(0))
    expect(stats.size).toBe(2 ** 33 + 2 ** 32 + 2)
    expect(stats.blocks * 512).toBeLessThan(1024 * 1024)
    const descriptor = fs.openSync(pathOf(0), 'r')
    const found = Buffer.alloc(3)
    fs.readSync(descriptor, found, 0, 3, 2 ** 33)
    fs.closeSync(descriptor)
    expect([...found]).toEqual([0, 98, 0])
  })

  it('never touches a file that exists, and says how to', () => {
    const { writer, pathOf, totals } = setUp()
    writeFileSync(pathOf(0), 'precious')
    append(writer, 0, 'a')
    writer.close(0)
    expect(totals.failureTexts).toEqual([
      `Cannot write "${pathOf(0)}": file exists (use --force to replace it)`,
    ])
    expect(readFileSync(pathOf(0), 'utf8')).toBe('precious')
  })

  it('follows no symbolic link', () => {
    const { writer, pathOf, folder, totals } = setUp()
    symlinkSync(join(folder, 'elsewhere'), pathOf(0))
    append(writer, 0, 'a')
    writer.close(0)
    expect(totals.failures).toBe(1)
    expect(fs.existsSync(join(folder, 'elsewhere'))).toBe(false)
  })

  it('replaces what exists when forced: a link itself, not what it points to', () => {
    const { writer, pathOf, folder, totals } = setUp({ isForced: true })
    writeFileSync(join(folder, 'elsewhere'), 'precious')
    symlinkSync(join(folder, 'elsewhere'), pathOf(0))
    writeFileSync(pathOf(1), 'a longer text from before')
    append(writer, 0, 'a')
    append(writer, 1, 'b')
    writer.close(1)
    append(writer, 1, 'c')
    writer.finish()
    expect(filesOf(folder)).toEqual({ '0.0': 'a', '1.0': 'bc', elsewhere: 'precious' })
    expect(fs.lstatSync(pathOf(0)).isSymbolicLink()).toBe(false)
    expect(totals.files).toBe(2)
  })

  it('names the path and the reason when a write fails, and finishes short writes', () => {
    const { writer, pathOf } = setUp()
    const real = fs.writeSync as (...args: [number, Uint8Array, number, number, number]) => number
    let calls = 0
    const shortWrite: typeof real = (descriptor, bytes, from, length, position) => {
      calls += 1
      if (calls === 3) {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      }
      return real(descriptor, bytes, from, Math.min(length, 2), position)
    }
    vi.spyOn(fs, 'writeSync').mockImplementation(shortWrite as typeof fs.writeSync)
    append(writer, 0, 'abc')
    writer.close(0)
    expect(readFileSync(pathOf(0), 'utf8')).toBe('abc')
    append(writer, 1, 'abc')
    expect(() => writer.close(1)).toThrow(`Cannot write "${pathOf(1)}": no space left on device (ENOSPC)`)
  })

  it('writes the other files when one of them fails at the end', () => {
    const { writer, folder, pathOf } = setUp()
    const real = fs.openSync
    vi.spyOn(fs, 'openSync').mockImplementation(((path: string, flags: number, mode: number): number => {
      if (path === pathOf(1)) throw Object.assign(new Error('ENOSPC: no space, open'), { code: 'ENOSPC' })
      return real(path, flags, mode)
    }) as typeof fs.openSync)
    for (const file of [0, 1, 2]) append(writer, file, 'abc')
    expect(() => writer.finish()).toThrow(`Cannot write "${pathOf(1)}"`)
    expect(Object.values(filesOf(folder))).toEqual(['abc', 'abc'])
  })

  it('closes one of its own files and tries again when the process has no descriptor left', () => {
    const { writer, folder } = setUp({ slots: 10 })
    const real = fs.openSync
    const close = vi.spyOn(fs, 'closeSync')
    let isShort = false
    vi.spyOn(fs, 'openSync').mockImplementation(((path: string, flags: number, mode: number): number => {
      if (isShort && close.mock.calls.length === 0) {
        throw Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE' })
      }
      return real(path, flags, mode)
    }) as typeof fs.openSync)
    const bulk = new Uint8Array(200_000).fill(0x61)
    writer.append(0, bulk, 0, bulk.length)
    isShort = true
    writer.append(1, bulk, 0, bulk.length)
    expect(close).toHaveBeenCalledTimes(1)
    expect(openFilesBelow(folder)).toBe(1)
    writer.finish()
    expect(Object.values(filesOf(folder)).map((content) => content.length)).toEqual([200_000, 200_000])
  })
})

type Step =
  | { kind: 'append'; writer: number; file: number; content: Uint8Array }
  | { kind: 'zeros'; writer: number; file: number; count: number }
  | { kind: 'close' | 'release'; writer: number; file: number }

const FILES = 12
const place = { writer: fc.nat(1), file: fc.nat(FILES - 1) }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      ...place,
      content: fc.uint8Array({ maxLength: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      ...place,
      content: fc.uint8Array({ minLength: 500, maxLength: 900 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('zeros' as const), ...place, count: fc.nat(600) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('close' as const, 'release' as const), ...place }),
  },
)

// Pages of 8, 64 and 512 bytes, one or two blocks of them: everything is always short.
it('writes what a map of byte strings holds, within the fd budget of two writers, and gives every slot back', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 1, max: 2 }),
      (steps, slots, blocks) => {
        const { folder, budget, generations, makeWriter, totals } = setUp({
          slots,
          workers: 2,
          unitBytes: 8,
          blocks,
        })
        const writers = [makeWriter('a'), makeWriter('b')]
        const model = new Map<string, Buffer>()
        for (const s of steps) {
          const writer = writers[s.writer]!
          const file = 2 * s.file + s.writer
          const name = `${file}.${generations[file] ?? 0}${'ab'[s.writer]}`
          if (s.kind === 'append') {
            const bytes = s.content.slice()
            writer.append(file, bytes, 0, bytes.length)
            bytes.fill(0xee)
            if (bytes.length > 0)
              model.set(name, Buffer.concat([model.get(name) ?? Buffer.alloc(0), s.content]))
          } else if (s.kind === 'zeros') {
            writer.appendZeros(file, s.count)
            if (s.count > 0)
              model.set(name, Buffer.concat([model.get(name) ?? Buffer.alloc(0), Buffer.alloc(s.count)]))
          } else if (s.kind === 'close') {
            writer.close(file)
          } else {
            writer.release(file)
            generations[file] = (generations[file] ?? 0) + 1
          }
          expect(openFilesBelow(folder)).toBeLessThanOrEqual(slots)
        }
        for (const writer of writers) writer.finish()
        const expected = [...model].map(([name, bytes]) => [name, bytes.toString('latin1')])
        expect(filesOf(folder)).toEqual(Object.fromEntries(expected))
        expect(openFilesBelow(folder)).toBe(0)
        expect(budget.takenSlots).toBe(0)
        expect(totals.files).toBe(model.size)
        fs.rmSync(folder, { recursive: true })
      },
    ),
    { numRuns: 150 },
  )
})
