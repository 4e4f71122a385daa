import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaptureReader } from '../../src/capture/capture-reader.js'
import { createCaptureReader } from '../../src/capture/open-capture-reader.js'
import { PcapngBuilder, pcapFile, type WrittenPacket } from '../support/capture-writers.js'
import { concat, text } from '../support/frames.js'
import { READER_OPTIONS, readCapture, readThrough } from '../support/read-capture.js'

function packets(count: number, tsSec: number): WrittenPacket[] {
  return Array.from({ length: count }, (_, index) => {
    const frame = Uint8Array.from({ length: 60 + index }, (_, at) => at ^ index)
    return { tsSec: tsSec + index, tsNsec: 1000 * index, frame, originalBytes: frame.length }
  })
}

const FIRST = packets(4, 1_700_000_000)
const SECOND = packets(5, 1_700_090_000)

describe('pcap files that were put together', () => {
  // [name, first file, second file, link types]
  const pairs: [string, Uint8Array, Uint8Array, number[]][] = [
    [
      'of two link types',
      pcapFile(FIRST, { linkType: 101 }),
      pcapFile(SECOND),
      [...Array(4).fill(101), ...Array(5).fill(1)],
    ],
    [
      'of two byte orders',
      pcapFile(FIRST),
      pcapFile(SECOND, { isLittleEndian: false, linkType: 113 }),
      [...Array(4).fill(1), ...Array(5).fill(113)],
    ],
    [
      'of micro- and nanoseconds',
      pcapFile(FIRST),
      pcapFile(SECOND, { magic: 0xa1b23c4d, nsecPerUnit: 1 }),
      Array(9).fill(1),
    ],
    [
      'of which the first has no packets',
      pcapFile([], { linkType: 101 }),
      pcapFile(SECOND),
      Array(5).fill(1),
    ],
    [
      'of which the second has no packets',
      pcapFile(FIRST),
      pcapFile([], { linkType: 101 }),
      Array(4).fill(1),
    ],
    [
      'with other record headers',
      pcapFile(FIRST),
      pcapFile(SECOND, { recordTail: [0, 0, 0, 0] }),
      Array(9).fill(1),
    ],
  ]
  it.each(pairs)('are read one after the other: %s', (_name, first, second, linkTypes) => {
    const file = concat(first, second)
    const whole = readCapture(file)
    expect([whole.status, whole.reader.damage.problems]).toEqual(['end', []])
    expect(whole.packets.map(({ linkType }) => linkType)).toEqual(linkTypes)
    const written = [...(linkTypes.length === 5 ? [] : FIRST), ...(linkTypes.length === 4 ? [] : SECOND)]
    expect(whole.packets).toMatchObject(written)
    expect(whole.reader.interfaceCount).toBe(2)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }), (windows) => {
        expect(readCapture(file, windows).packets).toEqual(whole.packets)
      }),
      { numRuns: 20 },
    )
  })

  it('are found again where the first one was cut', () => {
    const first = pcapFile(FIRST)
    const file = concat(first.subarray(0, first.length - 20), pcapFile(SECOND, { linkType: 101 }))
    const { packets: found, reader } = readCapture(file)
    expect(found.slice(-5)).toMatchObject(SECOND.map((packet) => ({ ...packet, linkType: 101 })))
    expect(reader.damage.holes).toBe(1)
  })
})

describe('text before the header', () => {
  const banner = text('HTTP/1.1 200 OK\r\nContent-Type: application/vnd.tcpdump.pcap\r\n\r\n')
  const tcpdump = text('tcpdump: listening on eth0, link-type EN10MB (Ethernet), capture size 262144 bytes\n')
  const ng = new PcapngBuilder().section(true).interface(1, 0)
  for (const { frame } of FIRST) ng.enhanced(0, 1_700_000_000_000_000n, frame)
  const files: [string, Uint8Array, Uint8Array][] = [
    ['of HTTP, pcap', banner, pcapFile(FIRST)],
    ['of tcpdump, pcap', tcpdump, pcapFile(FIRST, { isLittleEndian: false })],
    ['of tcpdump, pcap with nanoseconds', tcpdump, pcapFile(FIRST, { magic: 0xa1b23c4d, nsecPerUnit: 1 })],
    ['of one byte, pcap', text('\n'), pcapFile(FIRST)],
    ['of tcpdump, pcapng', tcpdump, ng.done()],
    ['of 64 KiB', text('x'.repeat(64 * 1024)), pcapFile(FIRST)],
  ]
  it.each(files)('is skipped as damage: %s', (_name, before, file) => {
    const { packets: found, reader, status } = readCapture(concat(before, file))
    expect(found.map(({ frame }) => frame)).toEqual(FIRST.map(({ frame }) => frame))
    expect(status).toBe('end')
    expect(reader.damage.problems).toEqual([
      {
        offset: 0,
        length: before.length,
        message: `Cannot read "test.cap" at byte 0: text stands before the header: reading continued ${before.length} bytes later`,
      },
    ])
  })

  it('keeps offsets those of the file, in windows of any size', () => {
    const file = concat(banner, pcapFile(FIRST)).subarray(0, -10)
    const whole = readCapture(file)
    for (const bytes of [banner.length + 28, 200]) {
      const reader: CaptureReader = createCaptureReader(file, 0, file.length, 'test.cap', READER_OPTIONS)
      const { packets: found } = readThrough(reader, file, [bytes])
      expect(found).toEqual(whole.packets)
      expect(reader.problem?.location.offset).toBe(whole.reader.problem?.location.offset)
    }
  })

  const others: [string, Uint8Array][] = [
    ['is too long', concat(text('x'.repeat(64 * 1024 + 1)), pcapFile(FIRST))],
    ['has other bytes', concat([0x41, 0], pcapFile(FIRST))],
    ['is a name in an archive', concat(text('a.pcap'), new Uint8Array(94), pcapFile(FIRST))],
    ['comes before half a header', concat(banner, pcapFile(FIRST).subarray(0, 20))],
  ]
  it.each(others)('is no capture where it %s', (_name, file) => {
    expect(() => readCapture(file)).toThrow('must begin with a pcap or pcapng header')
  })
})

describe('the frame check sequence', () => {
  const cut = packets(3, 1_700_000_000)
  it('is no part of a frame where the link type field has its length', () => {
    const { packets: found } = readCapture(pcapFile(cut, { linkType: 0x2400_0001 }))
    expect(found).toMatchObject(
      cut.map(({ frame, originalBytes }) => ({
        frame: frame.subarray(0, -4),
        originalBytes: originalBytes - 4,
        linkType: 1,
      })),
    )
  })

  it('is taken off only as far as it was captured', () => {
    const [packet] = cut as [WrittenPacket]
    const longer = { ...packet, originalBytes: packet.frame.length + 2 }
    const { packets: found } = readCapture(pcapFile([longer], { linkType: 0x2400_0001 }))
    expect(found[0]).toMatchObject({
      frame: packet.frame.subarray(0, -2),
      originalBytes: packet.frame.length - 2,
    })
  })

  it.each([4, 32])('is no part of a frame where an interface of pcapng says %i', (length) => {
    const file = new PcapngBuilder().section(true).interface(1, 0, [[13, [length]]])
    for (const { frame } of cut) file.enhanced(0, 1_700_000_000_000_000n, frame)
    const { packets: found } = readCapture(file.done())
    expect(found.map(({ frame }) => frame)).toEqual(cut.map(({ frame }) => frame.subarray(0, -4)))
  })
})
