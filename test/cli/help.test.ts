import { expect, it } from 'vitest'
import { helpText } from '../../src/cli/help.js'
import { OPTION_TABLE } from '../../src/cli/option-table.js'

it('helpText() fits 100 columns', () => {
  expect(
    helpText()
      .split('\n')
      .filter((line) => line.length > 100),
  ).toEqual([])
})

it.each(OPTION_TABLE.map((row) => [row.name, row] as const))('helpText() shows --%s once', (_name, row) => {
  const letter = row.letter === undefined ? '    ' : `-${row.letter}, `
  const heads = helpText()
    .split('\n')
    .filter((line) => line.startsWith(`  ${letter}--${row.name} `))
  expect(heads).toHaveLength(1)
})

it('helpText() is grouped and ends with examples and exit codes', () => {
  const headings = helpText().match(/^[A-Z][\w ]+:/gm)
  expect(headings).toEqual([
    'Usage:',
    'Input:',
    'Live capture:',
    'Output:',
    'Contents:',
    'Reassembly:',
    'Resources:',
    'Report:',
    'Examples:',
    'Exit codes:',
  ])
})

it('no two options share a name or a letter', () => {
  const names = OPTION_TABLE.flatMap(({ name, letter }) => (letter === undefined ? [name] : [name, letter]))
  expect(new Set(names).size).toBe(names.length)
})
