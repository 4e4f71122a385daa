import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.js'
import { view } from '../../src/cli/view-command.js'
import { InputError } from '../../src/errors.js'
import { fakeTerminal } from '../cli/fake-terminal.js'

const folder = mkdtempSync(join(tmpdir(), 'commands-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function said(...args: string[]) {
  const terminal = fakeTerminal()
  return { code: await main(args, terminal), stdout: terminal.stdout.text, stderr: terminal.stderr.text }
}

const record = {
  ts: 1_709_631_000.5,
  uid: 'C0123456789abcdef0',
  'id.orig_h': '10.0.0.1',
  'id.orig_p': 1_000,
  'id.resp_h': '10.0.0.2',
  'id.resp_p': 53,
  proto: 'udp',
  conn_state: 'SF',
  close_reason: 'end',
  tunnel: [] as string[],
  orig_file: null,
  resp_file: null,
  ...Object.fromEntries(
    [
      'duration',
      ...['orig_pkts', 'resp_pkts', 'orig_bytes', 'resp_bytes', 'missed_bytes'],
      ...['orig_retrans_bytes', 'resp_retrans_bytes', 'overlap_conflicts'],
    ].map((name) => [name, 7]),
  ),
}
const line = (changes: object) => `${JSON.stringify({ ...record, ...changes })}\n`
const GOOD = line({}).repeat(5_000)
const nested = (depth: number) =>
  line({}).replace('"tunnel":[]', `"tunnel":${'['.repeat(depth)}${']'.repeat(depth)}`)

// What hostile or broken indexes hold. [name, content]
const indexes: [string, string | Uint8Array][] = [
  ['nothing', ''],
  ['a record that is cut', GOOD.slice(0, -40)],
  ['no JSON', 'no JSON\n'],
  ['bytes of any kind', Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7_919) >> 3)],
  ['only zeros', new Uint8Array(3_000_000)],
  ['a line without an end', 'x'.repeat(17 * 1024 * 1024)],
  ['other JSON', '[]\n1\nnull\n"text"\n'],
  ['an empty object', '{}\n'],
  ['arrays in arrays', nested(100_000)],
  ['a prototype', '{"__proto__":{"ts":1,"uid":"x"},"constructor":1}\n'],
  ['numbers that are none', line({}).replace('1709631000.5', '1e999')],
  ['a time far from now', line({ ts: -8.64e15 }) + line({ ts: 8.64e15 })],
  ['negative counts', line({ orig_bytes: -1, resp_pkts: -5 })],
  ['texts for numbers', line({ orig_bytes: '12', ts: 'now' })],
  ['numbers for texts', line({ proto: 7, conn_state: [] })],
  ['an endless name', line({ proto: 'p'.repeat(1_000_000), 'id.orig_h': 'h'.repeat(1_000_000) })],
  ['paths that lead away', line({ orig_file: '../../etc/passwd', resp_file: '/etc/passwd' })],
  ['pages in texts', line({ uid: '</script><script>alert(1)</script>', proto: '<img src=x>' })],
]

describe.each(indexes)('an index with %s', (_name, content) => {
  const path = join(folder, 'index.jsonl')
  beforeAll(() => writeFileSync(path, content))

  it('gives a report, or one sentence and no page', async () => {
    mkdirSync(join(folder, 'pages'))
    const { code, stdout, stderr } = await said('report', join(folder, 'pages/r.html'), '--from', path)
    expect(stdout).toBe('')
    if (code === 0) expect(stderr).toMatch(/^Report on [^\n]+\n$/)
    else
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^pcap2conn: Cannot read "[^"\n]+" at byte \d+: [^\n]+\n$/),
      ])
    expect(readdirSync(join(folder, 'pages'))).toEqual(code === 0 ? ['r.html'] : [])
    rmSync(join(folder, 'pages'), { recursive: true })
  })

  it('is shown, or refused with an offset', async () => {
    const shown = view([folder, '--no-open', '--index', path], fakeTerminal(), AbortSignal.abort())
    const end = await shown.catch((error: unknown) => error)
    if (end === 0) return
    expect(end).toBeInstanceOf(InputError)
    expect((end as Error).message).toMatch(/^Cannot read "[^"\n]+" at byte \d+: [^\n]+$/)
  })
})

it('an index of a run as it should be gives a report and is shown', async () => {
  const path = join(folder, 'whole.jsonl')
  writeFileSync(path, GOOD)
  const { code, stderr } = await said('report', join(folder, 'whole.html'), '--from', path)
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^Report on 5,000 connections: /)])
  expect(await view([folder, '--no-open', '--index', path], fakeTerminal(), AbortSignal.abort())).toBe(0)
})

describe('outputs and ports that are not to be had', () => {
  const index = join(folder, 'good.jsonl')
  let server: Server
  beforeAll(async () => {
    writeFileSync(index, GOOD)
    server = createServer()
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  })
  afterAll(() => server.close())
  const port = () => String((server.address() as { port: number }).port)

  // [what, arguments, exit code, what is said]
  const cases: [string, () => string[], number, RegExp][] = [
    [
      'a page below a file',
      () => ['report', join(index, 'r.html'), '--from', index],
      1,
      /Cannot write "[^"]+": not a directory \(ENOTDIR\)/,
    ],
    [
      'a page that is a folder',
      () => {
        const page = join(folder, 'pages', 'folder.html')
        mkdirSync(page, { recursive: true })
        return ['report', page, '--from', index]
      },
      1,
      /Cannot write "[^"]+": it is a folder/,
    ],
    [
      'an index that is a folder',
      () => ['report', join(folder, 'r.html'), '--from', folder],
      1,
      /Cannot read "[^"]+": it is a folder/,
    ],
    [
      'an index that is not there',
      () => ['report', join(folder, 'r.html'), '--from', join(folder, 'none')],
      1,
      /Cannot read "[^"]+": no such file or directory \(ENOENT\)/,
    ],
    [
      'a port in use',
      () => ['view', folder, '--no-open', '--index', index, '--port', port()],
      1,
      /Cannot listen on 127\.0\.0\.1:\d+: [^\n]*EADDRINUSE/,
    ],
    [
      'a folder that is a file',
      () => ['view', index, '--no-open'],
      1,
      /Cannot read "[^"]+": must be a folder/,
    ],
    [
      'a capture that is not there',
      () => ['inspect', join(folder, 'none')],
      1,
      /Cannot read "[^"]+": no such file or folder/,
    ],
  ]
  it.each(cases)('%s: one sentence', async (_what, args, exitCode, says) => {
    const { code, stdout, stderr } = await said(...args())
    expect([code, stdout]).toEqual([exitCode, ''])
    expect(stderr).toMatch(says)
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(readdirSync(folder).filter((name) => /partial|r\.html/.test(name))).toEqual([])
  })
})
