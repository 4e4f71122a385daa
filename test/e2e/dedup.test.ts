import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isBalanced, type Summary } from '../../src/summary.js'
import { PcapngBuilder, pcapFile } from '../support/capture-writers.js'
import { concat, ethernet, ipv4, ipv6, tcp, text, udp, vlan } from '../support/frames.js'
import { runProgram, withFolder } from '../support/program.js'
import { readFrames } from '../support/read-frames.js'
import { gre } from '../support/tunnel-frames.js'

const CASES = join(import.meta.dirname, 'data')
const FIXTURES = join(import.meta.dirname, '../../fixtures')

interface Record {
  readonly [field: string]: unknown
}

async function convert(captures: readonly string[], ...args: readonly string[]) {
  return withFolder(async (folder) => {
    const all = [
      ...captures,
      '--no-write',
      '-q',
      '--index',
      'index.jsonl',
      '--summary',
      'summary.json',
      ...args,
    ]
    const { code, stderr } = await runProgram(all, { cwd: folder })
    expect([code, stderr]).toEqual([0, ''])
    const lines = readFileSync(join(folder, 'index.jsonl'), 'utf8').trim().split('\n')
    return {
      records: lines.map((line) => JSON.parse(line) as Record),
      summary: JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary,
    }
  })
}

interface Captured {
  readonly frame: Uint8Array
  /** Microseconds. */
  readonly at: number
  readonly interfaceId?: number
  readonly linkType?: number
}

const MS = 1_000
const CLIENT = '192.0.2.1'
const SERVER = '198.51.100.2'
const SYN = 0x02
const ACK = 0x10
const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]

interface Sent {
  readonly id?: number
  readonly seq?: number
  readonly ack?: number
  readonly flags?: number
  readonly data?: string
  readonly isV6?: boolean
  readonly options?: readonly number[]
}

/** A segment of one connection, from its client or its server. */
function segment(
  isClient: boolean,
  { id = 0, seq = 1, ack = 1, flags = ACK, data = '', isV6 = false, options = [] }: Sent,
) {
  const ports = isClient ? { srcPort: 40_000, dstPort: 80 } : { srcPort: 80, dstPort: 40_000 }
  const content = tcp({ ...ports, seq, ack, flags, options }, text(data))
  const [v6Src, v6Dst] = isClient ? ['2001:db8::1', '2001:db8::2'] : ['2001:db8::2', '2001:db8::1']
  if (isV6) return ipv6({ protocol: 6, src: v6Src, dst: v6Dst }, content)
  const [src, dst] = isClient ? [CLIENT, SERVER] : [SERVER, CLIENT]
  return ipv4({ protocol: 6, src, dst, id }, content)
}

/** Packets of one connection: a handshake, a request, its answer. */
function conversation(isV6 = false, options: readonly number[] = []): Uint8Array[] {
  return [
    segment(true, { isV6, options, id: 1, seq: 0, ack: 0, flags: SYN }),
    segment(false, { isV6, options, id: 0, seq: 0, flags: SYN | ACK }),
    segment(true, { isV6, options, id: 2 }),
    segment(true, { isV6, options, id: 3, data: 'request' }),
    segment(false, { isV6, options, id: 900, ack: 8, data: 'answer' }),
  ]
}

const tagged = (id: number, packet: Uint8Array, type = 0x8100) =>
  ethernet(vlan(id, packet), { etherType: type })
const changed = (frame: Uint8Array, at: number, ...values: number[]) => {
  const copy = frame.slice()
  copy.set(values, at)
  return copy
}
const cooked = (ifindex: number, packet: Uint8Array) =>
  concat([8, 0, 0, 0, 0, 0, 0, ifindex, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], packet)
/** ERSPAN II with this sequence number, from this switch. */
const mirrored = (from: string, sequence: number, packet: Uint8Array) =>
  ethernet(
    ipv4(
      { protocol: 47, src: from, dst: '192.0.2.200', id: sequence },
      gre({ type: 0x88be, sequence }, concat([0x10, 0, 0, 7, 0, 0, 0, 0], ethernet(packet))),
    ),
  )
const query = (id: number) =>
  ipv4({ protocol: 17, src: CLIENT, dst: SERVER, id }, udp({ srcPort: 5_000, dstPort: 53 }, text('query')))
/** Each frame in each of these forms, one right behind the other. */
const each = (
  packets: readonly Uint8Array[],
  ...forms: readonly ((packet: Uint8Array) => Uint8Array)[]
): Captured[] =>
  packets.flatMap((packet, i) => forms.map((form, k) => ({ frame: form(packet), at: i * 30 * MS + k * 40 })))

const once = {
  orig_pkts: 3,
  resp_pkts: 2,
  orig_bytes: 7,
  resp_bytes: 6,
  orig_dup_pkts: 3,
  resp_dup_pkts: 2,
  history: 'ShADd',
}
const none = { orig_retrans_bytes: 0, resp_retrans_bytes: 0 }
const right = ethernet(segment(true, { id: 3, data: 'request' }))

// [what, packets of each capture, options, connections, counts]
const relatives: [string, readonly (readonly Captured[])[], readonly string[], readonly object[], object][] =
  [
    [
      'asymmetric VLANs: requests in one, answers in another, both seen behind the switch, too',
      [
        conversation().flatMap((packet, i) => [
          { frame: tagged([10, 20, 10, 10, 20][i]!, packet), at: i * MS },
          { frame: ethernet(packet), at: i * MS + 9 },
        ]),
      ],
      [],
      [{ ...once, ...none }],
      { duplicates: 5, delivered: 5 },
    ],
    [
      '802.1ad and 802.1Q',
      [
        each(
          conversation(),
          (p) => tagged(8, p, 0x88a8),
          (p) => tagged(9, p),
        ),
      ],
      [],
      [{ ...once, ...none }],
      { duplicates: 5 },
    ],
    [
      'two interfaces of `any`',
      [
        each(
          conversation(),
          (p) => cooked(2, p),
          (p) => cooked(3, p),
        ).map((one) => ({ ...one, linkType: 276 })),
      ],
      [],
      [{ ...once, ...none }],
      { duplicates: 5 },
    ],
    [
      'a bond: the same frames at two interfaces',
      [each(conversation(), ethernet, ethernet).map((one, i) => ({ ...one, interfaceId: 1 + (i % 2) }))],
      ['--dedup', 'exact'],
      [{ ...once, ...none }],
      { duplicates: 5 },
    ],
    [
      'IPv6 with timestamps',
      [each(conversation(true, TIMESTAMPS), ethernet, ethernet)],
      [],
      [{ ...once, ...none }],
      { duplicates: 5 },
    ],
    [
      'IPv6 without timestamps: packets like each other are packets',
      [each(conversation(true), ethernet, ethernet)],
      [],
      [
        {
          orig_pkts: 6,
          resp_pkts: 4,
          orig_dup_pkts: 0,
          resp_dup_pkts: 0,
          orig_bytes: 7,
          orig_retrans_bytes: 7,
        },
      ],
      { duplicates: 0, delivered: 10 },
    ],
    [
      'IPv6 behind a router',
      [each(conversation(true), ethernet, (p) => changed(ethernet(p), 14 + 7, 63))],
      [],
      [{ ...once, ...none }],
      { duplicates: 5 },
    ],
    [
      'checksums that offload had not made yet, in the copy of the other interface and of the same',
      [
        [
          { frame: right, at: 0 },
          { frame: changed(right, 14 + 20 + 16, 0xde, 0xad), at: 5 },
          { frame: changed(right, 14 + 10, 0, 0), at: 9, interfaceId: 2 },
        ],
      ],
      [],
      [{ orig_pkts: 1, orig_dup_pkts: 2, orig_bytes: 7, orig_retrans_bytes: 0 }],
      { duplicates: 2, delivered: 1 },
    ],
    [
      'a fast retransmission, duplicate ACKs and keep-alives within 20 ms are what they are',
      [
        [
          ...conversation().map((packet, i) => ({ frame: ethernet(packet), at: i })),
          { frame: ethernet(segment(false, { id: 901, ack: 8, data: 'answer' })), at: 5 * MS },
          ...[4, 5, 6].map((id) => ({
            frame: ethernet(segment(true, { id, seq: 8, ack: 7 })),
            at: 6 * MS + id,
          })),
          ...[0, 0, 0].map((id) => ({ frame: ethernet(segment(true, { id, seq: 8, ack: 7 })), at: 7 * MS })),
          ...[7, 8].map((id) => ({ frame: ethernet(segment(true, { id, seq: 7, ack: 7 })), at: 8 * MS })),
        ],
      ],
      [],
      [{ orig_pkts: 11, resp_pkts: 3, orig_dup_pkts: 0, resp_dup_pkts: 0, resp_retrans_bytes: 6 }],
      { duplicates: 0, delivered: 14 },
    ],
    [
      'datagrams without identification: sent twice, not copied',
      [[0, 1, 2].map((at) => ({ frame: ethernet(query(0)), at }))],
      [],
      [{ orig_pkts: 3, orig_bytes: 15, orig_dup_pkts: 0 }],
      { duplicates: 0 },
    ],
    [
      'datagrams without identification that two captures have, merged',
      [
        [0, 1, 2].map((at) => ({ frame: ethernet(query(0)), at: at * 30 * MS })),
        [0, 1, 2].map((at) => ({ frame: ethernet(query(0)), at: at * 30 * MS + 7 })),
      ],
      ['--merge'],
      [{ orig_pkts: 3, orig_bytes: 15, orig_dup_pkts: 3 }],
      { duplicates: 3 },
    ],
    [
      'mirrored by two switches of one session',
      [
        each(
          [query(0), query(0)],
          (p) => mirrored('192.0.2.101', 1, p),
          (p) => mirrored('192.0.2.102', 2, p),
        ),
      ],
      [],
      [{ orig_pkts: 2, orig_bytes: 10, orig_dup_pkts: 2, tunnel: ['erspan:7'] }],
      { duplicates: 2 },
    ],
    [
      'mirrored packets that are not looked into: each is another',
      [
        each(
          [query(0)],
          (p) => mirrored('192.0.2.101', 1, p),
          (p) => tagged(5, mirrored('192.0.2.101', 1, p).subarray(14)),
          (p) => mirrored('192.0.2.101', 2, p),
        ),
      ],
      ['--no-decap'],
      [{ proto: 'gre', orig_pkts: 2, orig_dup_pkts: 1 }],
      { duplicates: 1, delivered: 2 },
    ],
  ]

describe('--dedup', () => {
  // [capture, packets, duplicates, fields of its connection]
  it.each([
    ['dup-identical.pcap', 11, 11, { orig_pkts: 7, resp_pkts: 4, orig_bytes: 24, resp_bytes: 30 }],
    ['dup-vlan.pcap', 11, 11, { orig_pkts: 7, resp_pkts: 4, orig_bytes: 24, resp_bytes: 30 }],
    ['dup-udp.pcap', 3, 3, { orig_pkts: 3, orig_bytes: 21, resp_bytes: 0 }],
  ])('takes the packets of %s once', async (file, delivered, duplicates, fields) => {
    for (const workers of ['1', '3']) {
      const { records, summary } = await convert([join(CASES, file)], '--workers', workers)
      expect(records).toHaveLength(1)
      expect(records[0]).toMatchObject({ ...fields, orig_retrans_bytes: 0, resp_retrans_bytes: 0 })
      expect(Number(records[0]!.orig_dup_pkts) + Number(records[0]!.resp_dup_pkts)).toBe(duplicates)
      expect(summary.packets).toMatchObject({ read: 2 * delivered, duplicates, delivered })
    }
    const off = await convert([join(CASES, file)], '--dedup', 'off')
    expect(off.summary.packets).toMatchObject({ duplicates: 0, delivered: 2 * delivered })
    const exact = await convert([join(CASES, file)], '--dedup', 'exact')
    expect(exact.summary.packets.duplicates).toBe(file === 'dup-vlan.pcap' ? 0 : duplicates)
  })

  it.each([
    'http.pcap.gz',
    'retransmitted.pcap',
    'overlap-conflict.pcap',
    'ipv6.pcap',
    'fragments.pcap',
    'icmp-errors.pcap',
    'sctp.pcap',
  ])(
    'gives of %s what it gives without, when each packet is there a second time in another VLAN',
    async (file) => {
      await withFolder(async (folder) => {
        const plain = join(folder, 'plain.pcap')
        const doubled = join(folder, 'doubled.pcap')
        const bytes = readFileSync(join(FIXTURES, file))
        const packets = readFrames(file.endsWith('.gz') ? gunzipSync(bytes) : bytes).map(
          ({ ns, bytes: frame }) => ({
            tsSec: Number(ns / 1_000_000_000n),
            tsNsec: Number(ns % 1_000_000_000n),
            frame,
            originalBytes: frame.length,
          }),
        )
        writeFileSync(plain, pcapFile(packets))
        writeFileSync(
          doubled,
          pcapFile(
            packets.flatMap(({ frame, originalBytes, ...time }) => {
              const tag = Uint8Array.of(0x81, 0, 0, 77)
              const tagged = Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)])
              return [
                { ...time, frame, originalBytes },
                { ...time, frame: tagged, originalBytes: originalBytes + 4 },
              ]
            }),
          ),
        )
        const once = await convert([plain])
        const twice = await convert([doubled])
        const withoutCopies = ({ orig_dup_pkts: _, resp_dup_pkts: __, ...record }: Record) => record
        expect(twice.records.map(withoutCopies)).toEqual(once.records.map(withoutCopies))
        const { packets: counts } = once.summary
        expect(twice.summary.packets).toEqual({
          ...counts,
          read: 2 * packets.length,
          duplicates: counts.duplicates + packets.length,
        })
        expect(twice.summary.details.incomplete_datagrams).toBe(once.summary.details.incomplete_datagrams)
      })
    },
  )

  it.each(relatives)('%s', async (_what, packets, args, expected, counts) => {
    await withFolder(async (folder) => {
      const captures = packets.map((list, i) => {
        const path = join(folder, `${i}.pcapng`)
        const builder = new PcapngBuilder().section()
        const linkType = list[0]?.linkType ?? 1
        for (let id = 0; id < 3; id++) builder.interface(linkType)
        for (const { frame, at, interfaceId = 0 } of list)
          builder.enhanced(interfaceId, 1_700_000_000_000_000n + BigInt(at), frame)
        writeFileSync(path, builder.done())
        return path
      })
      for (const workers of ['1', '3']) {
        const { records, summary } = await convert(captures, '--workers', workers, ...args)
        expect(records).toMatchObject(expected)
        expect(summary.packets).toMatchObject(counts)
        expect(isBalanced(summary.packets)).toBe(true)
      }
    })
  })
})
