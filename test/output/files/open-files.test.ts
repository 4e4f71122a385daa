import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { NewFiles } from '../../../src/output/files/new-files.js'
import { OpenFiles } from '../../../src/output/files/open-files.js'
import { blankOutputTotals } from '../../../src/output/output-totals.js'
import { filesOf, openFilesBelow, tempFolder } from '../support.js'

const abc = new TextEncoder().encode('abc')

function setUp(slots: number, isForced = false) {
  const folder = tempFolder()
  const budget = new FdBudget(FdBudget.allocate(slots, 1))
  const totals = blankOutputTotals()
  const newFiles = new NewFiles(new FileSlots(budget), isForced, totals)
  const files = new OpenFiles(newFiles, (file) => join(folder, `${file}`))
  return { folder, budget, totals, newFiles, files }
}

describe('OpenFiles', () => {
  it('closes the file that was not written for the longest time when it needs a slot', () => {
    const { files, folder } = setUp(2)
    files.write(0, abc, 0, 1, 0)
    files.write(1, abc, 0, 1, 0)
    files.write(0, abc, 1, 2, 1)
    files.write(2, abc, 0, 3, 0) // closes 1
    expect(openFilesBelow(join(folder, '0'))).toBe(1)
    expect(openFilesBelow(join(folder, '1'))).toBe(0)
    expect(filesOf(folder)).toEqual({ 0: 'ab', 1: 'a', 2: 'abc' })
    for (const file of [0, 1, 2]) files.close(file)
  })

  it('never has more files open than there are slots, whichever outputs they are of', () => {
    const { files, newFiles, folder, budget } = setUp(1)
    const others = new OpenFiles(newFiles, (file) => join(folder, `other ${file}`))
    for (let round = 0; round < 3; round++) {
      for (const output of [files, others]) {
        for (const file of [0, 1]) {
          output.write(file, abc, round, round + 1, round)
          expect(openFilesBelow(folder)).toBe(1)
        }
      }
    }
    for (const output of [files, others]) for (const file of [0, 1]) output.close(file)
    expect(filesOf(folder)).toEqual({ 0: 'abc', 1: 'abc', 'other 0': 'abc', 'other 1': 'abc' })
    expect(budget.takenSlots).toBe(0)
  })

  it('gives up an open file for one that is written whole', () => {
    const { files, newFiles, folder, budget, totals } = setUp(1)
    files.write(0, abc, 0, 3, 0)
    newFiles.writeWhole(join(folder, 'whole'), abc, 1, 3)
    expect(openFilesBelow(folder)).toBe(0)
    expect(filesOf(folder)).toEqual({ 0: 'abc', whole: 'bc' })
    expect(totals).toMatchObject({ files: 2, bytesWritten: 5 })
    expect(budget.takenSlots).toBe(0)
  })

  it('gives a slot back when its file is closed, not before', () => {
    const folder = tempFolder()
    const openAtRelease: number[] = []
    const budget = new (class extends FdBudget {
      override release(): void {
        openAtRelease.push(openFilesBelow(folder))
        super.release()
      }
    })(FdBudget.allocate(3, 1))
    const newFiles = new NewFiles(new FileSlots(budget), false, blankOutputTotals())
    const files = new OpenFiles(newFiles, (file) => join(folder, `${file}`))
    for (const file of [0, 1, 2]) files.write(file, abc, 0, 3, 0)
    newFiles.writeWhole(join(folder, 'whole'), abc, 0, 3) // closes 0 for it
    for (const file of [1, 2]) files.close(file)
    expect(openAtRelease).toEqual([2, 2, 1])
  })

  it('gives the slot back when an open fails', () => {
    const { files, newFiles, folder, budget } = setUp(2)
    writeFileSync(join(folder, '1'), '')
    files.write(0, abc, 0, 3, 0)
    files.write(1, abc, 0, 3, 0)
    newFiles.writeWhole(join(folder, '1'), abc, 0, 3)
    expect(() => newFiles.writeWhole(join(folder, 'no', 'folder'), abc, 0, 3)).toThrow(
      `Cannot write "${join(folder, 'no', 'folder')}": no such file or directory (ENOENT)`,
    )
    files.close(0)
    expect(budget.takenSlots).toBe(0)
    expect(openFilesBelow(folder)).toBe(0)
  })

  const isThere = 'file exists (use --force to replace it)'
  // [what stands in its place, with --force, why it is given up]
  const taken: [string, boolean, string, (path: string) => void][] = [
    ['a folder', false, 'it is a folder', mkdirSync],
    ['a folder', true, 'it is a folder', mkdirSync],
    ['a file', false, isThere, (path) => writeFileSync(path, '')],
    ['a link', false, isThere, (path) => symlinkSync('nowhere', path)],
  ]
  it.each(taken)(
    'gives up %s, forced %s, says why, and goes on with others',
    (_what, isForced, why, place) => {
      const { files, newFiles, folder, totals, budget } = setUp(2, isForced)
      place(join(folder, '1'))
      files.write(0, abc, 0, 3, 0)
      files.write(1, abc, 0, 3, 0)
      files.write(1, abc, 0, 3, 3)
      newFiles.writeWhole(join(folder, '1'), abc, 0, 3)
      files.write(2, abc, 0, 3, 0)
      expect([0, 1, 2].map((file) => files.isGivenUp(file))).toEqual([false, true, false])
      expect(totals).toMatchObject({ files: 2, bytesWritten: 6, failures: 2 })
      expect(totals.failureTexts[0]).toBe(`Cannot write "${join(folder, '1')}": ${why}`)
      for (const file of [0, 1, 2]) files.close(file)
      files.forget(1)
      expect(files.isGivenUp(1)).toBe(false)
      expect(budget.takenSlots).toBe(0)
    },
  )

  it('keeps the texts of the first failures and counts the others', () => {
    const { files, folder, totals } = setUp(1, true)
    for (let file = 0; file < 30; file++) {
      mkdirSync(join(folder, `${file}`))
      files.write(file, abc, 0, 3, 0)
    }
    expect(totals.failures).toBe(30)
    expect(totals.failureTexts).toHaveLength(20)
  })
})
