import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/main.js'
import type { Config } from '../../src/config/config.js'
import { ConfigError, OutputError } from '../../src/errors.js'
import type { RunHooks } from '../../src/pipeline/hooks.js'
import { type Summary, withFailure } from '../../src/summary.js'
import { packageVersion } from '../../src/version.js'
import { fakeTerminal } from './fake-terminal.js'
import { sampleSummary } from './sample-summary.js'

type Run = (config: Config, hooks: RunHooks) => Promise<Summary>

const runConversion = vi.hoisted(() => vi.fn<Run>())
vi.mock('../../src/pipeline/run.js', () => ({ runConversion }))

const folder = mkdtempSync(join(tmpdir(), 'main-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(() => {
  runConversion.mockReset()
  runConversion.mockImplementation(async (_config, hooks) => {
    hooks.beforeOutput?.()
    return sampleSummary()
  })
})

async function start(...args: string[]) {
  const terminal = fakeTerminal()
  const exitCode = await main(args, terminal)
  return { exitCode, stdout: terminal.stdout.text, stderr: terminal.stderr.text }
}

describe('main()', () => {
  it('prints the version and nothing else', async () => {
    expect(await start('-v')).toEqual({ exitCode: 0, stdout: `${packageVersion()}\n`, stderr: '' })
  })

  it('prints the help and nothing else', async () => {
    const { exitCode, stdout, stderr } = await start('--help')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^pcap2conn: .*\n\nUsage: /)
  })

  it('prints a completion script and nothing else', async () => {
    const { exitCode, stdout, stderr } = await start('completion', 'bash')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/complete .*pcap2conn\n$/)
    expect((await start('completion', 'cmd')).exitCode).toBe(2)
  })

  it('answers bad usage with one sentence and 2, and does nothing', async () => {
    const sentence = 'pcap2conn: Cannot use --workers many: must be an integer from 1 to 256\n'
    expect(await start('a', '--workers', 'many')).toEqual({ exitCode: 2, stdout: '', stderr: sentence })
    expect(runConversion).not.toHaveBeenCalled()
  })

  it('asks for an input when there is none', async () => {
    const { exitCode, stderr } = await start()
    expect([exitCode, stderr]).toEqual([
      2,
      'pcap2conn: No input: name a capture file, a folder, a glob, or - for standard input\n',
    ])
  })

  it('escapes what was typed', async () => {
    const sentence = 'pcap2conn: Unknown option --\\x1b[2J: pcap2conn --help shows the options\n'
    expect((await start('--\x1b[2J')).stderr).toBe(sentence)
  })

  it('runs and reports on standard error', async () => {
    const { exitCode, stdout, stderr } = await start('a.pcap', '-o', 'out')
    expect([exitCode, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^inputs {7}1 file read\npackets .*\n(?:.*\n){4}$/)
    expect(runConversion.mock.calls[0]?.[0]).toMatchObject({ inputs: ['a.pcap'], outputDir: 'out' })
  })

  it('says nothing when it is to be quiet', async () => {
    expect(await start('a.pcap', '-q')).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('names errors even when it is to be quiet', async () => {
    runConversion.mockImplementation(async () =>
      withFailure(sampleSummary(), { kind: 'output', message: 'Cannot write "x"' }),
    )
    expect(await start('a.pcap', '-q')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error        Cannot write "x"\n',
    })
  })

  it('paints errors red on a terminal', async () => {
    vi.stubEnv('TERM', 'xterm')
    vi.stubEnv('NO_COLOR', '')
    const terminal = fakeTerminal({ stderrIsTTY: true })
    expect(await main(['--nope'], terminal)).toBe(2)
    vi.unstubAllEnvs()
    expect(terminal.stderr.text.startsWith('\x1b[31mpcap2conn: ')).toBe(true)
  })

  it('hands the pipeline its streams', async () => {
    const terminal = fakeTerminal({ stdoutIsTTY: true })
    await main(['a', '-c', '-q'], terminal)
    expect(runConversion.mock.calls[0]?.[1]).toMatchObject({ stdout: terminal.stdout, isTerminal: true })
    expect(runConversion.mock.calls[0]?.[1]).not.toHaveProperty('stdin')
  })

  it('hands the pipeline standard input when it is to be read', async () => {
    const terminal = fakeTerminal()
    await main(['-', '-q'], terminal)
    expect(runConversion.mock.calls[0]?.[1].stdin).toBe(terminal.stdin)
  })

  it('reads no capture from a keyboard', async () => {
    const terminal = fakeTerminal({ stdinIsTTY: true })
    expect(await main(['-'], terminal)).toBe(2)
    expect(terminal.stderr.text).toBe(
      'pcap2conn: Cannot use -r/--input-file -: standard input is a terminal\n',
    )
  })

  it('shows progress', async () => {
    runConversion.mockImplementation(async (_config, hooks) => {
      hooks.onProgress?.({ bytesRead: 1, bytesTotal: 2, packets: 3, connections: 4, input: 'a' })
      vi.advanceTimersByTime(10_000)
      vi.useRealTimers()
      return sampleSummary()
    })
    vi.useFakeTimers({ toFake: ['setInterval', 'performance'] })
    expect((await start('a')).stderr).toMatch(
      /^50 % of 2 B, 3 packets \(0\/s\), 4 connections, 10 s left: a\n/,
    )
  })

  it('writes the summary to a file that appears whole, in a folder that it makes', async () => {
    expect((await start('a', '-q', '--summary', path('deep/s.json'))).exitCode).toBe(0)
    expect(JSON.parse(readFileSync(path('deep/s.json'), 'utf8'))).toEqual(sampleSummary())
  })

  it('writes the summary to standard output', async () => {
    const { stdout } = await start('a', '--summary', '-')
    expect(JSON.parse(stdout)).toEqual(sampleSummary())
  })

  it('says that the summary could not be written', async () => {
    writeFileSync(path('file'), '')
    const { exitCode, stderr } = await start('a', '-q', '--summary', path('file/s.json'))
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^pcap2conn: Cannot write ".*file\/s\.json": .*\n$/)
  })

  it.each(['--summary', '--index'])('never touches an existing file without --force (%s)', async (option) => {
    const file = path(`kept${option}.jsonl`)
    writeFileSync(file, 'mine')
    const refused = await start('a', '-q', option, file)
    expect(refused).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `pcap2conn: Cannot write "${file}": file exists (use --force to replace it)\n`,
    })
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await start('a', '-q', option, file, '--force')).exitCode).toBe(0)
  })

  // [name, what the run rejects with, exit code, standard error]
  const failures: [string, unknown, number, RegExp][] = [
    [
      'an output that cannot be written',
      new OutputError('Cannot make folder "x"', 'x'),
      1,
      /^pcap2conn: Cannot make folder "x"\n$/,
    ],
    [
      'an option that only the run could check',
      new ConfigError('Cannot use x'),
      2,
      /^pcap2conn: Cannot use x\n$/,
    ],
    ['a bug, with its place', new Error('bug: 5'), 70, /^pcap2conn: Error: bug: 5\n +at /],
    ['something that is no error', 'odd', 70, /^pcap2conn: odd\n$/],
  ]
  it.each(failures)('explains %s', async (_name, reason, exitCode, stderr) => {
    runConversion.mockRejectedValue(reason)
    const result = await start('a', '-q')
    expect(result.exitCode).toBe(exitCode)
    expect(result.stderr).toMatch(stderr)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
    ['SIGXCPU', 152],
  ] as const)('ends the run early at %s and answers %d', async (signal, code) => {
    runConversion.mockImplementation(async (_config, hooks) => {
      process.emit(signal, signal)
      expect(hooks.signal?.aborted).toBe(true)
      return sampleSummary()
    })
    const { exitCode, stderr } = await start('a', '--summary', path(`${signal}.json`))
    expect(exitCode).toBe(code)
    expect(stderr).toMatch(/^Interrupted: .*\ninputs /)
    expect(existsSync(path(`${signal}.json`))).toBe(true)
  })

  it('leaves no signal handler behind', async () => {
    const before = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
    await start('a', '-q')
    expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(before)
  })

  it('ends quietly with 1 when the reader of standard output has gone', async () => {
    const terminal = fakeTerminal()
    runConversion.mockImplementation(async (_config, hooks) => {
      terminal.stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      await new Promise(setImmediate)
      expect(hooks.signal?.aborted).toBe(true)
      return sampleSummary()
    })
    expect(await main(['a', '-c'], terminal)).toBe(1)
    expect(terminal.stderr.text).toBe('')
  })

  it('says why standard output could not be written otherwise', async () => {
    const terminal = fakeTerminal()
    runConversion.mockImplementation(async () => {
      terminal.stdout.destroy(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
      await new Promise(setImmediate)
      return sampleSummary()
    })
    expect(await main(['a', '-c', '-q'], terminal)).toBe(75)
    expect(terminal.stderr.text).toBe('pcap2conn: Cannot write to standard output: no space left\n')
  })
})
