import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import { endpoint, ip, UDP, udp } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { Summary } from '../../src/summary.js'
import { type ProgramOptions, readTree, runProgram, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'
import { troubledPlan } from './traffic.js'

/** 2024-03-05 09:30:00 UTC */
const FIRST_SEC = 1_709_631_000
const FIXTURES = resolve('fixtures')
const client = endpoint('192.0.2.1', 4_000)
const server = endpoint('198.51.100.1', 80)
const BASE = '192.0.2.1.4000-198.51.100.1.80'

/** Runs the program on `files`, written to a new folder, with output in `out`. */
async function convert(
  files: Readonly<Record<string, Uint8Array>>,
  args: readonly string[],
  options: ProgramOptions = {},
) {
  return withFolder(async (folder) => {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), bytes)
    }
    const result = await runProgram([...args, '-o', 'out', '-q'], { cwd: folder, ...options })
    const out = join(folder, 'out')
    const tree = existsSync(out) ? readTree(out) : new Map<string, Buffer>()
    const text = Object.fromEntries([...tree].map(([name, bytes]) => [name, bytes.toString('latin1')]))
    return { ...result, tree: text }
  })
}

const recordsIn = (index: string | undefined) =>
  (index ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe.concurrent('time-outs in capture time', () => {
  const idle = (protocol: 'tcp' | 'udp', seconds: number) => {
    const script = new Script(FIRST_SEC)
    const connection = protocol === 'tcp' ? script.tcp({ client, server }) : script.udp({ client, server })
    connection.send(0, 'before')
    connection.us = seconds * 1e6
    connection.send(0, 'after')
    return script.toPcap()
  }

  // [protocol, idle seconds, options, connections]
  it.each<['tcp' | 'udp', number, string[], number]>([
    ['udp', 300, [], 1],
    ['udp', 300.001, [], 2],
    ['tcp', 3600, [], 1],
    ['tcp', 3600.001, [], 2],
    ['tcp', 2.6, ['--tcp-timeout', '2.5'], 2],
    ['udp', 2.4, ['--udp-timeout', '2.5', '--tcp-timeout', '1'], 1],
    ['tcp', 100_000, ['--tcp-timeout', '0'], 1],
  ])('%s idle for %d s with %j: %d', async (protocol, seconds, options, connections) => {
    const { code, tree, stderr } = await convert({ 'a.pcap': idle(protocol, seconds) }, [
      'a.pcap',
      ...options,
    ])
    expect([code, stderr]).toEqual([0, ''])
    expect(Object.values(tree)).toEqual(connections === 1 ? ['beforeafter'] : ['before', 'after'])
  })
})

describe.concurrent('what is written of a stream', () => {
  const script = new Script(FIRST_SEC)
  const tcp = script.tcp({ client, server })
  tcp.open()
  tcp.send(0, 'GET it\n')
  tcp.send(1, '0123456789')
  tcp.send(1, 'lost', { isLost: true })
  tcp.send(1, 'the rest')
  tcp.close(1)
  const capture = script.toPcap()

  // [options, side 0, side 1]
  it.each([
    ['', 'GET it\n', '0123456789[4 bytes missing]the rest'],
    ['--gaps zeros', 'GET it\n', '0123456789\0\0\0\0the rest'],
    ['--gaps skip', 'GET it\n', '0123456789the rest'],
    ['--max-bytes 10', 'GET it\n', '0123456789'],
    ['--max-bytes 12 --gaps skip', 'GET it\n', '0123456789th'],
    ['--max-bytes 1', 'G', '0'],
  ])('with "%s"', async (options, side0, side1) => {
    const words = options.split(' ').filter((word) => word !== '')
    const { code, tree } = await convert({ 'a.pcap': capture }, ['a.pcap', '-s', '--utc', ...words])
    expect(code).toBe(0)
    expect(tree).toEqual({
      [`20240305093000-TCP-${BASE}.txt`]: side0,
      '20240305093000-TCP-198.51.100.1.80-192.0.2.1.4000.txt': side1,
    })
  })

  it('is nothing with --no-write, and the index has null for files', async () => {
    const { code, stdout, tree } = await convert({ 'a.pcap': capture }, [
      ...['a.pcap', '--no-write', '-m', '--index', '-', '--gaps', 'zeros'],
    ])
    expect([code, tree]).toEqual([0, {}])
    const [record, ...others] = recordsIn(stdout.toString())
    expect(others).toEqual([])
    expect(record).toMatchObject({
      orig_bytes: 7,
      resp_bytes: 18,
      missed_bytes: 4,
      resp_gaps: [{ offset: 10, length: 4 }],
      orig_file: null,
      resp_file: null,
      conn_state: 'SF',
    })
  })
})

it.concurrent.each([
  ['first', 'one two three'],
  ['last', 'one TWO three'],
])('--overlap %s decides between two copies of a byte', async (policy, expected) => {
  const script = new Script(FIRST_SEC)
  const tcp = script.tcp({ client, server })
  tcp.open()
  tcp.sendAgain(0, 4, 'two ')
  tcp.sendAgain(0, 4, 'TWO ')
  tcp.sendAgain(0, 0, 'one ')
  tcp.sendAgain(0, 8, 'three')
  const { tree, stdout } = await convert({ 'a.pcap': script.toPcap() }, [
    ...['a.pcap', '--overlap', policy, '--index', '-'],
  ])
  expect(Object.values(tree)).toEqual([expected])
  expect(recordsIn(stdout.toString())[0]).toMatchObject({ overlap_conflicts: 3 })
})

describe.concurrent('the time in names', () => {
  const script = new Script(FIRST_SEC)
  script.udp({ client, server }).send(0, 'x')

  it.each([
    ['America/New_York', [], '20240305043000'],
    ['Asia/Kathmandu', [], '20240305151500'],
    ['America/New_York', ['--utc'], '20240305093000'],
  ])('is of the zone %s with %j', async (zone, options, time) => {
    const { tree } = await convert({ 'a.pcap': script.toPcap() }, ['a.pcap', ...options], {
      env: { TZ: zone },
    })
    expect(Object.keys(tree)).toEqual([`${time}-UDP-${BASE}.txt`])
  })
})

it.concurrent('--summary FILE and --summary - give the same object', async () => {
  const capture = readFileSync(join(FIXTURES, 'handshake.pcap'))
  const shown = await convert({ 'a.pcap': capture }, ['a.pcap', '--summary', '-'])
  const written = await convert({ 'a.pcap': capture }, ['a.pcap', '--summary', 'out/deep/summary.json'])
  const { seconds: _, ...fromStdout } = JSON.parse(shown.stdout.toString()) as Summary
  const { seconds: __, ...fromFile } = JSON.parse(written.tree['deep/summary.json']!) as Summary
  expect(fromFile).toEqual(fromStdout)
  expect(written.stdout.length).toBe(0)
})

it.concurrent('--index FILE and --index - give the same bytes', async () => {
  const capture = readFileSync(join(FIXTURES, 'icmp-errors.pcap'))
  const shown = await convert({ 'a.pcap': capture }, ['a.pcap', '--index', '-'])
  const written = await convert({ 'a.pcap': capture }, ['a.pcap', '--index', 'out/deep/index.jsonl'])
  expect(written.tree['deep/index.jsonl']).toBe(shown.stdout.toString('latin1'))
  expect(recordsIn(shown.stdout.toString()).length).toBeGreaterThan(3)
})

describe.concurrent('several inputs', () => {
  // Halves of one connection, the later half with the earlier name.
  const early = new Script(FIRST_SEC)
  const late = new Script(FIRST_SEC + 10)
  const first = early.tcp({ client, server })
  first.open()
  first.send(0, 'begun in one file, ')
  const second = late.tcp({ client, server })
  second.sent = [...first.sent]
  second.send(0, 'ended in another')
  second.close(0)
  const halves = { 'a/x.pcap': late.toPcapng(), 'b/x.pcap': early.toPcap({ bigEndian: true }) }

  it('are one capture, in the order of their first packets', async () => {
    for (const inputs of [['a', 'b'], ['b', 'a'], ['*/x.pcap']]) {
      const { code, tree, stdout } = await convert(halves, [...inputs, '--utc', '--index', '-'])
      expect(code).toBe(0)
      expect(tree).toEqual({ [`20240305093000-TCP-${BASE}.txt`]: 'begun in one file, ended in another' })
      expect(recordsIn(stdout.toString())).toMatchObject([{ conn_state: 'SF', orig_pkts: 6 }])
      expect(recordsIn(stdout.toString())[0]).not.toHaveProperty('capture')
    }
  })

  it('are captures of their own with --per-file', async () => {
    const { code, tree, stdout } = await convert(halves, ['.', '--per-file', '--utc', '--index', '-'])
    expect(code).toBe(0)
    expect(tree).toEqual({
      [`a/x.pcap/20240305093010-TCP-${BASE}.txt`]: 'ended in another',
      [`b/x.pcap/20240305093000-TCP-${BASE}.txt`]: 'begun in one file, ',
    })
    const records = recordsIn(stdout.toString())
    expect(records.map(({ capture, orig_file }) => [capture, orig_file])).toEqual([
      ['b/x.pcap', `b/x.pcap/20240305093000-TCP-${BASE}.txt`],
      ['a/x.pcap', `a/x.pcap/20240305093010-TCP-${BASE}.txt`],
    ])
    expect(new Set(records.map(({ uid }) => uid)).size).toBe(2)
  })
})

describe.concurrent('the way of the bytes', () => {
  const plan = troubledPlan({ connections: 200, concurrency: 60, messageBytes: 5_000, segmentBytes: 600 })
  const capture = generateBytes(plan, 5).bytes
  // Members that begin anywhere, as appended logs have them.
  const members = Buffer.concat([0, 1, 2].map((i) => gzipSync(capture.subarray(cut(i), cut(i + 1)))))

  function cut(part: number): number {
    return Math.floor((capture.length * part) / 3)
  }

  it('makes no difference: a file, standard input, gzip of one and of several members', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), capture)
      writeFileSync(join(folder, 'compressed'), gzipSync(capture))
      writeFileSync(join(folder, 'members.pcap'), members)
      const run = async (out: string, input: string, stdin?: Uint8Array) => {
        const args = [input, '-s', '-m', '-o', out, '-q', '--index', `${out}/x.jsonl`]
        const { code } = await runProgram(args, { cwd: folder, ...(stdin === undefined ? {} : { stdin }) })
        expect(code).toBe(0)
        return treeHashes(join(folder, out))
      }
      const expected = await run('1', 'a.pcap')
      expect(expected.size).toBeGreaterThan(300)
      expect(treeDifferences(expected, await run('2', 'compressed'))).toEqual([])
      expect(treeDifferences(expected, await run('3', 'members.pcap'))).toEqual([])
      expect(treeDifferences(expected, await run('4', '-', capture))).toEqual([])
      expect(treeDifferences(expected, await run('5', '-', members))).toEqual([])
    }))
})

describe.concurrent('--link-type', () => {
  const script = new Script(FIRST_SEC)
  const packet = ip(client, server, UDP, udp(client, server, Buffer.from('raw')))
  script.add(packet, 0)

  it.each(['RAW', '228'])('%s decodes what the capture calls Ethernet', async (linkType) => {
    const { code, tree } = await convert({ 'a.pcap': script.toPcap() }, [
      ...['a.pcap', '--utc', '--link-type', linkType],
    ])
    expect(code).toBe(0)
    expect(tree).toEqual({ [`20240305093000-UDP-${BASE}.txt`]: 'raw' })
  })
})
