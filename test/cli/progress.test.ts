import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createProgress, durationText, progressText } from '../../src/cli/progress.js'
import type { Progress } from '../../src/pipeline/hooks.js'
import { fakeTerminal } from './fake-terminal.js'

const STATE: Progress = {
  bytesRead: 2 ** 20,
  bytesTotal: 2 ** 22,
  packets: 3_000,
  connections: 40,
  input: 'a.pcap',
}

describe('progressText()', () => {
  // [name, what differs, seconds since the start, text]
  const cases: [string, Partial<Progress>, number, string][] = [
    [
      'shows share, rate and time left',
      {},
      2,
      '25 % of 4.00 MiB, 3,000 packets (1,500/s), 40 connections, 6 s left: a.pcap',
    ],
    [
      'shows bytes where the total is unknown',
      { bytesTotal: null },
      2,
      '1.00 MiB, 3,000 packets (1,500/s), 40 connections: a.pcap',
    ],
    [
      'shows no time left before the first byte',
      { bytesRead: 0, packets: 0 },
      1,
      '0 % of 4.00 MiB, 0 packets (0/s), 40 connections: a.pcap',
    ],
    [
      'foretells nothing from the first few bytes',
      { bytesRead: 100, packets: 0 },
      1,
      '0 % of 4.00 MiB, 0 packets (0/s), 40 connections: a.pcap',
    ],
    [
      'shows no rate at the start',
      {},
      0,
      '25 % of 4.00 MiB, 3,000 packets, 40 connections, 0 s left: a.pcap',
    ],
    [
      'says for how long the input has given nothing, in place of a time left',
      { silentSec: 95 },
      200,
      '25 % of 4.00 MiB, 3,000 packets (15/s), 40 connections, nothing for 1 min 35 s: a.pcap',
    ],
    [
      'never shows more than all',
      { bytesRead: 2 ** 23 },
      2,
      '100 % of 4.00 MiB, 3,000 packets (1,500/s), 40 connections, 0 s left: a.pcap',
    ],
    [
      'shows bytes where all inputs are empty',
      { bytesRead: 0, bytesTotal: 0 },
      2,
      '0 B, 3,000 packets (1,500/s), 40 connections: a.pcap',
    ],
  ]
  it.each(cases)('%s', (_name, changes, elapsedSec, text) => {
    expect(progressText({ ...STATE, ...changes }, elapsedSec)).toBe(text)
  })

  it('escapes the name and keeps its end where it is long', () => {
    const text = progressText({ ...STATE, input: `${'x'.repeat(100)}\x1b.pcap` }, 1)
    expect(text).toMatch(/: …x{30}\\x1b\.pcap$/)
  })
})

describe('createProgress()', () => {
  beforeEach(() => vi.stubEnv('TERM', 'xterm'))
  afterEach(() => vi.unstubAllEnvs())

  it('shows nothing when never is asked for', async () => {
    expect(await createProgress('never', fakeTerminal({ stderrIsTTY: true }), false)).toBeNull()
  })

  it('shows no bar on a terminal that shows payload already', async () => {
    const terminal = fakeTerminal({ stderrIsTTY: true, stdoutIsTTY: true })
    expect(await createProgress('auto', terminal, true)).toBeNull()
  })

  it.each([
    ['auto', 10_000],
    ['always', 2_000],
  ] as const)('writes a plain line now and then without a terminal (%s: %d ms)', async (mode, everyMs) => {
    vi.useFakeTimers()
    const terminal = fakeTerminal()
    const display = await createProgress(mode, terminal, true)
    vi.advanceTimersByTime(everyMs)
    expect(terminal.stderr.text).toBe('') // nothing is known yet
    display?.update(STATE)
    expect(terminal.stderr.text).toBe('')
    vi.advanceTimersByTime(3 * everyMs)
    display?.stop()
    vi.advanceTimersByTime(everyMs)
    vi.useRealTimers()
    expect(terminal.stderr.text.match(/^25 % of 4.00 MiB, .*\n/gm)).toHaveLength(3)
    expect(terminal.stdout.text).toBe('')
  })

  it('writes plain lines on a terminal that is dumb', async () => {
    vi.stubEnv('TERM', 'dumb')
    vi.useFakeTimers()
    const terminal = fakeTerminal({ stderrIsTTY: true })
    const display = await createProgress('auto', terminal, false)
    display?.update(STATE)
    vi.advanceTimersByTime(10_000)
    display?.stop()
    vi.useRealTimers()
    expect(terminal.stderr.text).toMatch(/^25 % of 4.00 MiB, .*\n$/)
  })

  it('draws a bar on a terminal and takes it away', async () => {
    const terminal = fakeTerminal({ stderrIsTTY: true })
    const stream = Object.assign(terminal.stderr, {
      cursorTo() {},
      clearLine() {},
      moveCursor() {},
      clearScreenDown() {},
    })
    const before = process.listenerCount('SIGINT')
    const display = await createProgress('auto', { ...terminal, stderr: stream }, false)
    await new Promise((resolve) => setTimeout(resolve, 250))
    display?.update(STATE)
    display?.stop()
    expect(terminal.stderr.text).toContain('25 % of 4.00 MiB')
    expect(terminal.stderr.text).toContain('█████░░░')
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})

it.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [59.5, '1 min 0 s'],
  [125, '2 min 5 s'],
  [3600, '1 h 0 min'],
  [100_000, '27 h 46 min'],
])('durationText(%d) is %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})
