import { readFileSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectClearEnd, expectSameTree, run, start, summaryIn, withCapture } from './fault-run.js'

// [what goes to standard output, arguments]
const writers: [string, string[]][] = [
  ['payload', ['capture.pcap', '-q', '-c']],
  ['payload as JSON lines', ['capture.pcap', '-q', '-c', '-j']],
  ['payload in hex', ['capture.pcap', '-q', '-c', '--hex']],
  ['the index', ['capture.pcap', '-q', '--no-write', '--index', '-']],
  ['the summary', ['capture.pcap', '-q', '--no-write', '--summary', '-']],
  ['an inspection', ['inspect', 'capture.pcap']],
  ['an inspection as JSON', ['inspect', 'capture.pcap', '--json']],
  ['the interfaces', ['-l']],
  ['the interfaces as JSON', ['-l', '-j']],
  ['the help', ['--help']],
  ['the help of inspect', ['inspect', '--help']],
  ['the help of report', ['report', '--help']],
  ['the help of view', ['view', '--help']],
  ['the version', ['--version']],
  ['a completion', ['completion', 'bash']],
]

describe('standard output', () => {
  // Other systems have no /dev/full.
  it.skipIf(platform() !== 'linux').each(writers)(
    'on a full disk for %s: one sentence and 75',
    (_what, args) =>
      withCapture(async (folder) => {
        const result = await run(folder, args, { shell: 'exec >/dev/full' })
        expectClearEnd(
          folder,
          result,
          75,
          /^(?:pcap2conn: |error +)Cannot write [^\n]*standard output[^\n]*ENOSPC[^\n]*\n$/,
        )
      }),
  )

  it.each(writers.filter((_, i) => i % 2 === 0))(
    'whose reader has gone before the first byte of %s: no word, and an end',
    (_what, args) =>
      withCapture(async (folder) => {
        const { child, result } = start(folder, args, { stdin: new Uint8Array(0) })
        child.stdout.destroy()
        const { code, signal, stderr } = await result
        expect([code, signal, stderr]).toEqual([1, null, ''])
      }),
  )

  it.each(writers.slice(0, 7).filter((_, i) => i % 3 === 0))(
    'closed from the start, for %s: an end without a stack trace',
    (_what, args) =>
      withCapture(async (folder) => {
        const result = await run(folder, args, { shell: 'exec >&-' })
        // What is written goes nowhere: the system gives the descriptor to no other file.
        expectClearEnd(folder, result, 0, /^$/)
      }),
  )

  it('closed from the start touches no connection file', () =>
    withCapture(async (folder) => {
      await run(folder, ['capture.pcap', '-q', '-o', 'expected'])
      await run(folder, ['capture.pcap', '-o', 'out'], { shell: 'exec >&- 2>&-' })
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
    }))
})

describe('standard error', () => {
  // [what is wrong with it, shell]
  const ways: [string, string][] = [
    ['closed from the start', 'exec 2>&-'],
    ...(platform() === 'linux' ? [['on a full disk', 'exec 2>/dev/full'] as [string, string]] : []),
  ]
  it.each(ways)('%s changes no result', (_what, shell) =>
    withCapture(async (folder) => {
      await run(folder, ['capture.pcap', '-q', '-o', 'expected'])
      const options = ['-o', 'out', '--summary', 'summary.json', '--progress', 'always']
      const { code, signal, stdout } = await run(folder, ['capture.pcap', ...options], { shell })
      expect([code, signal, stdout.length]).toEqual([0, null, 0])
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
      expect(summaryIn(folder).errors).toEqual([])
    }),
  )

  it.each(ways)('%s leaves the exit code of bad usage and of a failed input', (_what, shell) =>
    withCapture(async (folder) => {
      expect((await run(folder, ['--no-such-option'], { shell })).code).toBe(2)
      expect((await run(folder, ['nothing.pcap', '-o', 'out'], { shell })).code).toBe(1)
    }),
  )

  it('whose reader has gone changes no result', () =>
    withCapture(async (folder) => {
      await run(folder, ['capture.pcap', '-q', '-o', 'expected'])
      const { child, result } = start(folder, ['capture.pcap', '-o', 'out', '--progress', 'always'], {
        stdin: new Uint8Array(0),
      })
      child.stderr.destroy()
      expect((await result).code).toBe(0)
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
    }))
})

it('a pipe into head: the first lines are whole, the rest is left out, and nothing is said', () =>
  withCapture(async (folder) => {
    await run(folder, ['capture.pcap', '-q', '-c', '-j'], { shell: 'exec >whole' })
    const piped = 'set -- "$0" "$@"; "$@" | head -n 1 >first; exit 0'
    const { code, stderr } = await run(folder, ['capture.pcap', '-q', '-c', '-j'], { shell: piped })
    expect([code, stderr]).toEqual([0, ''])
    const [first] = readFileSync(join(folder, 'whole'), 'utf8').split('\n')
    expect(readFileSync(join(folder, 'first'), 'utf8')).toBe(`${first}\n`)
    writeFileSync(join(folder, 'first'), '')
  }))
