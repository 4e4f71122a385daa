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

/** Bytes of the streams, and what is outside of them, by side; and why the connection ended. */
type Expected = [orig: number, resp: number, origOutside: number, respOutside: number, reason: string]

// [capture, missing bytes in all, its connections in the order of their first packets]
const CAPTURES: [string, number, Expected[]][] = [
  [
    'fw-seq-randomised-both-sides',
    0,
    [
      [8, 9, 0, 0, 'fin'],
      [8, 9, 0, 0, 'fin'],
    ],
  ],
  [
    'port-reuse-nosyn',
    0,
    [
      [2, 0, 0, 0, 'fin'],
      [15, 7, 0, 0, 'end'],
    ],
  ],
  [
    'fin-reuse-synack-only',
    0,
    [
      [8, 0, 0, 0, 'fin'],
      [8, 9, 0, 0, 'fin'],
    ],
  ],
  ['midstream-stale-first', 0, [[17, 12, 14, 0, 'fin']]],
  ['drop-2.5GiB', 2_500_000_000, [[8, 36, 0, 0, 'fin']]],
  ['reorder-around-peer-rst', 0, [[8, 21, 0, 0, 'rst']]],
  ['rst-before-data', 0, [[300, 0, 0, 0, 'rst']]],
  ['reversed-file', 0, [[15, 15, 0, 0, 'fin']]],
  ['fin-first-one-byte', 0, [[1, 0, 0, 0, 'fin']]],
  ['ack-before-syn', 0, [[5, 5, 0, 0, 'fin']]],
  ['tcp-rst-with-data', 0, [[4, 0, 0, 16, 'rst']]],
  ['future-nofin', 0, [[13, 2, 4, 0, 'end']]],
  [
    'halfopen-challenge-ack',
    0,
    [
      [14, 9, 0, 0, 'rst'],
      [8, 8, 0, 0, 'fin'],
    ],
  ],
  ['midstream-server-first', 0, [[10, 10, 0, 0, 'end']]],
  ['udp-response-first', 0, [[5, 13, 0, 0, 'end']]],
  ['tcp-midstream-keepalive-first', 0, [[4, 4, 1, 0, 'end']]],
  ['second-synack-other-isn-after-ack', 0, [[8, 14, 0, 0, 'fin']]],
  [
    'vlan-same-tuple-two-customers',
    0,
    [
      [22, 16, 0, 0, 'fin'],
      [22, 16, 0, 0, 'fin'],
    ],
  ],
]

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
  ])
  expect(found).toEqual(expected)
  expect(results.records.reduce((sum, r) => sum + Number(r.missed_bytes), 0)).toBe(missing)
}

describe.each(CAPTURES)('%s', (name, missing, expected) => {
  it('has all its payload in its streams', () => expectConnections(recordsOf(name), missing, expected))

  it('has it with IPv6, too', () => expectConnections(inIpv6(recordsOf(name)), missing, expected))

  it('has it with every packet twice, too, but for what is outside and what answers a RST', async () => {
    const twice = recordsOf(name).flatMap((record) => [record, record])
    const results = await resultsOf(folder, [fileOf(twice, FORM)], { noWrite: true })
    const streams = results.records.map((r) => [r.orig_bytes, r.resp_bytes])
    const isDatagrams = name.startsWith('udp')
    expect(streams).toEqual(
      expected.map(([orig, resp]) => (isDatagrams ? [2 * orig, 2 * resp] : [orig, resp])),
    )
  })

  it.each(['vlan', 'gre', 'vxlan'] as Encapsulation[])('has it inside of %s', (kind) =>
    expectConnections(encapsulated(recordsOf(name), kind), missing, expected),
  )
})
