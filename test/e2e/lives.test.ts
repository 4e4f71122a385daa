import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DraftRecord } from '../determinism/record-troubles.js'
import { resultsOf } from '../metamorphic/results.mjs'
import { type Encapsulation, encapsulated, fileOf } from '../metamorphic/transformations.js'
import { address, concat } from '../support/frames.js'
import { readFrames } from '../support/read-frames.js'

const CASES = new URL('data/cases/', import.meta.url)
const FORM = { format: 'pcap', bigEndian: false, nanoseconds: false, isCompressed: false } as const

/** Bytes of the streams, and what is outside of them, by side; why the connection ended, and its state. */
type Expected = [
  orig: number,
  resp: number,
  origOutside: number,
  respOutside: number,
  reason: string,
  state: string,
]

// [capture, missing bytes in all, its connections in the order of their first packets]
const CAPTURES: [string, number, Expected[]][] = [
  [
    'fw-seq-randomised-both-sides',
    0,
    [
      [8, 9, 0, 0, 'fin', 'SF'],
      [8, 9, 0, 0, 'fin', 'SF'],
    ],
  ],
  [
    'port-reuse-nosyn',
    0,
    [
      [2, 0, 0, 0, 'fin', 'SF'],
      [15, 7, 0, 0, 'end', 'OTH'],
    ],
  ],
  [
    'fin-reuse-synack-only',
    0,
    [
      [8, 0, 0, 0, 'fin', 'SF'],
      [8, 9, 0, 0, 'fin', 'SF'],
    ],
  ],
  ['midstream-stale-first', 0, [[17, 12, 14, 0, 'fin', 'OTH']]],
  ['drop-2.5GiB', 2_500_000_000, [[8, 36, 0, 0, 'fin', 'SF']]],
  ['reorder-around-peer-rst', 0, [[8, 21, 0, 0, 'rst', 'RSTO']]],
  ['rst-before-data', 0, [[300, 0, 0, 0, 'rst', 'RSTO']]],
  ['reversed-file', 0, [[15, 15, 0, 0, 'fin', 'SF']]],
  ['fin-first-one-byte', 0, [[1, 0, 0, 0, 'fin', 'SF']]],
  ['ack-before-syn', 0, [[5, 5, 0, 0, 'fin', 'SF']]],
  ['tcp-rst-with-data', 0, [[4, 0, 0, 16, 'rst', 'RSTR']]],
  ['future-nofin', 0, [[13, 2, 4, 0, 'end', 'S1']]],
  [
    'halfopen-challenge-ack',
    0,
    [
      [14, 9, 0, 0, 'rst', 'RSTO'],
      [8, 8, 0, 0, 'fin', 'SF'],
    ],
  ],
  ['midstream-server-first', 0, [[10, 10, 0, 0, 'end', 'OTH']]],
  ['udp-response-first', 0, [[5, 13, 0, 0, 'end', 'SF']]],
  ['tcp-midstream-keepalive-first', 0, [[4, 4, 1, 0, 'end', 'OTH']]],
  ['second-synack-other-isn-after-ack', 0, [[8, 14, 0, 0, 'fin', 'SF']]],
  [
    'vlan-same-tuple-two-customers',
    0,
    [
      [22, 16, 0, 0, 'fin', 'SF'],
      [22, 16, 0, 0, 'fin', 'SF'],
    ],
  ],
  [
    'time-forward-2h',
    0,
    [
      [7, 3, 0, 0, 'timeout', 'S1'],
      [6, 3, 0, 0, 'fin', 'OTH'],
    ],
  ],
]

// In another order they mean something else: what a keep-alive is answered by, and what comes before a time-out.
const ORDER_MATTERS = ['tcp-midstream-keepalive-first', 'time-forward-2h']

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-lives-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function recordsOf(name: string): DraftRecord[] {
  const frames = readFrames(readFileSync(new URL(`${name}.pcap`, CASES)))
  const [first] = frames
  return frames.map(({ ns, bytes }) => ({
    ns: Number(ns - first!.ns) + 1e9,
    frame: bytes,
    originalBytes: bytes.length,
  }))
}

/** The same with IPv6 in the place of IPv4, behind whatever is before it. */
function inIpv6(records: readonly DraftRecord[]): DraftRecord[] {
  return records.map(({ ns, frame }) => {
    let at = 12
    while (frame[at] === 0x81) at += 4
    const packet = frame.subarray(at + 2)
    const length = (packet[2]! << 8) | packet[3]!
    const headerBytes = 4 * (packet[0]! & 15)
    const v6 = (from: number) => [...address('2001:db8::').slice(0, 12), ...packet.subarray(from, from + 4)]
    const bytes = length - headerBytes
    const content = concat(
      frame.subarray(0, at),
      [0x86, 0xdd, 0x60, 0, 0, 0, bytes >> 8, bytes & 255, packet[9]!, 64],
      v6(12),
      v6(16),
      packet.subarray(headerBytes, length),
    )
    return { ns, frame: content, originalBytes: content.length }
  })
}

async function expectConnections(records: readonly DraftRecord[], missing: number, expected: Expected[]) {
  const results = await resultsOf(folder, [fileOf(records, FORM)], { noWrite: true })
  const found = results.records.map((r) => [
    r.orig_bytes,
    r.resp_bytes,
    r.orig_outside_bytes,
    r.resp_outside_bytes,
    r.close_reason,
    r.conn_state,
  ])
  expect(found).toEqual(expected)
  expect(results.records.reduce((sum, r) => sum + Number(r.missed_bytes), 0)).toBe(missing)
}

/** The same with numbers in the place of both addresses' third byte. */
function numbered(record: DraftRecord, number: number): DraftRecord {
  const frame = Uint8Array.from(record.frame)
  let at = 14
  while (frame[at - 2] === 0x81) at += 4
  frame[at + 14] = number
  frame[at + 18] = number
  return { ...record, frame }
}

interface Totals {
  readonly connections: number
  readonly streams: string
  readonly delivered: number
  readonly outside: number
  readonly missed: number
}

/** What comes out of variants of a capture, which are converted together, each with addresses of its own. */
async function totalsOf(variants: readonly (readonly DraftRecord[])[]): Promise<Totals[]> {
  const longest = Math.max(...variants.map((records) => records.length))
  const together = Array.from({ length: longest }, (_, i) =>
    variants.flatMap((records, number) => (records[i] === undefined ? [] : [numbered(records[i], number)])),
  ).flat()
  const { records } = await resultsOf(folder, [fileOf(together, FORM)], { noWrite: true })
  return variants.map((_, number) => {
    const own = records.filter((r) => String(r['id.orig_h']).split('.')[2] === `${number}`)
    const sum = (...fields: string[]) =>
      own.reduce((total, r) => total + fields.reduce((bytes, field) => bytes + Number(r[field]), 0), 0)
    return {
      connections: own.length,
      streams: own.map((r) => `${r.orig_bytes}/${r.resp_bytes}`).join(' '),
      delivered: sum('orig_bytes', 'resp_bytes'),
      outside: sum('orig_outside_bytes', 'resp_outside_bytes'),
      missed: sum('missed_bytes'),
    }
  })
}

/** Bytes of payload, which in the cases follow the TCP header without padding. */
function payloadBytes({ frame }: DraftRecord): number {
  let at = 14
  while (frame[at - 2] === 0x81) at += 4
  const length = (frame[at + 2]! << 8) | frame[at + 3]!
  return frame[at + 9] === 17 ? length - 28 : length - 20 - 4 * (frame[at + 32]! >> 4)
}

describe.each(CAPTURES)('%s', (name, missing, expected) => {
  it('has all its payload in its streams', () => expectConnections(recordsOf(name), missing, expected))

  it('has it with IPv6, too', () => expectConnections(inIpv6(recordsOf(name)), missing, expected))

  it.each([
    ['auto', 1],
    ['off', 2],
  ] as const)(
    'has it with every packet twice, too, but for what is outside, with --dedup %s',
    async (dedup, datagrams) => {
      const twice = recordsOf(name).flatMap((record) => [record, record])
      const results = await resultsOf(folder, [fileOf(twice, FORM)], { noWrite: true, dedup })
      const streams = results.records.map((r) => [r.orig_bytes, r.resp_bytes])
      const times = name.startsWith('udp') ? datagrams : 1
      expect(streams).toEqual(expected.map(([orig, resp]) => [times * orig, times * resp]))
    },
  )

  it.each(['vlan', 'gre', 'vxlan'] as Encapsulation[])('has it inside of %s', (kind) =>
    expectConnections(encapsulated(recordsOf(name), kind), missing, expected),
  )

  it('loses no more than a packet that is lost', async () => {
    const all = recordsOf(name)
    const variants = [all, ...all.map((lost) => all.filter((record) => record !== lost))]
    const [base, ...totals] = await totalsOf(variants)
    for (const [i, total] of totals.entries()) {
      const lost = payloadBytes(all[i]!)
      expect(total.delivered, `packet ${i + 1}`).toBeGreaterThanOrEqual(base!.delivered - lost)
      expect(total.outside, `packet ${i + 1}`).toBeLessThanOrEqual(base!.outside)
      expect(total.missed, `packet ${i + 1}`).toBeLessThanOrEqual(base!.missed + lost)
      expect(total.connections, `packet ${i + 1}`).toBe(base!.connections)
    }
  })
})

it.each(CAPTURES.map(([name]) => name).filter((name) => !ORDER_MATTERS.includes(name)))(
  '%s has all its payload in its streams in another order of neighbours',
  async (name) => {
    const all = recordsOf(name)
    const swapped = all.slice(1).map((_, i) =>
      all.map((record, k) => {
        const other = k === i ? all[i + 1]! : k === i + 1 ? all[i]! : record
        return { ...other, ns: record.ns }
      }),
    )
    const [base, ...totals] = await totalsOf([all, ...swapped])
    for (const [i, { streams }] of totals.entries()) expect([i, streams]).toEqual([i, base!.streams])
  },
)

it('snap42 is a connection whose payload is cut off, with all its packets', async () => {
  const bytes = readFileSync(new URL('snap42.pcap', CASES))
  const { records } = await resultsOf(folder, [{ name: 'snap42.pcap', bytes }], { noWrite: true })
  const [record] = records
  expect([records.length, Number(record!.orig_pkts) + Number(record!.resp_pkts)]).toEqual([1, 7])
  expect(Number(record!.resp_missed_bytes)).toBeGreaterThanOrEqual(1000)
  expect(record).toMatchObject({ orig_captured_bytes: 0, resp_captured_bytes: 0 })
})
