import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inspectionTable } from '../../src/cli/inspect-table.js'
import { printable } from '../../src/cli/printable.js'
import type { CaptureInspection, PacketGroup } from '../../src/inspect/inspection.js'

const group = (name: string, packets: number, groups: PacketGroup[] = []): PacketGroup => ({
  name,
  packets,
  bytes: packets * 100,
  groups,
})

function sample(changes: Partial<CaptureInspection> = {}): CaptureInspection {
  return {
    path: 'a.pcap',
    status: 'ok',
    problems: [],
    bytes: 5_000,
    format: {
      name: 'pcapng',
      version: '1.0',
      byte_orders: ['little-endian'],
      record_headers: 'standard',
      compression: 'zstd',
      sections: 1,
      hardware: null,
      os: 'a system',
      application: 'a program',
    },
    packets: { total: 1_250, cut: 3, back_in_time: 2, dropped: 7 },
    packet_bytes: { captured: 4_800, on_the_wire: 9_000 },
    first: '2024-03-05T09:30:00.000000000Z',
    last: '2024-03-05T09:30:09.000000000Z',
    duration: '9.000000000',
    interfaces: [
      {
        link_type: 'ETHERNET (1)',
        snaplen: 262_144,
        resolution: '10^-9',
        name: 'eth0',
        description: null,
        filter: 'tcp',
        dropped: 7,
      },
      {
        link_type: 'RAW (101)',
        snaplen: 0,
        resolution: '2^-10',
        name: null,
        description: 'd',
        filter: null,
        dropped: null,
      },
    ],
    interface_count: 3,
    comments: { total: 2, first: ['one', 'two'] },
    secrets: [
      { type: 'TLS key log', blocks: 1, bytes: 1_234 },
      { type: 'type 0x00000007', blocks: 1_002, bytes: 5 },
    ],
    protocols: [
      group('ETHERNET (1)', 1_250, [group('IPv4', 1_200, [group('TCP', 1_200)]), group('ARP', 50)]),
    ],
    encapsulations: [group('vlan:100 / vxlan:42', 9)],
    suggestion: null,
    damage: { holes: 0, lost_bytes: 0 },
    ...changes,
  }
}

it('inspectionTable() says what was found, in columns', () => {
  expect(inspectionTable(sample()).split('\n')).toEqual([
    'a.pcap',
    '  format         pcapng 1.0, little-endian',
    '  written by     a program, a system',
    '  size           4.88 KiB, zstd-compressed',
    '  packets        1,250',
    '  cut by snaplen 3',
    '  back in time   2',
    '  dropped        7',
    '  packet bytes   4.69 KiB captured, 8.79 KiB on the wire',
    '  first packet   2024-03-05T09:30:00.000000000Z',
    '  last packet    2024-03-05T09:30:09.000000000Z',
    '  duration       9.000000000 s',
    '  comments       2, first: "one"',
    '  secrets        TLS key log: 1 block, 1.21 KiB; type 0x00000007: 1,002 blocks, 5 B',
    '  interface 0    ETHERNET (1), nanoseconds, snaplen 262,144, 7 dropped, eth0, filter "tcp"',
    '  interface 1    RAW (101), 2^-10 s, no snaplen, "d"',
    '                 and 1 more',
    '',
    `  protocols${'packets'.padStart(73)}${'on the wire'.padStart(16)}`,
    `  ETHERNET (1)${'1,250'.padStart(70)}${'122 KiB'.padStart(16)}`,
    `    IPv4${'1,200'.padStart(76)}${'117 KiB'.padStart(16)}`,
    `      TCP${'1,200'.padStart(75)}${'117 KiB'.padStart(16)}`,
    `    ARP${'50'.padStart(77)}${'4.88 KiB'.padStart(16)}`,
    '',
    `  encapsulations${'packets'.padStart(68)}${'on the wire'.padStart(16)}`,
    `  vlan:100 / vxlan:42${'9'.padStart(63)}${'900 B'.padStart(16)}`,
    '',
  ])
})

it('inspectionTable() says what was damaged, and where reading ended', () => {
  const problems = [
    { offset: 5, length: 300, message: 'm' },
    { offset: 4_000, length: 0, message: 'm' },
  ]
  const table = inspectionTable(sample({ damage: { holes: 1, lost_bytes: 300 }, problems }))
  expect(table).toContain('  damage         1 hole, 300 B skipped; reading ended at byte 4,000\n')
})

it('inspectionTable() of an input that is no capture is short', () => {
  const none = { format: null, interfaces: [], interface_count: 0, protocols: [], encapsulations: [] }
  expect(inspectionTable(sample(none))).toBe('a.pcap\n  format         no capture that can be read\n')
})

it('inspectionTable() sums up what is beyond forty of a kind', () => {
  const groups = Array.from({ length: 45 }, (_, i) => group(`gre:${i}`, 100))
  const lines = inspectionTable(sample({ encapsulations: groups }))
    .trimEnd()
    .split('\n')
  expect(lines.at(-1)).toMatch(/^ {2}5 more +500 +48.8 KiB$/)
})

it('inspectionTable() drives no terminal and stays within 100 columns, whatever the texts', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.constantFrom('\x1b]0;x\x07', '\u202e', '\n\r\n', '\ud83d'),
  )
  fc.assert(
    fc.property(texts, texts, texts, (path, name, comment) => {
      const iface = { ...sample().interfaces[0]!, name, description: comment, filter: name }
      const format = { ...sample().format!, application: name, os: comment, hardware: path }
      const table = inspectionTable(
        sample({
          path,
          format,
          interfaces: [iface],
          comments: { total: 1, first: [comment] },
          protocols: [group(name, 1)],
        }),
      )
      const [, ...lines] = table.split('\n')
      expect(lines.filter((line) => line.length > 100)).toEqual([])
      expect(table.split('\n').filter((line) => printable(line) !== line)).toEqual([])
    }),
  )
})
