import { existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.js'
import { packageVersion } from '../../src/version.js'
import * as program from '../support/program.js'
import { datagramCapture } from './datagram-capture.js'

const NAME = '20240305093000-UDP-10.0.0.1.1000-10.0.0.2.53'
const ANSWERS_AT_ONCE_MS = 5_000 // far above what it takes: the machine may be busy

let folder: string
const inFolder = (name: string) => join(folder, name)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-cli-'))
  writeFileSync(inFolder('a.pcap'), datagramCapture('hello ', 'world'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs the program in the folder of the test. */
async function runProgram(args: readonly string[], options: program.ProgramOptions = {}) {
  return shown(await program.runProgram(args, { cwd: folder, ...options }))
}

function shown({ code, stdout, stderr }: program.ProgramResult) {
  return { exitCode: code, stdout: stdout.toString('latin1'), stderr }
}

/** Every file below a folder by its path there, as Latin-1 text; nothing when there is no such folder. */
function treeOf(path: string): Record<string, string> {
  if (!existsSync(path)) return {}
  const files = [...program.readTree(path)]
  return Object.fromEntries(files.map(([name, content]) => [name, content.toString('latin1')]))
}

describe('the program', () => {
  it('prints its version', async () => {
    expect(await runProgram(['--version'])).toEqual({
      exitCode: 0,
      stdout: `${packageVersion()}\n`,
      stderr: '',
    })
  })

  it('prints its help on standard output', async () => {
    const { exitCode, stdout, stderr } = await runProgram(['-h'])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Usage: pcap2conn [options]')
  })

  // [arguments, what the sentence says]
  const badUsage: [string[], string][] = [
    [[], 'No input: '],
    [['a.pcap', '-f', 'abc'], 'Cannot use -f/--max-file-desc abc: '],
    [['a.pcap', '--nope'], 'Unknown option --nope: '],
    [['a.pcap', '-e', 'tcp port'], 'Cannot use -e/--filter "tcp port": column 9: expected '],
    [['-i', 'lo', 'a.pcap'], 'Cannot use -i/--interface with an input (a.pcap): '],
    [['-l', 'a.pcap'], 'Cannot use -l/--list-interfaces with '],
    [['a.pcap', '--duration', '5'], 'Cannot use --duration without -i/--interface: '],
    [['a.pcap', '--index', 'x.xml'], 'Cannot use --index x.xml: '],
  ]
  it.each(badUsage)('answers %j with one sentence and 2, and writes nothing', async (args, sentence) => {
    const startedAt = performance.now()
    const { exitCode, stdout, stderr } = await runProgram([...args, '-o', 'out'])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^pcap2conn: [^\n]+\n$/)
    expect(stderr).toContain(sentence)
    expect(existsSync(inFolder('out'))).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(ANSWERS_AT_ONCE_MS)
  })

  it('writes connections, says so on standard error, and nothing on standard output', async () => {
    const { exitCode, stdout, stderr } = await runProgram(['-r', 'a.pcap', '-o', 'out/deep', '--utc'])
    expect([exitCode, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^inputs {7}1 file read\npackets {6}2 = /)
    expect(treeOf(inFolder('out'))).toEqual({ [`deep/${NAME}.txt`]: 'hello world' })
  })

  it('names files in the local zone without --utc', async () => {
    await runProgram(['a.pcap', '-o', 'out', '-q'], { env: { TZ: 'Etc/GMT-2' } })
    expect(Object.keys(treeOf(inFolder('out')))).toEqual(['20240305113000-UDP-10.0.0.1.1000-10.0.0.2.53.txt'])
  })

  it('reads standard input', async () => {
    const { exitCode, stderr } = await runProgram(['-', '-o', 'out', '--utc', '-q'], {
      stdin: datagramCapture('x'),
    })
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(treeOf(inFolder('out'))).toEqual({ [`${NAME}.txt`]: 'x' })
  })

  it('works with fewer files than workers', async () => {
    const { exitCode } = await runProgram(['a.pcap', '-o', 'out', '--utc', '-q', '-f', '1', '--workers', '4'])
    expect(exitCode).toBe(0)
    expect(treeOf(inFolder('out'))).toEqual({ [`${NAME}.txt`]: 'hello world' })
  })

  it('reads on when one input is not there, names it, and answers 1', async () => {
    const { exitCode, stderr } = await runProgram(['nowhere.pcap', 'a.pcap', '-o', 'out', '--utc', '-q'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('nowhere.pcap')
    expect(treeOf(inFolder('out'))).toEqual({ [`${NAME}.txt`]: 'hello world' })
  })

  it('keeps what a truncated capture has, names it and the offset, and answers 1', async () => {
    const whole = datagramCapture('hello ', 'world')
    writeFileSync(inFolder('cut.pcap'), whole.subarray(0, -3))
    const { exitCode, stderr } = await runProgram(['cut.pcap', '-o', 'out', '--utc', '-q'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/"cut\.pcap" at byte \d+: /)
    expect(treeOf(inFolder('out'))).toEqual({ [`${NAME}.txt`]: 'hello ' })
  })

  it('never touches a connection file that exists without --force, and names it', async () => {
    const file = inFolder(`${NAME}.txt`)
    writeFileSync(file, 'mine')
    const refused = await runProgram(['a.pcap', '--utc', '-q'])
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain(`${NAME}.txt`)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await runProgram(['a.pcap', '--utc', '-q', '--force'])).exitCode).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('hello world')
  })

  it('writes only payload to standard output with -c, and no files', async () => {
    const before = Object.keys(treeOf(folder))
    expect(await runProgram(['a.pcap', '-cq'])).toEqual({
      exitCode: 0,
      stdout: 'hello world',
      stderr: '',
    })
    expect(Object.keys(treeOf(folder))).toEqual(before)
  })

  it('writes the index to standard output with --index -', async () => {
    const { exitCode, stdout } = await runProgram(['a.pcap', '--no-write', '--index', '-', '-o', 'out'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ 'id.orig_h': '10.0.0.1', proto: 'udp', orig_bytes: 11 })
    expect(treeOf(inFolder('out'))).toEqual({})
  })

  it('writes the summary to standard output with --summary -', async () => {
    const { exitCode, stdout } = await runProgram(['a.pcap', '-o', 'out', '--summary', '-'])
    const summary = JSON.parse(stdout) as Summary
    expect(exitCode).toBe(0)
    expect(Object.keys(summary).slice(0, 4)).toEqual(['version', 'seconds', 'workers', 'inputs'])
    expect(summary).toMatchObject({
      version: packageVersion(),
      inputs: [{ path: 'a.pcap', packets: 2, status: 'ok', problems: [] }],
      packets: {
        read: 2,
        filtered: 0,
        not_ip: 0,
        malformed: 0,
        fragments: 0,
        duplicates: 0,
        other_shard: 0,
        delivered: 2,
      },
      connections: { total: 1, udp: 1 },
      bytes: { payload: 11, missing: 0, written: 11 },
      files: 1,
      errors: [],
    })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('writes out what it has received at %s and answers %d', async (signal, exitCode) => {
    const { child, result } = program.startProgram(['-', '-o', 'out', '--utc', '--progress', 'always'], {
      cwd: folder,
    })
    child.stdin.write(datagramCapture('hello'))
    child.stderr.on('data', (text: Buffer) => {
      if (/^[1-9]\d* B, /.test(text.toString())) child.kill(signal) // a progress line: the capture has been received
    })
    expect((await result).code).toBe(exitCode)
    expect(treeOf(inFolder('out'))).toEqual({ [`${NAME}.txt`]: 'hello' })
  })

  it('ends when the reader of standard output has gone', async () => {
    writeFileSync(
      inFolder('long.pcap'),
      datagramCapture(...Array.from({ length: 2_000 }, () => 'x'.repeat(1_000))),
    )
    const { child, result } = program.startProgram(['long.pcap', '-c'], { cwd: folder })
    child.stdout.destroy()
    const { exitCode, stderr } = shown(await result)
    expect([exitCode, stderr]).toEqual([1, ''])
  })
})

it.each([
  ['--summary', 'c.json'],
  ['--index', './c.json.jsonl'],
  ['--report', 'r.html'],
])('%s never takes the place of the file of --config, by whatever name', (option, path) =>
  program.withFolder(async (folder) => {
    writeFileSync(join(folder, 'c.json'), '{"force": true}')
    if (path !== 'c.json') linkSync(join(folder, 'c.json'), join(folder, path))
    writeFileSync(join(folder, 'a.pcap'), readFileSync('fixtures/dns.pcap'))
    const args = ['a.pcap', '-o', 'out', '-q', '--config', 'c.json', option, path]
    const { code, stderr } = await program.runProgram(args, { cwd: folder })
    expect([code, stderr]).toEqual([2, `pcap2conn: Cannot write "${path}": it is the file of --config\n`])
    expect(readFileSync(join(folder, 'c.json'), 'utf8')).toBe('{"force": true}')
    expect(readdirSync(folder)).not.toContain('out')
  }),
)
