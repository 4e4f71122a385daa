import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { COMMAND_TABLE } from '../../src/cli/command-table.js'
import { OPTION_TABLE } from '../../src/cli/option-table.js'

const OPTIONS = [...OPTION_TABLE, ...COMMAND_TABLE.flatMap(({ options }) => options)]

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

const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it.each(pages)('%s leads to files and headings that exist', (page) => {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)]
  const broken = links.filter(([, path, anchor]) => {
    const target = path === '' ? page : join(dirname(page), path!)
    if (!existsSync(target)) return true
    return anchor !== undefined && statSync(target).isFile() && !anchorsOf(target).includes(anchor)
  })
  expect(broken.map(([link]) => link)).toEqual([])
})
