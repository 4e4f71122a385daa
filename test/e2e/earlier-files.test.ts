import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { readTree, runProgram, withFolder } from '../support/program.js'

/** 2024-03-05 00:00:00 UTC */
const TODAY_SEC = 1_709_596_800
const DAY_SEC = 86_400
const client = endpoint('192.0.2.1', 4_000)
const server = endpoint('198.51.100.1', 80)

/** Reused ports, both directions, datagrams: several connections of one second and of one time. */
function capture(startSec: number, connections = 12, offsetMs = 0): Buffer {
  const script = new Script(startSec)
  for (let i = 0; i < connections; i++) {
    const isn = 1_000_000 * (i + 1)
    const [one, other] = i % 3 === 0 ? [server, client] : [client, server]
    const tcp = script.tcp({
      client: one,
      server: other,
      atMs: 200 * i + offsetMs,
      stepMs: 10,
      isns: [isn, isn + 500],
    })
    tcp.open()
    tcp.send(0, `question ${i} of ${startSec}`)
    tcp.close(0)
    script.udp({ client, server, atMs: 200 * i + offsetMs }).send(0, `datagram ${i} of ${startSec}`)
  }
  return script.toPcap()
}

const files: Record<string, Buffer> = {
  'today.pcap': capture(TODAY_SEC),
  'yesterday.pcap': capture(TODAY_SEC - DAY_SEC),
  'the-day-before.pcap': capture(TODAY_SEC - 2 * DAY_SEC, 5),
}

interface Found {
  uid: string
  ts: number
  orig_file: string
}

async function convert(folder: string, inputs: readonly string[], ...options: string[]) {
  for (const name of inputs) writeFileSync(join(folder, name), files[name]!)
  const out = `out-${inputs.length}`
  mkdirSync(join(folder, out))
  const index = join(folder, `${out}.jsonl`)
  const args = [...inputs, '-o', out, '-q', '--index', index, '--force', ...options]
  const { code, stderr } = await runProgram(args, { cwd: folder })
  expect([code, stderr]).toEqual([0, ''])
  const tree = readTree(folder)
  const records: Found[] = tree
    .get(`${out}.jsonl`)!
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const contents = [...tree].filter(([name]) => name.startsWith(`${out}/`))
  return {
    records,
    files: new Map(contents.map(([name, bytes]) => [name.slice(out.length + 1), `${bytes}`])),
  }
}

describe.concurrent('files of earlier days', () => {
  it.each([
    [[]],
    [['-s', '--workers', '3']],
    [['--merge', '-s', '--workers', '2']],
    [['--per-file', '--workers', '3']],
  ])('change no uid, name or content of later connections, with %j', (options) =>
    withFolder(async (folder) => {
      const alone = await convert(folder, ['today.pcap'], ...options)
      expect(new Set(alone.records.map(({ uid }) => uid)).size).toBe(13)
      const all = await convert(folder, ['the-day-before.pcap', 'yesterday.pcap', 'today.pcap'], ...options)
      expect(all.records.length).toBe(13 + 13 + 6)
      expect(all.records.filter(({ ts }) => ts >= TODAY_SEC)).toEqual(alone.records)
      for (const [name, content] of alone.files) expect([name, all.files.get(name)]).toEqual([name, content])
    }),
  )
})

it('a connection of an earlier file in the same second changes names, but no uid', () =>
  withFolder(async (folder) => {
    const files = { 'a.pcap': capture(TODAY_SEC - 1, 8, 50), 'b.pcap': capture(TODAY_SEC) }
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
    const uidsOf = async (index: string, ...inputs: string[]) => {
      await runProgram([...inputs, '--no-write', '-q', '--index', index], { cwd: folder })
      const lines = readTree(folder).get(index)!.toString().trimEnd().split('\n')
      return lines.map((line) => (JSON.parse(line) as Found).uid)
    }
    const [first, second] = [await uidsOf('a.jsonl', 'a.pcap'), await uidsOf('b.jsonl', 'b.pcap')]
    const both = await uidsOf('both.jsonl', 'a.pcap', 'b.pcap')
    const later = new Set(second)
    expect(second.filter((uid) => both.includes(uid)).length).toBe(12) // the datagrams go on
    expect(first.filter((uid) => later.has(uid))).toEqual([])
  }))
