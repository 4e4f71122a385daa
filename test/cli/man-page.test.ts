import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { manPage } from '../../docs/man/man-page.mjs'
import { OPTION_GROUPS, OPTION_TABLE } from '../../src/cli/option-table.js'
import { packageVersion } from '../../src/version.js'

const page = manPage(OPTION_TABLE, OPTION_GROUPS, packageVersion())

it('docs/man/pcap2conn.1 is what `npm run man` makes of the option table', () => {
  expect(readFileSync('docs/man/pcap2conn.1', 'utf8')).toBe(page)
})

it('manPage() has every option with its names, its value and what it says', () => {
  const shown = page
    .replaceAll('\\-', '-')
    .replaceAll('\\e', '\\')
    .replace(/\\f[BIR]/g, '')
  for (const { name, letter, value, help } of OPTION_TABLE) {
    const names = `${letter === undefined ? '' : `-${letter}, `}--${name}${value === undefined ? '' : ` ${value}`}`
    expect(shown).toContain(`.TP\n${names}\n${help}\n`)
  }
})

it('manPage() has no text that roff takes for a request', () => {
  const requests = page.split('\n').filter((line) => /^[.']/.test(line))
  expect(requests.filter((line) => !/^\.(\\"|TH|SH|SS|TP|PP|EX|EE|br|B|BR|RI|RB|IR) ?/.test(line))).toEqual(
    [],
  )
})
