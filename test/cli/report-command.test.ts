import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { report } from '../../src/cli/report-command.js'
import { ConfigError, InputError, OutputError } from '../../src/errors.js'
import { indexText } from '../report/records.js'
import { runProgram, withFolder } from '../support/program.js'
import { fakeTerminal } from './fake-terminal.js'

const run = async (...args: string[]) => {
  const terminal = fakeTerminal()
  return { code: await report(args, terminal), terminal }
}

it('writes the page and says so', () =>
  withFolder(async (folder) => {
    const [index, page] = [join(folder, 'i.jsonl'), join(folder, 'r.html')]
    writeFileSync(index, indexText([{}]))
    expect((await run(page, '--from', index)).terminal.stderr.text).toMatch(/^Report on 1 connection: /)
    rmSync(page)
    writeFileSync(index, indexText([{}, {}]))
    const { code, terminal } = await run(page, '--from', index)
    expect([code, terminal.stderr.text]).toEqual([
      0,
      expect.stringMatching(/^Report on 2 connections: .*r\.html \([\d.]+ KiB\)\n$/),
    ])
    expect(readFileSync(page, 'utf8')).toContain('<title>Connections of i.jsonl</title>')
    await expect(run(page, '--from', index)).rejects.toThrow(OutputError)
    expect((await run(page, '--from', index, '--force', '-q', '--title', 'T & T')).terminal.stderr.text).toBe(
      '',
    )
    expect(readFileSync(page, 'utf8')).toContain('<title>T &amp; T</title>')
  }))

it.each([
  ['no page', ['--from', 'i.jsonl'], 'No output'],
  ['no index', ['r.html'], 'No index'],
  ['two pages', ['r.html', 's.html', '--from', 'i.jsonl'], 'a report is one page'],
  ['a page that would take the place of its index', ['i.jsonl', '--from', 'i.jsonl'], 'ends in .html'],
  ['an index of another format', ['r.html', '--from', 'i.csv'], 'must be an index of JSON lines'],
])('refuses %s', async (_name, args, message) => {
  await expect(run(...args)).rejects.toThrow(ConfigError)
  await expect(run(...args)).rejects.toThrow(message)
})

it('names an index that is not there', async () => {
  await expect(run('/nonexistent/r.html', '--from', '/nonexistent/i.jsonl')).rejects.toThrow(InputError)
})

it('shows its help within 106 columns', async () => {
  const { terminal } = await run('--help')
  expect(terminal.stdout.text).toContain('Usage: pcap2conn report OUT.html --from INDEX')
  expect(terminal.stdout.text.split('\n').filter((line) => line.length > 106)).toEqual([])
})

it('a run with --report leaves the page and no index, and one without files a page without links', () =>
  withFolder(async (folder) => {
    const page = join(folder, 'r.html')
    const args = ['fixtures/dns.pcap', '--no-write', '-q', '--report', page]
    expect((await runProgram(args)).code).toBe(0)
    expect(readdirSync(folder)).toEqual(['r.html'])
    expect(readFileSync(page, 'utf8')).toContain('"origFile":null')
    const again = await runProgram(args)
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('file exists')])
  }))

it.each([['the summary', ['--summary', './r.html'], '--report r.html: --summary has the same path']])(
  '--report is refused beside what it would lose: %s',
  async (_name, args, message) => {
    const { code, stderr } = await runProgram(['fixtures/dns.pcap', '-o', 'o', '--report', 'r.html', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  },
)

it('--report takes the name of a page only', async () => {
  const { code, stderr } = await runProgram(['fixtures/dns.pcap', '--no-write', '--report', 'r.pdf'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('a path that ends in .html')])
  expect(existsSync('r.pdf')).toBe(false)
})
