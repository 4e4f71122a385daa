import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import { shortPlan } from '../../fixtures/generator/presets.mjs'
import { inspectionTable } from '../../src/cli/inspect-table.js'
import { toConfig } from '../../src/config/config.js'
import { inspectCaptures } from '../../src/inspect/inspect-captures.js'
import type { CaptureInspection, PacketGroup } from '../../src/inspect/inspection.js'
import { EncapTable } from '../../src/wire/encap-table.js'
import { PcapngBuilder, pcapFile, type WrittenOption } from '../support/capture-writers.js'
import { ethernet, ipv4, ipv6, tcp, text, udp, vlan } from '../support/frames.js'
import { vxlan } from '../support/tunnel-frames.js'
import { withoutRights } from '../support/without-rights.js'

const SEC = 1_709_631_000
const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-inspect-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Looks into files that have this content, by name. */
async function inspect(
  files: Readonly<Record<string, Uint8Array | string>>,
  options: { noDecap?: boolean; linkType?: string } = {},
  stdin = Readable.from([]),
) {
  const inputFile = Object.entries(files).map(([name, content]) => {
    if (name === '-') return name
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  })
  const captures: CaptureInspection[] = []
  const { errors } = await inspectCaptures(toConfig({ inputFile, ...options }), stdin, (one) =>
    captures.push(one),
  )
  return { captures, errors }
}

async function inspectOne(content: Uint8Array | string, options = {}): Promise<CaptureInspection> {
  const { captures } = await inspect({ 'one.cap': content }, options)
  return captures[0]!
}

/** Names and packets of groups, nested. */
function tree(groups: readonly PacketGroup[]): object {
  return groups.map(({ name, packets, groups: inside }) =>
    inside.length === 0 ? [name, packets] : [name, packets, tree(inside)],
  )
}

const packet = (tsSec: number, frame: Uint8Array, originalBytes = frame.length) => ({
  tsSec,
  tsNsec: 7_000,
  frame,
  originalBytes,
})
const overIpv4 = ethernet(ipv4({ protocol: 6 }, tcp({}, text('one'))))
const overIpv6 = ethernet(ipv6({ protocol: 17 }, udp({}, text('two'))))
const arp = ethernet(Uint8Array.of(0, 1, 8, 0), { etherType: 0x0806 })
const llc = [10, 11].map((etherType) => ethernet(Uint8Array.of(0x42, 0x42, 3), { etherType }))
const inTunnel = ethernet(vlan(100, ipv4({ protocol: 17 }, udp({ dstPort: 4789 }, vxlan(42, overIpv6)))), {
  etherType: 0x8100,
})
const option = (code: number, value: string): WrittenOption => [code, [...Buffer.from(value)]]

describe('inspectCaptures()', () => {
  it('says what a pcap file is and holds', async () => {
    const written = [
      packet(SEC + 5, overIpv4, 1_000),
      packet(SEC, overIpv6),
      packet(SEC + 1, arp),
      ...llc.map((frame) => packet(SEC + 2, frame)),
      packet(SEC + 3, inTunnel),
      packet(SEC + 3, overIpv4.subarray(0, 20)),
      packet(SEC + 9, ethernet(ipv4({ protocol: 17, moreFragments: true }, new Uint8Array(16)))),
    ]
    const file = pcapFile(written, { isLittleEndian: false, snaplen: 68 })
    const found = await inspectOne(file)
    expect(found).toMatchObject({
      status: 'ok',
      problems: [],
      bytes: file.length,
      format: {
        name: 'pcap',
        version: '2.4',
        byte_orders: ['big-endian'],
        record_headers: 'standard',
        compression: null,
      },
      packets: { total: 8, cut: 1, back_in_time: 1, dropped: 0 },
      packet_bytes: {
        captured: written.reduce((sum, { frame }) => sum + frame.length, 0),
        on_the_wire: written.reduce((sum, { originalBytes }) => sum + originalBytes, 0),
      },
      first: '2024-03-05T09:30:00.000007000Z',
      last: '2024-03-05T09:30:09.000007000Z',
      duration: '9.000000000',
      interfaces: [
        { link_type: 'ETHERNET (1)', snaplen: 68, resolution: '10^-6', name: null, dropped: null },
      ],
      interface_count: 1,
      damage: { holes: 0, lost_bytes: 0 },
    })
    expect(tree(found.protocols)).toEqual([
      [
        'ETHERNET (1)',
        8,
        [
          ['IPv6', 2, [['UDP', 2]]],
          ['LLC', 2],
          ['ARP', 1],
          ['IP fragments', 1],
          ['IPv4', 1, [['TCP', 1]]],
          ['malformed', 1],
        ],
      ],
    ])
    expect(found.encapsulations).toEqual([
      { name: 'vlan:100 / vxlan:42', packets: 1, bytes: inTunnel.length, groups: [] },
    ])
  })

  it('leaves tunnels closed, and takes another link type, where that is asked for', async () => {
    const file = pcapFile([packet(SEC, inTunnel)])
    const closed = await inspectOne(file, { noDecap: true })
    expect(tree(closed.protocols)).toEqual([['ETHERNET (1)', 1, [['IPv4', 1, [['UDP', 1]]]]]])
    expect(closed.encapsulations.map(({ name }) => name)).toEqual(['vlan:100'])
    const raw = await inspectOne(pcapFile([packet(SEC, overIpv4.subarray(14))], { linkType: 147 }), {
      linkType: 'RAW',
    })
    expect(tree(raw.protocols)).toEqual([['RAW (101)', 1, [['IPv4', 1, [['TCP', 1]]]]]])
  })

  it('describes outer headers of many captures in memory for one', async () => {
    const allocate = vi.spyOn(EncapTable, 'allocate')
    const inVlan = (id: number) =>
      ethernet(vlan(id, ipv4({ protocol: 17 }, udp({}, text('x')))), { etherType: 0x8100 })
    const files = [[inTunnel, inVlan(1)], [inVlan(2)], [inVlan(3), inVlan(1)]].map((frames, i) => [
      `${i}.cap`,
      pcapFile(frames.map((frame) => packet(SEC, frame))),
    ])
    const { captures } = await inspect(Object.fromEntries(files))
    expect(captures.map((capture) => capture.encapsulations.map(({ name }) => name))).toEqual([
      ['vlan:1', 'vlan:100 / vxlan:42'],
      ['vlan:2'],
      ['vlan:1', 'vlan:3'],
    ])
    expect(allocate).toHaveBeenCalledOnce()
    allocate.mockRestore()
  })

  it('names link types that it cannot decode', async () => {
    const found = await inspectOne(pcapFile([packet(SEC, arp)], { linkType: 147 }))
    expect([found.status, tree(found.protocols)]).toEqual(['ok', [['USER0 (147)', 1, [['not IP', 1]]]]])
  })

  it('says what a pcapng file is and holds: sections, interfaces, drops, comments', async () => {
    const file = new PcapngBuilder().section(true, [
      option(1, 'about the section'),
      option(2, 'a machine'),
      option(3, 'a system'),
      option(4, 'a program'),
    ])
    file
      .interface(1, 96, [
        option(1, 'about eth0'),
        option(2, 'eth0'),
        option(3, 'the first'),
        [9, [9]],
        option(11, '\0tcp port 80'),
      ])
      .interface(113, 0, [
        [9, [0x8a]],
        [11, [1, 2, 3]],
      ])
      .enhanced(0, BigInt(SEC) * 1_000_000_000n, overIpv4, 70, [
        option(1, 'about a packet\0'),
        option(1, 'more'),
      ])
      .statistics(0, [[5, file.value(8, 12n)]])
      .section(false)
      .interface(1)
      .enhanced(0, BigInt(SEC + 1) * 1_000_000n, overIpv6)
    const found = await inspectOne(file.done())
    expect(found).toMatchObject({
      status: 'ok',
      format: {
        name: 'pcapng',
        version: '1.0',
        byte_orders: ['little-endian', 'big-endian'],
        sections: 2,
        hardware: 'a machine',
        os: 'a system',
        application: 'a program',
      },
      packets: { total: 2, cut: 1, dropped: 12 },
      interfaces: [
        {
          link_type: 'ETHERNET (1)',
          snaplen: 96,
          resolution: '10^-9',
          name: 'eth0',
          description: 'the first',
          filter: 'tcp port 80',
          dropped: 12,
        },
        { link_type: 'LINUX_SLL (113)', resolution: '2^-10', name: null, filter: null, dropped: null },
        { resolution: '10^-6', dropped: null },
      ],
      interface_count: 3,
      comments: { total: 4, first: ['about the section', 'about eth0', 'about a packet', 'more'] },
    })
  })

  it('counts decryption secrets by their type, and tells none of them', async () => {
    const secret = 'CLIENT_RANDOM 5ec7e75ec7e7 '
    const keyLog = (type: number, text: string, isLittleEndian = true, length = text.length) => {
      const body = new DataView(new ArrayBuffer(8 + text.length))
      body.setUint32(0, type, isLittleEndian)
      body.setUint32(4, length, isLittleEndian)
      const bytes = new Uint8Array(body.buffer)
      bytes.set(Buffer.from(text), 8)
      return bytes
    }
    const file = new PcapngBuilder()
      .section()
      .interface(1)
      .block(10, keyLog(0x544c534b, secret))
      .enhanced(0, 0n, overIpv4)
      .block(10, keyLog(0x544c534b, secret.repeat(40_000))) // longer than what is looked ahead
      .block(10, keyLog(0x11223344, 'abcd', true, 0xffff_ffff))
      .block(10, new Uint8Array(0))
      .section(false)
      .block(10, keyLog(0x57474b4c, 'abcde', false))
    const found = await inspectOne(file.done())
    expect([found.status, found.packets.total]).toEqual(['ok', 1])
    expect(found.secrets).toEqual([
      { type: 'TLS key log', blocks: 2, bytes: 40_001 * secret.length },
      { type: 'type 0x11223344', blocks: 1, bytes: 4 },
      { type: 'WireGuard key log', blocks: 1, bytes: 5 },
    ])
    expect(JSON.stringify(found)).not.toContain('5ec7e7')
    expect(inspectionTable(found)).not.toContain('5ec7e7')
  })

  it('keeps the first comments and interfaces of many, and counts all', async () => {
    const file = new PcapngBuilder().section(true, [option(1, 'x'.repeat(5_000))])
    for (let i = 0; i < 1_200; i++) file.interface(1, 0, [option(1, `comment ${i}`)])
    const { interfaces, interface_count, comments } = await inspectOne(file.done())
    expect([interfaces.length, interface_count]).toEqual([1_000, 1_200])
    expect([comments.total, comments.first.length, comments.first[0]?.length]).toEqual([1_201, 10, 1_024])
  })

  it('puts fragments together without end', async () => {
    const whole = new Uint8Array(40_000)
    const frames = Array.from({ length: 30 }, (_, id) =>
      [0, 20_000].map((fragmentOffset) =>
        ethernet(
          ipv4(
            { protocol: 17, id, fragmentOffset, moreFragments: fragmentOffset === 0 },
            whole.subarray(fragmentOffset, fragmentOffset + 20_000),
          ),
        ),
      ),
    ).flat()
    const found = await inspectOne(pcapFile(frames.map((frame) => packet(SEC, frame))))
    expect(tree(found.protocols)).toEqual([
      [
        'ETHERNET (1)',
        60,
        [
          ['IP fragments', 30],
          ['IPv4', 30, [['UDP', 30]]],
        ],
      ],
    ])
  })

  it('reads damaged captures, standard input, and goes on behind what is none', async () => {
    const { bytes: whole, truth } = generateBytes(shortPlan(30), 5)
    const half = whole.length >> 1
    const damaged = Buffer.concat([whole.subarray(0, half), Buffer.alloc(5_000, 0x99), whole.subarray(half)])
    const { captures, errors } = await inspect(
      {
        'a.pcap': whole,
        'b.pcap': damaged,
        'c.txt': 'just some text',
        'd.pcap': '',
        'e.pcap': whole.subarray(0, 24),
        '-': '',
      },
      {},
      Readable.from([whole.subarray(0, 5), whole.subarray(5, 3_000), whole.subarray(3_000)]),
    )
    expect(errors).toEqual([])
    const outcomes = captures.map(({ status, packets, format }) => [
      status,
      packets.total,
      format?.compression,
    ])
    expect(outcomes).toEqual([
      ['ok', truth.packets, null],
      ['partial', captures[1]!.packets.total, null],
      ['failed', 0, undefined],
      ['failed', 0, undefined],
      ['ok', 0, null],
      ['ok', truth.packets, null],
    ])
    expect(captures[1]!.packets.total).toBeGreaterThanOrEqual(truth.packets - 1)
    expect(captures[1]!.damage).toEqual({ holes: 1, lost_bytes: captures[1]!.problems[0]!.length })
    expect([captures[4]!.first, captures[4]!.last, captures[4]!.duration]).toEqual([null, null, null])
  })

  it('names a file that may not be read', async () => {
    const path = join(folder, 'secret.pcap')
    writeFileSync(path, pcapFile([packet(SEC, arp)]), { mode: 0 })
    chmodSync(folder, 0o755)
    const captures: CaptureInspection[] = []
    const config = toConfig({ inputFile: path })
    await withoutRights(() => inspectCaptures(config, Readable.from([]), (one) => captures.push(one)))
    expect(captures).toMatchObject([
      { status: 'failed', format: null, problems: [{ message: `Cannot read "${path}": permission denied` }] },
    ])
  })

  it('says which arguments gave no input', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true })
    const config = toConfig({ inputFile: [join(folder, 'missing'), join(folder, 'empty')] })
    const { errors } = await inspectCaptures(config, Readable.from([]), () => {})
    expect(errors).toEqual([
      expect.stringMatching(/^Cannot read ".*missing": no such file or folder$/),
      expect.stringMatching(/^The folder ".*empty" has no file to read$/),
    ])
  })
})

it('suggests the option that opens tunnels on other ports, if tunnels are wanted', async () => {
  const inner = vxlan(5, ethernet(ipv4({ protocol: 17 }, udp({}, text('inner')))))
  const frame = ethernet(ipv4({ protocol: 17 }, udp({ srcPort: 40_000, dstPort: 8473 }, inner)))
  const capture = pcapFile([packet(SEC, frame)])
  const { suggestion } = await inspectOne(capture)
  expect(suggestion).toContain('--decode-as udp:8473=vxlan opens them')
  expect((await inspectOne(capture, { noDecap: true })).suggestion).toBeNull()
})

describe('a capture larger than the areas it is read into', () => {
  let file: Uint8Array
  const frames = 9_000
  beforeAll(() => {
    const bytes = ethernet(ipv4({ protocol: 6 }, tcp({}, new Uint8Array(700))))
    file = pcapFile(Array.from({ length: frames }, (_, i) => packet(SEC + i, bytes)))
  })

  it('is counted whole, in whatever pieces it comes', async () => {
    for (const pieceBytes of [file.length, 1_999_999, 70_001]) {
      const pieces: Uint8Array[] = []
      for (let at = 0; at < file.length; at += pieceBytes) pieces.push(file.subarray(at, at + pieceBytes))
      const { captures } = await inspect({ '-': '' }, {}, Readable.from(pieces))
      expect(captures[0]).toMatchObject({ status: 'ok', packets: { total: frames } })
      expect(tree(captures[0]!.protocols)).toEqual([
        ['ETHERNET (1)', frames, [['IPv4', frames, [['TCP', frames]]]]],
      ])
    }
  })
})
