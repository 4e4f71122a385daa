import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { manPage } from '../../docs/man/man-page.mjs'
import { withOptions } from '../../docs/man/readme-options.mjs'
import { COMMAND_TABLE } from '../../src/cli/command-table.js'
import { OPTION_GROUPS, OPTION_TABLE, type OptionRow } from '../../src/cli/option-table.js'
import { packageVersion } from '../../src/version.js'

const page = manPage(OPTION_TABLE, OPTION_GROUPS, COMMAND_TABLE, packageVersion())

it('docs/man/pcap2conn.1 is what `npm run option-docs` makes of the tables of options and commands', () => {
  expect(readFileSync('docs/man/pcap2conn.1', 'utf8')).toBe(page)
})

it('README.md has the options as `npm run option-docs` shows them', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(withOptions(readme, OPTION_TABLE)).toBe(readme)
})

/** The page as it is read, with its requests. */
const shown = page
  .replaceAll('\\-', '-')
  .replaceAll('\\e', '\\')
  .replace(/\\f[BIR]/g, '')

function textOf({ name, letter, value, help }: OptionRow): string {
  const names = `${letter === undefined ? '' : `-${letter}, `}--${name}${value === undefined ? '' : ` ${value}`}`
  return `.TP\n${names}\n${help}\n`
}

it('manPage() has every option with its names, its value and what it says', () => {
  for (const option of OPTION_TABLE) expect(shown).toContain(textOf(option))
})

it.each(COMMAND_TABLE.map((row) => [row.name, row] as const))(
  'manPage() has the command %s with its usage and its options',
  (name, { operands, help, options }) => {
    const usage = `pcap2conn ${name} ${options.length > 0 ? '[options] ' : ''}${operands}`
    const [synopsis, sections] = shown.split('.SH DESCRIPTION')
    expect(synopsis).toContain(`.br\n${usage}\n`)
    const section = sections!.split('.SS ').find((text) => text.startsWith(`${name}\n`))
    expect(section).toContain(`${usage}\n.PP\n${help[0]!.toUpperCase()}${help.slice(1)}.\n`)
    for (const option of options) expect(section).toContain(textOf(option))
  },
)

it('manPage() has no text that roff takes for a request', () => {
  const requests = page.split('\n').filter((line) => /^[.']/.test(line))
  expect(requests.filter((line) => !/^\.(\\"|TH|SH|SS|TP|PP|EX|EE|br|B|BR|RI|RB|IR) ?/.test(line))).toEqual(
    [],
  )
})
