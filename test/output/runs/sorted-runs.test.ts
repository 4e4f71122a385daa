import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { RECORD_HEADER_BYTES, RECORD_LAYOUT, SortedRuns } from '../../../src/output/runs/sorted-runs.js'
import { tempFolder } from '../support.js'

function setUp(bufferBytes: number) {
  const budget = new FdBudget(FdBudget.allocate(1, 1))
  const folder = tempFolder()
  const runs = new SortedRuns(new FileSlots(budget), folder, 'w0', bufferBytes)
  const add = (sec: number, nsec: number, uid: string, content: string) =>
    runs.add(sec, nsec, uid.padEnd(18, '0'), Buffer.from(content))
  return { runs, add }
}

function contentsOf(path: string): string[] {
  const bytes = readFileSync(path)
  const contents: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const from = at + RECORD_HEADER_BYTES
    at = from + RECORD_LAYOUT.contentBytes(bytes, at)
    contents.push(bytes.toString('utf8', from, at))
  }
  return contents
}

describe('SortedRuns', () => {
  it('sorts by second, nanosecond, uid and content', () => {
    const { runs, add } = setUp(4096)
    add(2, 0, 'Ca', 'seventh')
    add(1, 7, 'Cb', 'sixth')
    add(1, 7, 'CZ', '5 fifth')
    add(1, 7, 'CZ', '4 fourth')
    add(1, 6, 'Cz', 'third')
    add(-1, 0, 'Cz', 'second')
    add(-1.5e9, 0, 'Cz', 'first')
    const [path] = runs.finish()
    expect(contentsOf(path!)).toEqual(['first', 'second', 'third', '4 fourth', '5 fifth', 'sixth', 'seventh'])
  })

  it('sorts whatever the times are, near each other or ages apart', () => {
    const sec = fc.oneof(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1_563_783_000, max: 1_563_784_000 }),
      fc.integer({ min: -(2 ** 53), max: 2 ** 53 }),
    )
    const nsec = fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 999, 1000, 1001, 999_999_999))
    fc.assert(
      fc.property(fc.array(fc.tuple(sec, nsec), { maxLength: 60 }), (times) => {
        const { runs, add } = setUp(2 ** 20)
        for (const [sec, nsec] of times) add(sec, nsec, 'C', `${sec} ${nsec}`)
        const sorted = [...times].sort((a, b) => a[0] - b[0] || a[1] - b[1])
        expect(runs.finish().flatMap(contentsOf)).toEqual(sorted.map(([sec, nsec]) => `${sec} ${nsec}`))
      }),
    )
  })

  it('writes a run when the buffer is full, and takes a record that is longer than the buffer', () => {
    const { runs, add } = setUp(100)
    const long = 'x'.repeat(300_000)
    add(1, 0, 'Ca', 'one')
    add(1, 0, 'Cb', 'two')
    add(1, 0, 'Cc', long)
    add(1, 0, 'Cd', 'four')
    expect(runs.finish().map(contentsOf)).toEqual([['one', 'two'], [long], ['four']])
  })

  it('sorts many records with one time without comparing each with each', () => {
    const { runs, add } = setUp(2 ** 23)
    for (let i = 0; i < 50_000; i++) add(1, 0, `C${(i * 7919) % 50_000}`.padStart(18, '0'), '')
    expect(runs.finish()).toHaveLength(1)
  })

  it('has no runs when there are no records', () => {
    expect(setUp(100).runs.finish()).toEqual([])
  })
})
