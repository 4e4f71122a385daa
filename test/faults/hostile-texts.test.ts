import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interfacesJson, interfacesTable } from '../../src/cli/interfaces-table.js'
import { main } from '../../src/cli/main.js'
import { OPTION_TABLE } from '../../src/cli/option-table.js'
import { reportLines } from '../../src/cli/run-lines.js'
import { fakeTerminal } from '../cli/fake-terminal.js'
import { sampleSummary } from '../cli/sample-summary.js'
import { datagramCapture } from '../e2e/datagram-capture.js'
import { PcapngBuilder, type WrittenOption } from '../support/capture-writers.js'

/** Would clear the screen, ring, set a title, turn the writing direction, and begin a line of its own. */
const HOSTILE = 'x\x1b[2J\x07\x9b31m\x7f\x1b]0;t\x07\u202eabc\u2066\u200e\u{e0041}\u2028\r\nFORGED'
/** The same as a pattern, an option, an ending. */
const SHOWN = /\\x1b|\\u001b|\\x0d|\\r/
/** The exit code depends on the option. */
const ANY = -1
/** What may drive a terminal, but for the line feed. */
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
/** What the program has of its own on a terminal: red, and the moves of a progress bar. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OWN = /\x1b(?:[78]|\[(?:31|39)m|\[\?(?:7|25)[hl]|\[[0-2]?[GKF])/g

let folder: string
const path = (name: string) => join(folder, name)
/** A file of a hostile name, and its path. */
function written(name: string, content: string | Uint8Array): string {
  writeFileSync(path(name), content)
  return path(name)
}
function made(name: string): string {
  mkdirSync(path(name), { recursive: true })
  return path(name)
}

function hostileOptions(...codes: number[]): WrittenOption[] {
  return codes.map((code) => [code, [...Buffer.from(HOSTILE)]])
}

function hostilePcapng(): Uint8Array {
  const frame = datagramCapture('payload').subarray(24 + 16)
  return new PcapngBuilder()
    .section(true, hostileOptions(1, 2, 3, 4))
    .interface(1, 0, [...hostileOptions(1, 2, 3, 12, 15), [11, [0, ...Buffer.from(HOSTILE)]]])
    .enhanced(0, 0n, frame, frame.length)
    .done()
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-texts-'))
  written('good.pcap', datagramCapture('payload'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The program's own process is not needed: nothing stands between `main()` and the terminal. */
async function said(args: readonly string[], isTerminal: boolean) {
  const streams = { stdinIsTTY: true, stdoutIsTTY: isTerminal, stderrIsTTY: isTerminal }
  const terminal = fakeTerminal(streams)
  const exitCode = await main(args, terminal)
  return { exitCode, text: (terminal.stdout.text + terminal.stderr.text).replace(OWN, '') }
}

function expectHarmless(text: string): void {
  const found = CONTROL.exec(text)
  const around =
    found === null ? '' : JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 9))
  expect(around).toBe('')
  expect(text.split('\n').filter((line) => line.startsWith('FORGED'))).toEqual([])
}

const valued = OPTION_TABLE.filter(({ value }) => value !== undefined)
/** Options whose value may become a file or a folder: of its own, so that no other finds it. */
const PATHS = /^(?:output-dir|summary|write|index|report|config|input-file|conflicts|map|seed-file)$/
const typed = (name: string) => (PATHS.test(name) ? path(`${name}${HOSTILE}`) : HOSTILE)
const fileOptions = valued.filter(({ name }) => name !== 'config')

// [where the text comes from, arguments, exit code]
const ways: [string, () => string[], number][] = [
  ['an input that is not there', () => [path(HOSTILE)], 1],
  ['a pattern that matches nothing', () => [path(`${HOSTILE}*.pcap`)], 1],
  ['an input that is no capture', () => [written(`text${HOSTILE}`, 'no capture')], 1],
  [
    'an input that is damaged',
    () => [written(`cut${HOSTILE}`, datagramCapture('a', 'b').subarray(0, -1)), '--no-write'],
    1,
  ],
  ['the content of an input', () => [written('content', HOSTILE), '--no-write', HOSTILE], 1],
  ['an input without a file', () => [made(`empty${HOSTILE}`)], 1],
  [
    'inputs that are merged',
    () => [path('good.pcap'), written(`other${HOSTILE}`, 'text'), '--merge', '--no-write'],
    1,
  ],
  ['inspected inputs', () => ['inspect', written(`inspected${HOSTILE}`, 'text'), path(HOSTILE)], 1],
  ['the comments and names of a pcapng file', () => ['inspect', written('a.pcapng', hostilePcapng())], 0],
  ['the same as JSON', () => ['inspect', '--json', written(`b${HOSTILE}.pcapng`, hostilePcapng())], 0],
  [
    'names of inputs in the summary',
    () => [written(`s${HOSTILE}`, datagramCapture('a')), '--no-write', '--summary', '-'],
    0,
  ],
  [
    'names of inputs in the index',
    () => [
      written(`i${HOSTILE}`, datagramCapture('a')),
      '-o',
      made('i'),
      '--per-file',
      '--no-write',
      '--index',
      '-',
    ],
    0,
  ],
  ['an output folder that is a file', () => [path('good.pcap'), '-o', written(`file${HOSTILE}`, '')], 1],
  ['an output folder with a file too many', () => [path('good.pcap'), '-o', withTaken(`taken${HOSTILE}`)], 1],
  ['an index that exists', () => [path('good.pcap'), '--index', written(`${HOSTILE}.jsonl`, '')], 1],
  ['an index of no known form', () => [path('good.pcap'), '--index', `${HOSTILE}`], 2],
  [
    'a summary that cannot be written',
    () => [path('good.pcap'), '--no-write', '--summary', join(path('good.pcap'), HOSTILE)],
    1,
  ],
  [
    'a summary that is a folder',
    () => [path('good.pcap'), '--no-write', '--summary', made(`sum${HOSTILE}`)],
    1,
  ],
  ['a report of no known form', () => [path('good.pcap'), '--report', HOSTILE], 2],
  [
    'a report that cannot be written',
    () => [path('good.pcap'), '--no-write', '--report', `${path('good.pcap')}/${HOSTILE}.html`],
    1,
  ],
  [
    'two paths that are one',
    () => [path('good.pcap'), '--index', `${HOSTILE}.jsonl`, '--summary', `${HOSTILE}.jsonl`],
    2,
  ],
  ['the record of an earlier run', () => [path('good.pcap'), '-o', withRecord(), '--resume'], 1],
  ['a filter with a character too many', () => [path('good.pcap'), '-e', `tcp ${HOSTILE}`], 2],
  ['a filter with a name that is none', () => [path('good.pcap'), '-e', `ip proto "${HOSTILE}"`], 2],
  ['a filter with a port that is none', () => [path('good.pcap'), '-e', 'port \x1b\u202e'], 2],
  ['an option that is unknown', () => [`--${HOSTILE}`], 2],
  ['a letter that is unknown', () => ['-\x1b'], 2],
  ['a flag with a value', () => [`--json=${HOSTILE}`], ANY],
  ['an option that is given twice', () => ['--gaps', HOSTILE, '--gaps', HOSTILE, path('good.pcap')], 2],
  ['an input beside -l', () => ['-l', HOSTILE], 2],
  ['an input beside -i', () => ['-i', 'lo', HOSTILE], 2],
  ['an interface that is none', () => ['-i', HOSTILE, '--no-write', '--live-backend', 'cap'], 1],
  ['an option of inspect', () => ['inspect', path('good.pcap'), '--link-type', HOSTILE], 2],
  ['an unknown option of inspect', () => ['inspect', `--${HOSTILE}`], 2],
  ['a completion for no shell', () => ['completion', HOSTILE], 2],
  ['a report with an option that is unknown', () => ['report', `--${HOSTILE}`], 2],
  ['a report with an input too many', () => ['report', 'a.html', HOSTILE], 2],
  ['a report on no index', () => ['report', path('r.html'), '--from', path(HOSTILE)], 1],
  ['a report on an index of another form', () => ['report', path('r.html'), '--from', `${HOSTILE}.csv`], 2],
  [
    'a report on an index that is none',
    () => ['report', path('r.html'), '--from', written(`n${HOSTILE}`, `{"ts":"${HOSTILE}"}`)],
    1,
  ],
  [
    'a report on fields that are none',
    () => ['report', path('r.html'), '--from', written(`m${HOSTILE}`, JSON.stringify({ ts: HOSTILE }))],
    1,
  ],
  [
    'a report with a summary that is none',
    () => ['report', path('r.html'), '--from', written(`e${HOSTILE}`, ''), '--summary', path(`e${HOSTILE}`)],
    1,
  ],
  [
    'a report that exists',
    () => ['report', written(`r${HOSTILE}.html`, ''), '--from', written('empty.jsonl', '')],
    1,
  ],
  [
    'a report that is told of',
    () => ['report', path(`told${HOSTILE}.html`), '--force', '--from', written('empty.jsonl', '')],
    0,
  ],
  ['a viewer of no folder', () => ['view', path(HOSTILE)], 1],
  ['a viewer of a folder without an index', () => ['view', made(`v${HOSTILE}`)], 1],
  ['a viewer of a folder with two indexes', () => ['view', withIndexes(`w${HOSTILE}`)], 1],
  ['a viewer with an option that is unknown', () => ['view', `--${HOSTILE}`], 2],
  ['a viewer with a folder too many', () => ['view', folder, HOSTILE], 2],
  ['a viewer of an index that is none', () => ['view', folder, '--index', written(`x${HOSTILE}`, '{}\n')], 1],
  ['a viewer at a port that is none', () => ['view', folder, '--port', HOSTILE], 2],
  ['a configuration file that is not there', () => [path('good.pcap'), '--config', path(HOSTILE)], 2],
  [
    'a configuration file that is no JSON',
    () => [path('good.pcap'), '--config', written('no.json', HOSTILE)],
    2,
  ],
  [
    'a configuration file with an unknown option',
    () => [path('good.pcap'), '--config', config({ [HOSTILE]: true })],
    2,
  ],
  [
    'a configuration file with a value of the wrong type',
    () => [path('good.pcap'), '--config', config({ json: HOSTILE })],
    2,
  ],
  [
    'a configuration file with an input that is not there',
    () => ['--config', config({ 'input-file': path(HOSTILE) })],
    1,
  ],
  ...fileOptions.map(({ name }): [string, () => string[], number] => [
    `a value of --${name} in a configuration file`,
    () => ['--no-write', '--config', config({ 'input-file': path(HOSTILE), [name]: typed(name) })],
    ANY,
  ]),
  ...valued.map(({ name }): [string, () => string[], number] => [
    `the value of --${name}`,
    () => [path(HOSTILE), '--no-write', `--${name}`, typed(name)],
    ANY,
  ]),
]

function config(options: object): string {
  return written(`config-${Object.keys(options).length}-${Math.random()}.json`, JSON.stringify(options))
}

function withTaken(name: string): string {
  const out = made(name)
  writeFileSync(join(out, '20240305093000-UDP-10.0.0.1.1000-10.0.0.2.53.txt'), 'mine')
  return out
}

function withIndexes(name: string): string {
  const out = made(name)
  const record = '{"ts":1,"uid":"C","id.orig_h":"10.0.0.1","conn_state":"SF"}\n'
  for (const index of ['a', 'b']) writeFileSync(join(out, `${index}${HOSTILE}.jsonl`), record)
  return out
}

function withRecord(): string {
  const out = made(`record${HOSTILE}`)
  const inputs = [{ name: HOSTILE, size: 1, mtime_ns: HOSTILE }]
  const record = { version: 1, options: { filter: HOSTILE }, inputs, complete: true, problems: [] }
  writeFileSync(join(out, '.pcap2conn.json'), JSON.stringify(record))
  return out
}

describe.each([
  ['on a terminal', true],
  ['in a pipe', false],
])('nothing drives the terminal %s', (_where, isTerminal) => {
  it.each(ways)('from %s', async (_way, args, expected) => {
    process.env.TZ = 'UTC'
    const { exitCode, text } = await said(args(), isTerminal)
    expectHarmless(text)
    if (expected === ANY) return
    expect(exitCode, text).toBe(expected)
    expect(text).toMatch(SHOWN)
  })

  it('from interfaces', () => {
    const one = { name: HOSTILE, addresses: [HOSTILE], description: HOSTILE, isUp: true, isLoopback: false }
    expectHarmless(interfacesTable([one]))
    expectHarmless(interfacesJson([one]))
  })

  it('from the totals of a live capture', () => {
    const summary = sampleSummary()
    const live = {
      interface: HOSTILE,
      backend: 'cap' as const,
      received: 1,
      dropped: 0,
      dropped_by_interface: 0,
    }
    const inputs = [{ ...summary.inputs[0]!, live }]
    expectHarmless(reportLines({ ...summary, inputs, limits: { [HOSTILE]: 1 } } as never).join('\n'))
  })
})
