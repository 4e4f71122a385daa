import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ZERO_BYTE } from '../../../src/output/chunk.js'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { FileTarget } from '../../../src/output/files/file-target.js'
import { FileWriter } from '../../../src/output/files/file-writer.js'
import { NewFiles } from '../../../src/output/files/new-files.js'
import { OpenFiles } from '../../../src/output/files/open-files.js'
import { blankOutputTotals } from '../../../src/output/output-totals.js'
import { pageArena } from '../../support/pages.js'
import { tempFolder } from '../support.js'

const pattern = (text: string): Uint8Array => new TextEncoder().encode(text)

it.each<[string, Uint8Array, number]>([
  ['zero bytes', ZERO_BYTE, 70_000],
  ['a pattern', pattern('\\u0000'), 10_000],
  ['a pattern a few times', pattern('00'), 3],
])('repeats %s', (_name, bytes, count) => {
  const folder = tempFolder()
  const budget = new FdBudget(FdBudget.allocate(1, 1))
  const files = new OpenFiles(new NewFiles(new FileSlots(budget), false, blankOutputTotals()), (file) =>
    join(folder, `${file}`),
  )
  const writer = new FileWriter(files, pageArena(1))
  const target = new FileTarget(writer)
  target.file = 5
  target.append(pattern('<>'), 0, 1)
  target.repeat(bytes, count)
  target.append(pattern('<>'), 1, 2)
  writer.finish()
  const expected = `<${Buffer.from(bytes).toString('latin1').repeat(count)}>`
  expect(readFileSync(join(folder, '5'), 'latin1') === expected).toBe(true)
})
