import { expect, it } from 'vitest'
import { suggestionFor } from '../../src/config/suggest.js'

const NAMES = [
  'filter',
  'force',
  'max-bytes',
  'max-file-desc',
  'output-dir',
  'overlap',
  'separate-sides',
  'utc',
]

// [what was typed, what was meant]
it.each([
  ['filtr', 'filter'],
  ['fliter', 'filter'],
  ['filter', 'filter'],
  ['separateSides', 'separate-sides'],
  ['maxbytes', 'max-bytes'],
  ['out', 'output-dir'],
  ['max', 'max-bytes'],
  ['utf', 'utc'],
  ['o', null],
  ['', null],
  ['nope', null],
  ['__proto__', null],
])('suggestionFor(%j) is %j', (typed, meant) => {
  expect(suggestionFor(typed, NAMES)).toBe(meant)
})
