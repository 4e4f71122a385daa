import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_RECORD_BYTES } from '../../src/capture/capture-reader.js'
import { blankCapturedPacket } from '../../src/capture/captured-packet.js'
import { PcapReader } from '../../src/capture/pcap-reader.js'
import { concat, type PcapOptions, pcapFile, type WrittenPacket } from '../support/capture-writers.js'
import { READER_OPTIONS, readCapture, readThrough } from '../support/read-capture.js'

const frame = Uint8Array.from({ length: 20 }, (_, i) => 0xa0 + i)
const packet = (
  tsSec: number,
  tsNsec: number,
  bytes = frame,
  originalBytes = bytes.length,
): WrittenPacket => ({
  tsSec,
  tsNsec,
  frame: bytes,
  originalBytes,
})

const microPackets = [packet(1_563_783_092, 387_930_000), packet(1_563_783_093, 999_999_000, frame, 1500)]
const nanoPackets = [packet(1_563_783_092, 387_930_123), packet(0xffff_ffff, 999_999_999)]

const nokiaWord = [0x01, 0xb6, 0xbf, 0x9f] // 0x9fbfb601
// Interface 3, protocol 0x0800, packet type 4, a byte of padding that may hold anything.
const patchedTail = [3, 0, 0, 0, 0x00, 0x08, 4, 0xff]

describe('PcapReader', () => {
  // [name, packets, how they are written, nanoseconds]
  const formats: [string, WrittenPacket[], PcapOptions, boolean][] = [
    ['microseconds', microPackets, {}, false],
    ['nanoseconds', nanoPackets, { magic: 0xa1b23c4d, nsecPerUnit: 1 }, true],
    [
      'version 2.2 with the original length first',
      microPackets,
      { version: [2, 2], hasSwappedLengths: true },
      false,
    ],
    ['version 2.3 with the captured length first', microPackets, { version: [2, 3] }, false],
    [
      'version 2.3 with the original length first',
      microPackets,
      { version: [2, 3], hasSwappedLengths: true },
      false,
    ],
    ['version 543.0 of DG/UX', microPackets, { version: [543, 0], hasSwappedLengths: true }, false],
    ['a version that comes after 2.4', microPackets, { version: [2, 9] }, false],
    [
      'Ixia hardware captures',
      nanoPackets,
      { magic: 0x1c0001ac, nsecPerUnit: 1, headerTail: [9, 9, 9, 9] },
      true,
    ],
    ['Ixia software captures', microPackets, { magic: 0x1c0001ab, headerTail: [9, 9, 9, 9] }, false],
    [
      'netsniff-ng',
      nanoPackets,
      { magic: 0xa1e2cb12, nsecPerUnit: 1, recordTail: [1, 0, 2, 0, 8, 0, 1, 0] },
      true,
    ],
  ]
  for (const isLittleEndian of [true, false]) {
    it.each(formats)(
      `reads %s (little-endian: ${isLittleEndian})`,
      (_name, packets, options, isNanosecond) => {
        const {
          packets: read,
          status,
          reader,
        } = readCapture(pcapFile(packets, { ...options, isLittleEndian }))
        expect(status).toBe('end')
        expect(reader.isBigEndian).toBe(!isLittleEndian)
        expect(read).toEqual(packets.map((written) => ({ ...written, isNanosecond, linkType: 1 })))
      },
    )
  }

  // [name, options that are written in little-endian order]
  const variants: [string, PcapOptions][] = [
    ['the patched headers under their own magic number', { magic: 0xa1b2cd34, recordTail: patchedTail }],
    [
      'the patched headers with debugging bytes',
      { magic: 0xa1b2cd34, recordTail: [...patchedTail, 0, 0, 0, 0] },
    ],
    ['the patched headers under the usual magic number', { recordTail: patchedTail }],
    ['the headers of Nokia', { recordTail: nokiaWord }],
    ['the headers of Nokia as Wireshark writes them', { recordTail: [0, 0, 0, 0] }],
  ]
  it.each(variants)('finds out %s', (_name, options) => {
    const packets = [...microPackets, packet(1_563_783_094, 0)]
    const { packets: read, status } = readCapture(pcapFile(packets, options))
    expect(status).toBe('end')
    expect(read.map(({ frame }) => frame)).toEqual(packets.map(({ frame }) => frame))
  })

  it('keeps to the usual headers where damage fits no others either', () => {
    const whole = pcapFile(microPackets)
    const file = concat([
      whole,
      pcapFile([packet(1, 0)]).subarray(24, 32),
      Uint8Array.of(1, 2, 3, 0x7f, 0, 0, 0, 0),
    ])
    const { packets, status, reader } = readCapture(file)
    expect(packets).toHaveLength(2)
    expect(status).toBe('damaged')
    expect(reader.problem?.location.offset).toBe(whole.length)
  })

  // [name, interface type in the file, link type, frame as written, frame as read]
  const aix: [string, number, number, number[], number[]][] = [
    ['Ethernet', 6, 1, [1, 2, 3, 4], [1, 2, 3, 4]],
    ['Token Ring', 9, 6, [1, 2, 3, 4], [1, 2, 3, 4]],
    ['FDDI without its padding', 15, 10, [0, 0, 0, 1, 2], [1, 2]],
    ['loopback', 24, 0, [1, 2, 3, 4], [1, 2, 3, 4]],
  ]
  it.each(aix)('reads %s of AIX, whose fractions are nanoseconds', (_name, type, linkType, written, read) => {
    const packets = [packet(7, 123_456_789, Uint8Array.from(written))]
    const options = { version: [2, 2], linkType: type, nsecPerUnit: 1, hasSwappedLengths: true } as const
    const result = readCapture(pcapFile(packets, { ...options, isLittleEndian: false }))
    expect(result.packets).toEqual([
      {
        tsSec: 7,
        tsNsec: 123_456_789,
        isNanosecond: true,
        linkType,
        originalBytes: read.length,
        frame: Uint8Array.from(read),
      },
    ])
  })

  it('leaves out what the link type says of the frame check sequence', () => {
    expect(readCapture(pcapFile(microPackets, { linkType: 0x2400_0071 })).packets[0]?.linkType).toBe(0x71)
  })

  it('carries a fraction of a second or more into the seconds', () => {
    const { packets } = readCapture(pcapFile([packet(10, 2_500_000_000)]))
    expect(packets[0]).toMatchObject({ tsSec: 12, tsNsec: 500_000_000 })
  })

  it('takes the captured length for the original where that is smaller', () => {
    expect(readCapture(pcapFile([packet(1, 0, frame, 3)])).packets[0]?.originalBytes).toBe(frame.length)
  })

  it('reads a file without packets', () => {
    expect(readCapture(pcapFile([]))).toMatchObject({ packets: [], status: 'end' })
  })

  it('believes a frame beyond the snaplen up to 256 KiB, and beyond that up to the snaplen', () => {
    const long = new Uint8Array(262_144).fill(7)
    expect(
      readCapture(pcapFile([packet(1, 0, long)], { snaplen: 68 })).packets.map(({ frame }) =>
        same(frame, long),
      ),
    ).toEqual([true])
    const longer = new Uint8Array(262_145)
    expect(readCapture(pcapFile([packet(1, 0, longer)], { snaplen: 262_145 })).status).toBe('end')
    expect(readCapture(pcapFile([packet(1, 0, longer)], { snaplen: 262_144 }))).toMatchObject({
      packets: [],
      status: 'damaged',
      reader: {
        problem: {
          message: 'Cannot read "test.cap" at byte 24: captured length must be at most 262144: found 262145',
        },
      },
    })
  })

  it.each([1000, 65_536, 4_000_000])(
    'keeps the first MiB of a longer record (windows of %d bytes)',
    (windowBytes) => {
      const long = new Uint8Array(MAX_RECORD_BYTES + 70_000).map((_, i) => i * 7)
      const file = pcapFile([packet(1, 0, long), packet(2, 0)], { snaplen: 10_000_000 })
      const { packets, status } = readCapture(file, [
        windowBytes === 1000 ? MAX_RECORD_BYTES : windowBytes,
        windowBytes,
      ])
      expect(status).toBe('end')
      expect(packets.map(({ frame }) => frame.length)).toEqual([MAX_RECORD_BYTES, frame.length])
      expect(packets[0] && same(packets[0].frame, long.subarray(0, MAX_RECORD_BYTES))).toBe(true)
      expect(packets[1]?.frame).toEqual(frame)
      expect(packets[0]?.originalBytes).toBe(long.length)
    },
  )

  // [name, file, offset, problem]
  const whole = pcapFile(microPackets)
  const damages: [string, Uint8Array, number, string][] = [
    [
      'a cut file header',
      whole.subarray(0, 23),
      0,
      'a pcap file header has 24 bytes: the file ends after 23',
    ],
    [
      'a cut record header',
      whole.subarray(0, 75),
      60,
      'a record header has 16 bytes: the file ends after 15',
    ],
    ['a cut frame', whole.subarray(0, 95), 60, 'the record has 20 bytes: the file ends after 19'],
    [
      'an old version',
      pcapFile([], { version: [1, 2] }),
      0,
      'pcap major version must be at least 2: found 1',
    ],
  ]
  it.each(damages)('stops at %s, naming file and offset', (_name, file, offset, problem) => {
    const { status, reader } = readCapture(file)
    expect(status).toBe('damaged')
    expect(reader.problem?.message).toBe(`Cannot read "test.cap" at byte ${offset}: ${problem}`)
    expect(reader.problem?.location).toEqual({ file: 'test.cap', offset })
  })

  it('says that offsets are of the decompressed content', () => {
    const { reader } = readCapture(whole.subarray(0, 95), undefined, { isDecompressed: true })
    expect(reader.problem?.message).toBe(
      'Cannot read "test.cap" at byte 60: the record has 20 bytes: the file ends after 19 (byte of the decompressed content)',
    )
  })

  it('gives every complete packet of a file cut at any byte', () => {
    const files = [
      pcapFile([...microPackets, packet(3, 0, frame.subarray(0, 0))]),
      pcapFile(nanoPackets, { magic: 0xa1b23c4d, nsecPerUnit: 1, isLittleEndian: false }),
      pcapFile(microPackets, { magic: 0xa1b2cd34, recordTail: patchedTail }),
    ]
    for (const file of files) {
      const starts = recordStarts(file)
      for (let length = 4; length <= file.length; length++) {
        const { packets, status, reader } = readCapture(file.slice(0, length), [7, 64])
        const ends = starts.slice(1).filter((end) => end <= length)
        expect(packets).toHaveLength(ends.length)
        expect(status).toBe(starts.includes(length) ? 'end' : 'damaged')
        if (status === 'damaged')
          expect(reader.problem?.location.offset).toBe(length < 24 ? 0 : starts[ends.length])
      }
    }
  })

  it('reads back what was written, through any windows', () => {
    fc.assert(
      fc.property(
        written,
        fc.boolean(),
        fc.boolean(),
        windows,
        (packets, isLittleEndian, isNanosecond, cuts) => {
          const kept = packets.map((one) => ({
            ...one,
            tsNsec: isNanosecond ? one.tsNsec : one.tsNsec - (one.tsNsec % 1000),
          }))
          const magic = isNanosecond ? 0xa1b23c4d : 0xa1b2c3d4
          const file = pcapFile(kept, {
            isLittleEndian,
            magic,
            nsecPerUnit: isNanosecond ? 1 : 1000,
            linkType: 113,
          })
          const { packets: read, status } = readCapture(file, cuts)
          expect(status).toBe('end')
          expect(read).toEqual(kept.map((one) => ({ ...one, isNanosecond, linkType: 113 })))
        },
      ),
    )
  })

  it('never throws and stays inside its windows when bytes are changed', () => {
    const base = pcapFile([...microPackets, ...microPackets, packet(5, 0)])
    fc.assert(
      fc.property(mutations(base.length), windows, (changes, cuts) => {
        const file = base.slice()
        for (const [at, value] of changes) file[at] = value
        file.set(base.subarray(0, 4)) // the magic number stays
        readThrough(new PcapReader('test.cap', READER_OPTIONS), file, cuts)
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), windows, (file, cuts) => {
        readThrough(new PcapReader('test.cap', READER_OPTIONS), file, cuts)
      }),
    )
  })

  it('asks for a window before the first', () => {
    expect(new PcapReader('test.cap', READER_OPTIONS).next(blankCapturedPacket())).toBe('more')
  })
})

/** As `toEqual()`, but quick for a MiB. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** Offsets of the records, and of the end. */
function recordStarts(file: Uint8Array): number[] {
  const { packets } = readCapture(file)
  const headerBytes =
    (file.length - 24 - packets.reduce((sum, { frame }) => sum + frame.length, 0)) / packets.length
  const starts = [24]
  for (const { frame } of packets) starts.push((starts.at(-1) ?? 0) + headerBytes + frame.length)
  return starts
}

const windows = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 })

const written = fc.array(
  fc
    .record({
      tsSec: fc.integer({ min: 1, max: 0xffffffff }),
      tsNsec: fc.integer({ min: 100_000, max: 999_999_999 }), // more units than a frame has bytes
      frame: fc.uint8Array({ maxLength: 60 }),
      more: fc.nat(2000),
    })
    .map(({ more, ...rest }) => ({ ...rest, originalBytes: rest.frame.length + more })),
  { maxLength: 12 },
)

function mutations(length: number) {
  return fc.array(fc.tuple(fc.nat(length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), {
    minLength: 1,
    maxLength: 12,
  })
}
