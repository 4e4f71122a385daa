import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { OPTION_TABLE } from '../../src/cli/option-table.js'
import { REPORT_OPTIONS } from '../../src/cli/report-command.js'
import { VIEW_OPTIONS } from '../../src/cli/view-command.js'

const OPTIONS = [...OPTION_TABLE, ...REPORT_OPTIONS, ...VIEW_OPTIONS]

const guides = readdirSync('docs').filter((name) => name.endsWith('.md'))

/** Every option in our commands and in the columns that name ours. */
function optionsOf(guide: string): string[] {
  const text = readFileSync(`docs/${guide}`, 'utf8')
  const commands = [...text.matchAll(/pcap2conn [^`\n|]*/g)].map(([command]) => command)
  return [...commands.join(' ').matchAll(/ (--?[a-z][\w-]*)/g)].map(([, option]) => option!)
}

it.each(guides)('docs/%s names no option that does not exist', (guide) => {
  const isKnown = (option: string) =>
    option.startsWith('--')
      ? OPTIONS.some(({ name }) => `--${name}` === option)
      : [...option.slice(1)].every((letter) => OPTIONS.some((row) => row.letter === letter))
  expect(optionsOf(guide).filter((option) => !isKnown(option))).toEqual([])
})

it.each(['from-tcpflow.md', 'from-wireshark.md'])('docs/%s names long options that exist', (guide) => {
  const named = [...readFileSync(`docs/${guide}`, 'utf8').matchAll(/`(--[a-z][a-z-]*)/g)].map(
    ([, option]) => option,
  )
  expect(named.filter((option) => !OPTION_TABLE.some(({ name }) => `--${name}` === option))).toEqual([])
})
