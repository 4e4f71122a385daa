import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/main.js'
import { tempFolder } from '../output/support.js'
import { fakeTerminal } from './fake-terminal.js'

const runConversion = vi.hoisted(() => vi.fn())
vi.mock('../../src/pipeline/run.js', () => ({ runConversion }))

const began = process.cwd()
afterEach(() => {
  process.chdir(began)
  runConversion.mockReset()
})

// [arguments, command that was meant]
it.each([
  [['viw', 'out'], 'viw', 'view'],
  [['reprot', 'x.html'], 'reprot', 'report'],
  [['report5', 'x.html'], 'report5', 'report'],
  [['Inspect', 'a.pcap'], 'Inspect', 'inspect'],
  [['insp', 'a.pcap'], 'insp', 'inspect'],
  [['completions', 'zsh'], 'completions', 'completion'],
])('%j: says which command was probably meant, and converts nothing', async (args, word, meant) => {
  const terminal = fakeTerminal()
  expect(await main(args, terminal)).toBe(2)
  expect(terminal.stderr.text).toBe(`pcap2conn: No file and no command ${word}: did you mean ${meant}?\n`)
  expect(runConversion).not.toHaveBeenCalled()
})

it.each([
  ['a file of that name', ['viw']],
  ['a folder of that name', ['reports']],
  ['a glob', ['vie*']],
  ['a path', ['./vie']],
  ['an input of another name', ['a.pcap']],
  ['one that is not the first argument', ['a.pcap', 'vie']],
  ['the value of -r', ['-r', 'vie']],
])('converts %s', async (_name, args) => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'viw'), '')
  mkdirSync(join(folder, 'reports'))
  process.chdir(folder)
  runConversion.mockRejectedValue(new Error('reached'))
  const terminal = fakeTerminal()
  expect(await main([...args, '-q'], terminal)).toBe(70)
  expect(terminal.stderr.text).toContain('reached')
})
