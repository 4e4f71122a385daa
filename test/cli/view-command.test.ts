import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { view } from '../../src/cli/view-command.js'
import { ConfigError, InputError } from '../../src/errors.js'
import { indexText } from '../report/records.js'
import { startProgram, withFolder } from '../support/program.js'
import { fakeTerminal } from './fake-terminal.js'

afterEach(() => vi.unstubAllEnvs())

it.each([
  ['no folder', [], 'No folder'],
  ['two folders', ['a', 'b'], 'one folder is shown at a time'],
  ['an index of another format', ['a', '--index', 'i.csv'], 'must be an index of JSON lines'],
  ['a port that there is not', ['a', '--port', '65536'], 'an integer from 0 to 65535'],
])('refuses %s', async (_name, args, message) => {
  await expect(view(args, fakeTerminal())).rejects.toThrow(ConfigError)
  await expect(view(args, fakeTerminal())).rejects.toThrow(message)
})

it('names a folder that is not there', async () => {
  await expect(view(['/nonexistent'], fakeTerminal())).rejects.toThrow(InputError)
})

it('serves until it is told to end', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'i.jsonl'), indexText([{}]))
    const { child, result } = startProgram(['view', folder, '--no-open'])
    const address = await new Promise<string>((resolve) => {
      child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()))
    })
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/)
    const part = (await (await fetch(`${address}api/connections`)).json()) as { total: number }
    expect(part.total).toBe(1)
    child.kill('SIGINT')
    expect(await result).toMatchObject({ code: 0, stderr: expect.stringContaining('until Ctrl-C') })
    await expect(fetch(address)).rejects.toThrow()
  }))

it('serves without opening a browser where no temporary file can be written, and says so', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'i.jsonl'), indexText([{}]))
    vi.stubEnv('TMPDIR', join(folder, 'none'))
    vi.stubEnv('TEMP', join(folder, 'none'))
    const terminal = fakeTerminal()
    expect(await view([folder], terminal, AbortSignal.abort())).toBe(0)
    expect(terminal.stdout.text).toMatch(/^http:/)
    expect(terminal.stderr.text).toContain('Cannot open a browser: ')
  }))

it('shows its help', async () => {
  const terminal = fakeTerminal()
  expect(await view(['--help'], terminal)).toBe(0)
  expect(terminal.stdout.text).toContain('Usage: pcap2conn view OUTDIR|ARCHIVE [options]')
})
