import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureFormatError } from '../../../src/errors.js'
import type { WrittenPacket } from '../../support/capture-writers.js'
import { concat, ethernet, ipv4, text, udp } from '../../support/frames.js'
import { type ReadPacket, readCapture } from '../../support/read-capture.js'
import {
  erfFile,
  fiveViewFile,
  iptraceFile,
  NSTRACE_FORMS,
  netmonFile,
  nstraceFile,
  snoopFile,
} from '../../support/record-files.js'

const PACKETS: readonly WrittenPacket[] = Array.from({ length: 60 }, (_, index) => {
  const datagram = udp({ srcPort: 1024, dstPort: 53 }, text('hello '.repeat(1 + (index % 50))))
  const frame = ethernet(ipv4({ protocol: 17 }, datagram))
  const nsec = 1_700_000_000_250_000_000 + index * 40_000_000
  return {
    tsSec: Math.floor(nsec / 1e9),
    tsNsec: (index * 40_000_000 + 250_000_000) % 1_000_000_000,
    frame,
    originalBytes: frame.length,
  }
})

type Writer = (packets: readonly WrittenPacket[]) => Uint8Array

// [name, writer, link type, whether reading goes on behind damage]
const FORMATS: readonly (readonly [string, Writer, number, boolean])[] = [
  ['snoop', (packets) => snoopFile(packets), 1, true],
  ['snoop of Token Ring', (packets) => snoopFile(packets, { network: 2 }), 6, true],
  ["Surveyor's snoop", (packets) => snoopFile(packets, { network: 12, version: 4, padding: 16 }), 1, true],
  ['ERF', (packets) => erfFile(packets), 1, true],
  ['ERF with extension headers', (packets) => erfFile(packets, { extensions: 2 }), 1, true],
  ['ERF with IPv4', (packets) => erfFile(packets, { type: 22, before: 0 }), 101, true],
  ['ERF of many channels', (packets) => erfFile(packets, { type: 5, before: 4 }), 9, true],
  ['5View', fiveViewFile, 1, true],
  ['Network Monitor 1', (packets) => netmonFile(packets, { version: [1, 1] }), 1, false],
  ['Network Monitor 2.0', (packets) => netmonFile(packets), 1, true],
  ['Network Monitor 2.1', (packets) => netmonFile(packets, { version: [2, 1] }), 1, true],
  ['Network Monitor 2.2', (packets) => netmonFile(packets, { version: [2, 2], network: 9 }), 101, true],
  ['Network Monitor 2.3', (packets) => netmonFile(packets, { version: [2, 3] }), 1, true],
  [
    'Network Monitor 2.3 of a pcap file',
    (packets) => netmonFile(packets, { version: [2, 3], network: 0xe071 }),
    0x71,
    true,
  ],
  ['packets before the start', (packets) => netmonFile(packets, { leadMsec: -5_000 }), 1, true],
  ['iptrace 1.0', (packets) => iptraceFile(packets, { version: '1.0' }), 1, true],
  ['iptrace 2.0', (packets) => iptraceFile(packets), 1, true],
  ['iptrace of FDDI', (packets) => iptraceFile(packets, { ifType: 15, padding: 3 }), 10, true],
  ...NSTRACE_FORMS.map(
    (form) =>
      [
        `NetScaler ${form.version}, record ${form.type.toString(16)}`,
        (packets: readonly WrittenPacket[]) => nstraceFile(packets, form),
        1,
        false,
      ] as const,
  ),
]

/** What the format can say of a packet. */
function expected(name: string, linkType: number, { tsSec, tsNsec, frame, originalBytes }: WrittenPacket) {
  const seconds = name === 'iptrace 1.0'
  return { tsSec, tsNsec: seconds ? 0 : tsNsec, linkType, originalBytes, frame }
}

function plain({ isNanosecond: _, ...packet }: ReadPacket) {
  return packet
}

/** Null: the beginning is that of no capture. */
function packetsOf(bytes: Uint8Array): readonly ReadPacket[] | null {
  try {
    return readCapture(bytes).packets
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureFormatError)
    return null
  }
}

describe('a file that is a row of records', () => {
  it.each(FORMATS)('gives all packets: %s', (name, write, linkType) => {
    const { packets, status, reader } = readCapture(write(PACKETS))
    expect(packets.map(plain)).toEqual(PACKETS.map((packet) => expected(name, linkType, packet)))
    expect(status).toBe('end')
    expect(reader.damage.problems).toEqual([])
    expect(reader.interfaceCount).toBe(1)
  })

  it.each(FORMATS)('gives the same in windows of any size: %s', (_name, write) => {
    const file = write(PACKETS)
    const whole = readCapture(file).packets
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }), (windows) => {
        expect(readCapture(file, windows).packets).toEqual(whole)
      }),
      { numRuns: 10 },
    )
  })

  it.each(FORMATS)('gives what comes before a cut, and says where that is: %s', (_name, write) => {
    const packets = PACKETS.slice(0, 5)
    const file = write(packets)
    const whole = readCapture(file).packets
    for (let length = 64; length < file.length; length++) {
      const cut = readCapture(file.subarray(0, length))
      expect(cut.packets).toEqual(whole.slice(0, cut.packets.length))
      if (cut.status === 'end') continue
      expect(cut.reader.problem!.location.offset).toBeLessThanOrEqual(length)
      expect(cut.reader.problem!.location.offset).toBeGreaterThanOrEqual(0)
    }
  })

  const searchable = FORMATS.filter(([, , , isSearchable]) => isSearchable)
  it.each(searchable)('goes on behind garbage: %s', (_name, write) => {
    const file = write(PACKETS)
    const { packets: whole } = readCapture(file)
    const middle = Math.floor(file.length / 3)
    const garbage = Uint8Array.from({ length: 500 }, (_, index) => (index * 151) ^ 0xa5)
    const damaged = new Uint8Array(file)
    damaged.set(garbage, middle)
    const { packets, reader } = readCapture(damaged)
    expect(packets.length).toBeGreaterThan(whole.length - 15)
    expect(packets.length).toBeLessThanOrEqual(whole.length)
    expect(packets.at(-1)).toEqual(whole.at(-1))
    expect(reader.damage.holes).toBeGreaterThan(0)
  })

  it.each(FORMATS)('never throws, and ends: %s', (_name, write) => {
    const file = write(PACKETS.slice(0, 12))
    const patch = fc.tuple(fc.nat(file.length - 1), fc.nat(255))
    fc.assert(
      fc.property(
        fc.array(patch, { minLength: 1, maxLength: 20 }),
        fc.nat(file.length),
        (patches, length) => {
          const damaged = new Uint8Array(file)
          // The first bytes tell the format.
          for (const [at, value] of patches) if (at >= 12) damaged[at] = value
          const bytes = damaged.subarray(0, Math.max(200, length))
          const packets = packetsOf(bytes)
          if (packets !== null) expect(readCapture(bytes, [300, 77]).packets).toEqual(packets)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('what editcap wrote', () => {
  const original = readCapture(readFileSync('fixtures/handshake.pcap')).packets
  const files = [
    'snoop',
    'netmon1',
    'netmon2',
    '5views',
    'nokiapcap',
    'modpcap',
    'rh6_1pcap',
    'suse6_3pcap',
    'nsecpcap',
  ]
  it.each(files)('is read as what it was made of: %s', (ending) => {
    const { packets, status } = readCapture(readFileSync(`test/capture/formats/data/handshake.${ending}`))
    expect(status).toBe('end')
    const most = ending === 'netmon1' ? 1_000_000 : 0
    for (const [index, { tsNsec, ...packet }] of packets.map(plain).entries()) {
      const { tsNsec: wanted, ...written } = plain(original[index]!)
      expect(packet).toEqual(written)
      expect(Math.abs(wanted - tsNsec)).toBeLessThanOrEqual(most)
    }
    expect(packets).toHaveLength(original.length)
  })
})

describe('what a format knows beside packets', () => {
  const [packet] = PACKETS as [WrittenPacket]

  it('counts the packets that snoop lost, whose numbers are sums', () => {
    expect(readCapture(snoopFile(PACKETS, { drops: 7 })).reader.droppedPackets).toBe(7)
  })

  it('counts the packets that an ERF card lost before each record', () => {
    expect(readCapture(erfFile(PACKETS.slice(0, 3), { lost: 2 })).reader.droppedPackets).toBe(6)
  })

  it('takes no color for lost packets', () => {
    expect(readCapture(erfFile(PACKETS, { type: 11, lost: 9 })).reader.droppedPackets).toBe(0)
  })

  const strangers: readonly (readonly [string, Uint8Array, string])[] = [
    [
      'snoop',
      snoopFile([packet, packet], { network: 5 }),
      'a packet of the network type 5, which is not known',
    ],
    ['iptrace', iptraceFile([packet, packet], { ifType: 99 }), 'a packet of the network type 99'],
    [
      'netmon',
      netmonFile([packet, packet], { version: [2, 1], network: 0xe085 }),
      'a packet of the network type 57477',
    ],
  ]
  it.each(strangers)('names packets of an unknown network: %s', (_name, file, problem) => {
    const { packets, reader, status } = readCapture(file)
    expect([packets, status]).toEqual([[], 'end'])
    expect(reader.damage.problems[0]?.message).toContain(problem)
    expect(reader.damage.problems[0]?.message).toContain('2 such packets were skipped')
  })

  it('passes over what Network Monitor writes about a capture', () => {
    const file = netmonFile([packet, packet], { version: [2, 1], network: 0xffff })
    const { packets, reader, status } = readCapture(file)
    expect([packets, status, reader.damage.problems]).toEqual([[], 'end', []])
  })

  it('reads all frames of a Network Monitor capture that has no table', () => {
    const file = netmonFile([packet, packet])
    const cut = file.slice(0, file.length - 40 - 8)
    cut.fill(0, 24, 32)
    expect(readCapture(cut).packets).toHaveLength(2)
  })

  it('says that frames are missing where the file ends between two', () => {
    const file = netmonFile([packet, packet])
    const { packets, status, reader } = readCapture(file.subarray(0, 128 + 16 + packet.frame.length))
    expect([packets.length, status]).toEqual([1, 'damaged'])
    expect(reader.problem?.message).toContain('the file ends before the last 1 of its frames')
  })

  it('takes the link type of each ERF record', () => {
    const other = erfFile([packet], { type: 22, before: 0 })
    const { packets, reader } = readCapture(concat(erfFile([packet]), other, erfFile([packet])))
    expect(packets.map(({ linkType }) => linkType)).toEqual([1, 101, 1])
    expect(reader.interfaceCount).toBe(2)
  })

  it('refuses another version', () => {
    const { status, reader } = readCapture(snoopFile([packet], { version: 9 }))
    expect([status, reader.problem?.message]).toEqual([
      'damaged',
      'Cannot read "test.cap" at byte 0: snoop version must be 2 to 5: found 9',
    ])
  })

  it('takes a file for ERF only if its second record fits, too', () => {
    const file = new Uint8Array(erfFile([packet, packet]))
    file.fill(0xff, file.length / 2, file.length / 2 + 16)
    expect(() => readCapture(file)).toThrow('must begin with a pcap or pcapng header')
  })
})
