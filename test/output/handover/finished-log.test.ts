import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { FinishedLog, finishedLogPath } from '../../../src/output/handover/finished-log.js'
import { openFilesBelow, tempFolder } from '../support.js'

function setUp() {
  const folder = join(tempFolder())
  const budget = new FdBudget(FdBudget.allocate(1, 1))
  return {
    folder,
    budget,
    log: new FinishedLog(new FileSlots(budget), folder, 3),
    path: finishedLogPath(folder, 3),
  }
}

describe('FinishedLog', () => {
  it('writes whole lines when enough are there, or when it is told to', () => {
    const { folder, budget, log, path } = setUp()
    log.flush()
    log.add('{"a":"ä"}\n')
    expect(existsSync(path)).toBe(false)
    log.flush()
    expect(readFileSync(path, 'utf8')).toBe('{"a":"ä"}\n')
    for (let i = 0; i < 16; i++) log.add(`${'x'.repeat(1024)}\n`)
    expect(readFileSync(path, 'utf8')).toBe(`{"a":"ä"}\n${`${'x'.repeat(1024)}\n`.repeat(16)}`)
    expect([budget.takenSlots, openFilesBelow(folder)]).toEqual([0, 0])
  })

  it('throws an OutputError that names the file when it cannot be written', () => {
    const { folder, budget, log, path } = setUp()
    rmSync(folder, { recursive: true })
    log.add('{}\n')
    expect(() => log.flush()).toThrow(`Cannot write "${path}": no such file or directory (ENOENT)`)
    expect(budget.takenSlots).toBe(0)
  })
})
