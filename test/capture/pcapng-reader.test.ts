import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_RECORD_BYTES } from '../../src/capture/capture-reader.js'
import { blankCapturedPacket } from '../../src/capture/captured-packet.js'
import { PcapngReader } from '../../src/capture/pcapng-reader.js'
import { concat, PcapngBuilder } from '../support/capture-writers.js'
import { READER_OPTIONS, readCapture, readThrough } from '../support/read-capture.js'

const IF_TSRESOL = 9
const IF_TSOFFSET = 14
const ISB_IFDROP = 5
const ISB_OSDROP = 7

const frame = Uint8Array.from({ length: 21 }, (_, i) => 0xa0 + i)
const now = 1_563_783_092_387_930n // microseconds

const timed = { tsSec: 1_563_783_092, tsNsec: 387_930_000 }
const plain = { ...timed, isNanosecond: false, linkType: 1, originalBytes: 21, frame }

describe('PcapngReader', () => {
  // [name, the file after a section header, packets]
  const cases: [string, (file: PcapngBuilder) => PcapngBuilder, object[]][] = [
    [
      'an Enhanced Packet Block',
      (file) => file.interface(1).enhanced(0, now, frame, 1500),
      [{ ...plain, originalBytes: 1500 }],
    ],
    [
      'an obsolete Packet Block',
      (file) => file.interface(1).obsolete(0, 7, now, frame, 30),
      [{ ...plain, originalBytes: 30 }],
    ],
    [
      'a frame without bytes',
      (file) => file.interface(1).enhanced(0, now, frame.slice(0, 0)),
      [{ originalBytes: 0 }],
    ],
    [
      'a frame longer than on the wire, as long as it is',
      (file) => file.interface(1).enhanced(0, now, frame, 4),
      [{ originalBytes: 21 }],
    ],
    [
      'a Simple Packet Block with the time of the packet before',
      (file) => file.interface(1).simple(frame).enhanced(0, now, frame).simple(frame),
      [{ ...plain, tsSec: 0, tsNsec: 0 }, plain, plain],
    ],
    [
      'a Simple Packet Block that the snaplen cuts',
      (file) => file.interface(1, 13).simple(frame.slice(0, 13), 1500),
      [{ originalBytes: 1500, frame: frame.slice(0, 13) }],
    ],
    [
      'a Simple Packet Block shorter than the snaplen, with its padding',
      (file) => file.interface(1, 1000).simple(frame),
      [{ originalBytes: 21, frame }],
    ],
    [
      'interfaces with link types and clocks of their own',
      (file) =>
        file
          .interface(1, 0, [[IF_TSRESOL, [9]]])
          .interface(101, 0, [
            [2, [0x65, 0x74, 0x68]],
            [IF_TSRESOL, [0x8a]],
            [IF_TSOFFSET, file.value(8, 1_000_000_000n)],
          ])
          .enhanced(1, 513n, frame)
          .enhanced(0, now * 1000n + 7n, frame),
      [
        { tsSec: 1_000_000_000, tsNsec: 500_976_562, isNanosecond: false, linkType: 101 },
        { tsSec: 1_563_783_092, tsNsec: 387_930_007, isNanosecond: true, linkType: 1 },
      ],
    ],
    [
      'a negative time offset',
      (file) => file.interface(1, 0, [[IF_TSOFFSET, file.value(8, -92n)]]).enhanced(0, now, frame),
      [{ tsSec: 1_563_783_000 }],
    ],
    [
      'packets between blocks that are passed over',
      (file) =>
        file
          .block(0x80000bad, frame)
          .interface(1)
          .block(4, Uint8Array.of(0, 0, 0, 0)) // names
          .enhanced(0, now, frame, 21, [[1, [...frame]]]) // with a comment
          .block(10, frame) // decryption secrets
          .block(0xbad, frame) // custom
          .block(0x40000bad, new Uint8Array(0))
          .enhanced(0, now, frame),
      [plain, plain],
    ],
    [
      'lengths that are no multiple of 4',
      (file) => file.interface(1).block(0x999, frame, 33).enhanced(0, now, frame),
      [plain],
    ],
    [
      'options that run out of their block',
      (file) =>
        file.block(1, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 1, 0, 0, 0)).enhanced(0, now, frame),
      [{ ...timed, linkType: 0 }],
    ],
    ['no packets', (file) => file.interface(1), []],
    ['a section alone', (file) => file, []],
  ]
  for (const isLittleEndian of [true, false]) {
    it.each(cases)(`reads %s (little-endian: ${isLittleEndian})`, (_name, build, packets) => {
      const file = build(new PcapngBuilder().section(isLittleEndian)).done()
      const result = readCapture(file)
      expect(result.reader.problem).toBeNull()
      expect(result.packets).toMatchObject(packets)
      expect(result.packets).toHaveLength(packets.length)
      expect(result.status).toBe('end')
      expect(result.reader.isBigEndian).toBe(!isLittleEndian)
    })
  }

  it('reads sections in different byte orders, each with interfaces of its own', () => {
    const file = new PcapngBuilder()
      .section(true, [[4, [0x78]]])
      .interface(1)
      .interface(113)
      .enhanced(1, now, frame)
      .section(false)
      .interface(276)
      .enhanced(0, now, frame)
      .section(true)
      .interface(101)
      .enhanced(0, now, frame)
    const { packets, status, reader } = readCapture(file.done())
    expect(status).toBe('end')
    expect(packets.map(({ linkType }) => linkType)).toEqual([113, 276, 101])
    expect(reader.interfaceCount).toBe(4)
  })

  it('numbers interfaces through all sections, and says where in the file a packet stands', () => {
    const file = new PcapngBuilder()
      .section()
      .interface(1)
      .interface(1)
      .enhanced(1, now, frame)
      .section()
      .interface(1)
      .simple(frame)
      .enhanced(0, now, frame)
      .done()
    const before = 7
    const window = Buffer.concat([Buffer.alloc(before), file])
    const reader = new PcapngReader('a', { maxInterfaces: 9, isDecompressed: false })
    reader.window(window, before, window.length, true)
    const out = blankCapturedPacket()
    const found: unknown[] = []
    while (reader.next(out) === 'packet') {
      const at = reader.base + out.from
      found.push([
        out.interfaceId,
        Buffer.from(file.subarray(at, at + frame.length)).equals(Buffer.from(frame)),
      ])
    }
    expect(found).toEqual([
      [1, true],
      [2, true],
      [2, true],
    ])
  })

  it('sums up the dropped packets: the last statistics of each interface, and what packet blocks say', () => {
    const file = new PcapngBuilder().section()
    const drops = (count: bigint) => file.value(8, count)
    file
      .interface(1)
      .interface(1)
      .statistics(0, [[ISB_IFDROP, drops(5n)]])
      .statistics(0, [
        [ISB_IFDROP, drops(8n)],
        [ISB_OSDROP, drops(100n)],
      ])
      .statistics(0, [[4, drops(9n)]]) // packets received: says nothing of drops
      .statistics(1, [[ISB_OSDROP, drops(1000n)]])
      .statistics(7, [[ISB_IFDROP, drops(1n)]]) // of no interface
      .obsolete(0, 0xffff, now, frame) // unknown
      .obsolete(0, 20_000, now, frame)
      .section(false)
      .interface(1)
    file.statistics(0, [[ISB_IFDROP, drops(300_000n)]])
    const { packets, reader } = readCapture(file.done())
    expect(packets).toHaveLength(2)
    expect(reader.droppedPackets).toBe(108 + 1000 + 20_000 + 300_000)
  })

  it('stops where a section declares more interfaces than the limit, not before', () => {
    const file = new PcapngBuilder().section().interface(1).interface(1).section().interface(1).interface(1)
    file.enhanced(1, now, frame)
    expect(readCapture(file.done(), undefined, { maxInterfaces: 2 })).toMatchObject({
      status: 'end',
      packets: [{}],
      reader: { isInterfaceLimitHit: false },
    })
    const offset = file.done().length
    const { status, packets, reader } = readCapture(file.interface(1).done(), undefined, { maxInterfaces: 2 })
    expect([status, packets.length, reader.isInterfaceLimitHit]).toEqual(['damaged', 1, true])
    expect(reader.problem?.message).toBe(
      `Cannot read "test.cap" at byte ${offset}: a section must declare at most 2 interfaces`,
    )
  })

  const head = new PcapngBuilder().section().interface(1).enhanced(0, now, frame).done()
  const body = (bytes: number) => new Uint8Array(bytes)
  // [name, what follows a packet, problem]
  const damages: [string, Uint8Array, string][] = [
    [
      'a length below 12',
      new PcapngBuilder().block(0x99, body(8), 8).done(),
      'length of a block of type 0x00000099 must be at least 12: found 8',
    ],
    [
      'a packet block too short',
      new PcapngBuilder().block(6, body(16)).done(),
      'length of a block of type 0x00000006 must be at least 32: found 28',
    ],
    [
      'two lengths that differ',
      new PcapngBuilder().block(0x99, body(8), 20, 24).done(),
      'the length at the end of the block must be 20: found 24',
    ],
    [
      'a length beyond the end',
      new PcapngBuilder().block(0x99, body(8), 400).done(),
      'the block has 400 bytes: the file ends after 20',
    ],
    [
      'a captured length beyond the block',
      new PcapngBuilder().block(6, Uint8Array.from([...body(12), 9, ...body(7)])).done(),
      'captured length must be at most 0: found 9',
    ],
    [
      'an unknown byte order',
      new PcapngBuilder().block(0x0a0d0d0a, body(16)).done(),
      'byte-order magic must be 0x1a2b3c4d in either byte order: found 0x00000000',
    ],
    [
      'an unknown version',
      new PcapngBuilder().section(false, [], [2, 0]).done(),
      'pcapng major version must be 1: found 2',
    ],
    ['bytes too few for a block', body(11), 'a block has at least 12 bytes: the file ends after 11'],
  ]
  it.each(damages)('stops at %s, after the packet before', (_name, tail, problem) => {
    for (const windows of [[1000], [5]]) {
      const { packets, status, reader } = readCapture(concat([head, tail]), windows)
      expect(packets).toEqual([plain])
      expect(status).toBe('damaged')
      expect(reader.problem?.message).toBe(`Cannot read "test.cap" at byte ${head.length}: ${problem}`)
    }
  })

  it('leaves out packets of interfaces that their section does not declare, and says how many', () => {
    const file = new PcapngBuilder().section().interface(1).enhanced(0, now, frame)
    const offset = file.done().length
    const bytes = file.enhanced(1, now, frame).done().length - offset
    file.obsolete(7, 3, now, frame).enhanced(0, now, frame).section().simple(frame)
    const { packets, status, reader } = readCapture(file.interface(1).simple(frame).done())
    expect([packets.length, status, reader.damage.holes]).toEqual([3, 'end', 0])
    expect(reader.damage.problems).toEqual([
      {
        offset,
        length: 2 * bytes + 16 + 24,
        message:
          `Cannot read "test.cap" at byte ${offset}: a packet must be of one of the section's 1 interfaces: found 1: ` +
          '3 such packets were skipped',
      },
    ])
    expect(reader.damage.lostBytes).toBe(2 * bytes + 16 + 24)
    expect(reader.droppedPackets).toBe(0)
  })

  it.each([[100_000], [5_000_000], [MAX_RECORD_BYTES + 64, 1000]])(
    'keeps the first MiB of a longer frame, and passes over long blocks (windows of %d bytes)',
    (...windows) => {
      const long = new Uint8Array(MAX_RECORD_BYTES + 12_345).map((_, i) => i * 7)
      const file = new PcapngBuilder().section().interface(1)
      file
        .enhanced(0, now, long, 3_000_000, [[1, [1, 2, 3]]])
        .block(10, new Uint8Array(2_500_000))
        .enhanced(0, now, frame)
      const { packets, status } = readCapture(file.done(), windows)
      expect(status).toBe('end')
      expect(packets.map(({ frame, originalBytes }) => [frame.length, originalBytes])).toEqual([
        [MAX_RECORD_BYTES, 3_000_000],
        [21, 21],
      ])
      expect(Buffer.compare(packets[0]?.frame ?? frame, long.subarray(0, MAX_RECORD_BYTES))).toBe(0)
    },
  )

  it.each([[100_000], [5_000_000]])(
    'checks the length behind a long block, and that it ends (windows of %d bytes)',
    (windowBytes) => {
      const long = new PcapngBuilder().block(10, new Uint8Array(2_500_000), 2_500_012, 8).done()
      for (const tail of [long, long.subarray(0, 2_500_008), long.subarray(0, 2_500_011)]) {
        const { packets, status, reader } = readCapture(concat([head, tail]), [windowBytes])
        expect([packets.length, status, reader.problem?.location.offset]).toEqual([1, 'damaged', head.length])
      }
    },
  )

  it('gives every complete packet of a file cut at any byte', () => {
    for (const isLittleEndian of [true, false]) {
      const builder = new PcapngBuilder()
      const ends: number[] = [] // of blocks
      const packetEnds: number[] = []
      const add = (block: PcapngBuilder, isPacket = false) => {
        ends.push(block.done().length)
        if (isPacket) packetEnds.push(block.done().length)
      }
      add(builder.section(isLittleEndian))
      add(builder.interface(1, 0, [[IF_TSRESOL, [9]]]))
      add(builder.enhanced(0, now, frame, 60, [[1, [1]]]), true)
      add(builder.block(0xbad, frame))
      add(builder.simple(frame), true)
      add(builder.obsolete(0, 0, now, frame), true)
      add(builder.section(!isLittleEndian))
      const file = builder.done()
      for (let length = 4; length <= file.length; length++) {
        const { packets, status, reader } = readCapture(file.slice(0, length), [9, 70])
        expect(packets).toHaveLength(packetEnds.filter((end) => end <= length).length)
        expect(status).toBe(ends.includes(length) ? 'end' : 'damaged')
        const lastEnd = ends.findLast((end) => end <= length) ?? 0
        if (status === 'damaged') expect(reader.problem?.location.offset).toBe(lastEnd)
      }
    }
  })

  it('reads back what was written, through any windows', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), windows, (steps, cuts) => {
        const builder = new PcapngBuilder().section()
        const expected: object[] = []
        let linkTypes: number[] = []
        for (const { kind, isLittleEndian, linkType, bytes, microseconds } of steps) {
          const id = linkType % Math.max(1, linkTypes.length)
          if (kind === 'section') {
            builder.section(isLittleEndian)
            linkTypes = []
          } else if (kind === 'interface') {
            linkTypes.push(linkType)
            builder.interface(linkType, 0, [[1, [...bytes]]])
          } else if (kind === 'other') builder.block(0x40000bad, bytes)
          else if (linkTypes.length > 0) {
            if (kind === 'enhanced')
              builder.enhanced(id, BigInt(microseconds), bytes, bytes.length, [[1, [...bytes]]])
            else builder.obsolete(id, 0, BigInt(microseconds), bytes)
            const tsSec = Math.floor(microseconds / 1e6)
            const tsNsec = (microseconds - tsSec * 1e6) * 1000
            expected.push({
              tsSec,
              tsNsec,
              isNanosecond: false,
              linkType: linkTypes[id],
              originalBytes: bytes.length,
              frame: bytes,
            })
          }
        }
        const { packets, status } = readCapture(builder.done(), cuts)
        expect(status).toBe('end')
        expect(packets).toEqual(expected)
      }),
    )
  })

  it('never throws and stays inside its windows when bytes are changed', () => {
    const builder = new PcapngBuilder().section(true, [[4, [1, 2]]]).interface(1, 100, [[IF_TSRESOL, [9]]])
    builder.enhanced(0, now, frame).simple(frame).obsolete(0, 3, now, frame).block(0xbad, frame)
    const base = builder
      .statistics(0, [[ISB_IFDROP, builder.value(8, 3n)]])
      .section(false)
      .interface(9)
      .done()
    const change = fc.tuple(
      fc.nat(base.length - 1),
      fc.constantFrom(0, 1, 2, 3, 6, 9, 0x0a, 0x7f, 0x80, 0xff),
    )
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), windows, (changes, cuts) => {
        const file = base.slice()
        for (const [at, value] of changes) file[at] = value
        const { reader } = readThrough(new PcapngReader('test.cap', READER_OPTIONS), file, cuts)
        expect(reader.droppedPackets).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), windows, (file, cuts) => {
        readThrough(new PcapngReader('test.cap', READER_OPTIONS), file, cuts)
      }),
    )
  })
})

const windows = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 })

const step = fc.record({
  kind: fc.constantFrom(
    'section',
    'interface',
    'interface',
    'enhanced',
    'enhanced',
    'enhanced',
    'obsolete',
    'other',
  ),
  isLittleEndian: fc.boolean(),
  linkType: fc.nat(300),
  bytes: fc.uint8Array({ maxLength: 40 }),
  microseconds: fc.maxSafeNat(),
})
