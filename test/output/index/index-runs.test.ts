import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import {
  compareRecords,
  IndexRuns,
  RUN_HEADER_BYTES,
  recordBytes,
} from '../../../src/output/index/index-runs.js'
import { tempFolder } from '../support.js'

function setUp(bufferBytes: number) {
  const budget = new FdBudget(FdBudget.allocate(1, 1))
  const folder = tempFolder()
  return new IndexRuns(new FileSlots(budget), folder, 'w0', bufferBytes)
}

const uid = (text: string): string => text.padEnd(18, '0')

function linesOf(path: string): string[] {
  const bytes = readFileSync(path)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += recordBytes(bytes, at)) {
    lines.push(bytes.toString('utf8', at + RUN_HEADER_BYTES, at + recordBytes(bytes, at)))
  }
  return lines
}

describe('IndexRuns', () => {
  it('sorts by second, nanosecond and uid', () => {
    const runs = setUp(4096)
    runs.add(2, 0, uid('Ca'), 'fourth')
    runs.add(1, 7, uid('Cb'), 'third')
    runs.add(1, 7, uid('CZ'), 'second')
    runs.add(1, 6, uid('Cz'), 'first')
    const [path] = runs.finish()
    expect(linesOf(path!)).toEqual(['first\n', 'second\n', 'third\n', 'fourth\n'])
  })

  it('writes a run when the buffer is full, and takes a record that is longer than the buffer', () => {
    const runs = setUp(100)
    const long = 'x'.repeat(300_000)
    runs.add(1, 0, uid('Ca'), 'one')
    runs.add(1, 0, uid('Cb'), 'two')
    runs.add(1, 0, uid('Cc'), long)
    runs.add(1, 0, uid('Cd'), 'four')
    expect(runs.finish().map(linesOf)).toEqual([['one\n', 'two\n'], [`${long}\n`], ['four\n']])
  })

  it('has no runs when there are no records', () => {
    expect(setUp(100).finish()).toEqual([])
  })
})

describe('compareRecords()', () => {
  it('falls back to the text, so that equal names have one order', () => {
    const runs = setUp(4096)
    runs.add(1, 0, uid('Ca'), 'b')
    runs.add(1, 0, uid('Ca'), 'a')
    const bytes = readFileSync(runs.finish()[0]!)
    const second = recordBytes(bytes, 0)
    expect(compareRecords(bytes, 0, bytes, second)).toBeLessThan(0)
    expect(compareRecords(bytes, 0, bytes, 0)).toBe(0)
  })
})
