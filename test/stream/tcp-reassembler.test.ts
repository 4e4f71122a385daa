import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HalfSeen } from '../../src/stream/half-streams.js'
import { Outside } from '../../src/stream/outside.js'
import { seqAdd } from '../../src/stream/seq.js'
import { pageArena } from '../support/pages.js'
import { segmentOf, setUp } from './reassembler-setup.js'

const FIRST_SEQS = [0, 1001, 0xfffffffe, 0x7fffffff]

describe('TcpReassembler.push()', () => {
  // [name, [offset from the first byte, payload][], stream at the end]
  const cases: [string, [number, string][], string][] = [
    [
      'delivers segments that arrive in order',
      [
        [0, 'ab'],
        [2, 'cd'],
      ],
      'abcd',
    ],
    [
      'holds a segment that arrives early',
      [
        [2, 'cd'],
        [0, 'ab'],
      ],
      'abcd',
    ],
    [
      'drops a full retransmission',
      [
        [0, 'ab'],
        [0, 'XY'],
        [2, 'c'],
      ],
      'abc',
    ],
    [
      'keeps the new tail of a partial retransmission',
      [
        [0, 'ab'],
        [1, 'Xc'],
      ],
      'abc',
    ],
    [
      'lets the first copy win when a held segment is overlapped',
      [
        [2, 'cd'],
        [0, 'abXYe'],
      ],
      'abcde',
    ],
    [
      'fills the space between two held segments',
      [
        [1, 'b'],
        [3, 'd'],
        [1, 'XcX'],
        [0, 'a'],
      ],
      'abcd',
    ],
    [
      'delivers one byte at a time backwards',
      [
        [3, 'd'],
        [2, 'c'],
        [1, 'b'],
        [0, 'a'],
      ],
      'abcd',
    ],
    [
      'ignores a keep-alive with a byte of any content',
      [
        [0, 'abc'],
        [2, 'X'],
        [3, 'd'],
      ],
      'abcd',
    ],
    [
      'ignores a keep-alive before the first byte',
      [
        [-1, 'X'],
        [0, 'ab'],
      ],
      'ab',
    ],
    [
      'ignores a keep-alive behind a gap',
      [
        [2, 'cd'],
        [3, 'X'],
        [0, 'ab'],
      ],
      'abcd',
    ],
    [
      'cuts what lies before the start',
      [
        [-3, 'XYZab'],
        [2, 'c'],
      ],
      'abc',
    ],
    [
      'delivers a gap at the end of the connection',
      [
        [0, 'a'],
        [3, 'd'],
        [5, 'f'],
      ],
      'a..d.f',
    ],
    [
      'delivers a segment of one byte that is new',
      [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
      ],
      'abc',
    ],
  ]
  for (const firstSeq of FIRST_SEQS) {
    it.each(cases)(`%s (first sequence number ${firstSeq})`, (_name, segments, stream) => {
      const { reassembler, sink, push } = setUp()
      reassembler.start(0, firstSeq)
      for (const [offset, payload] of segments) push(firstSeq, offset, payload)
      reassembler.flush(0)
      expect(sink.text(0)).toBe(stream)
    })
  }

  const packetCounts: [string, [number, string][], number][] = [
    [
      'each that is new',
      [
        [0, 'ab'],
        [2, 'cd'],
      ],
      2,
    ],
    [
      'none that is there',
      [
        [0, 'ab'],
        [0, 'ab'],
      ],
      1,
    ],
    [
      'one that is there in part',
      [
        [0, 'ab'],
        [1, 'bc'],
      ],
      2,
    ],
    [
      'one that a held segment cuts in two once',
      [
        [4, 'ef'],
        [2, 'cdefgh'],
        [0, 'ab'],
      ],
      3,
    ],
    [
      'one that held segments cut in three once',
      [
        [2, 'c'],
        [4, 'e'],
        [1, 'bcdef'],
        [0, 'a'],
      ],
      4,
    ],
    [
      'one that is there but for its middle',
      [
        [0, 'a'],
        [2, 'c'],
        [0, 'abc'],
      ],
      3,
    ],
  ] // prettier-ignore
  it.each(packetCounts)('counts as packets with data %s', (_name, segments, count) => {
    const { table, push, end } = setUp()
    for (const [offset, text] of segments) push(1001, offset, text)
    end()
    expect(table.dataPackets[0]).toBe(count)
  })

  it('gives each chunk the time of the packet that carried it', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.start(0, 0)
    push(0, 2, 'cd', 1)
    push(0, 0, 'ab', 2)
    expect(sink.calls).toEqual(['data 0 ab @2', 'data 0 cd @1'])
  })

  it('lets the last copy win before delivery when told so, and counts the conflict', () => {
    const { reassembler, sink, push, table } = setUp({ lastWins: true })
    reassembler.start(0, 0)
    push(0, 2, 'cd')
    push(0, 2, 'CD')
    push(0, 0, 'ab')
    expect(sink.text(0)).toBe('abCD')
    expect(table.conflictBytes[0]).toBe(2)
    expect(table.repeatedBytes[0]).toBe(0)
  })

  it('counts bytes of a held segment seen again with other content as conflicts', () => {
    const { reassembler, push, table } = setUp()
    reassembler.start(0, 0)
    push(0, 2, 'cdef')
    push(0, 3, 'dXYg')
    expect(table.conflictBytes[0]).toBe(2)
    expect(table.repeatedBytes[0]).toBe(1)
  })

  it('reports bytes that the snaplen cut as missing without waiting', () => {
    const { reassembler, sink, push, table } = setUp()
    reassembler.start(0, 0)
    push(0, 0, 'ab', 0, 5)
    push(0, 5, 'fg')
    expect(sink.calls).toEqual(['data 0 ab @0', 'gap 0 2+3', 'data 0 fg @0'])
    expect(table.missedBytes[0]).toBe(3)
    expect(reassembler.delivery.cutBytes).toBe(3)
  })

  it('fills cut bytes of a held segment from a copy that was captured whole', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.start(0, 0)
    push(0, 1, 'b', 0, 4)
    push(0, 1, 'bcde')
    push(0, 0, 'a')
    expect(sink.text(0)).toBe('abcde')
  })

  it('counts payload beyond a FIN and keeps it out of the stream', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.start(0, 0)
    reassembler.finish(0, 3)
    push(0, 0, 'abcXY')
    expect(sink.text(0)).toBe('abc')
    expect(reassembler.delivery.outsideBytes[Outside.AFTER_FIN]).toBe(2)
    expect(reassembler.isFinished(0)).toBe(true)
  })

  it.each(['before', 'after'])('ignores payload beyond a FIN that is captured %s it', (order) => {
    const { reassembler, sink, push, end } = setUp()
    reassembler.start(0, 0)
    if (order === 'before') push(0, 2, 'cdJUNK')
    reassembler.finish(0, 4)
    if (order === 'after') push(0, 2, 'cdJUNK')
    push(0, 0, 'ab')
    end()
    expect(sink.text(0)).toBe('abcd')
    expect(reassembler.delivery.outsideBytes[Outside.AFTER_FIN]).toBe(4)
  })

  it('is not finished while data before the FIN is missing', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.start(0, 0)
    reassembler.finish(0, 4)
    push(0, 2, 'cd')
    expect(reassembler.isFinished(0)).toBe(false)
    push(0, 0, 'ab')
    expect(reassembler.isFinished(0)).toBe(true)
    expect(sink.text(0)).toBe('abcd')
  })

  it('reports what is missing before a FIN when the connection ends', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.start(0, 0)
    push(0, 0, 'a')
    reassembler.finish(0, 4)
    reassembler.flush(0)
    expect(sink.calls).toEqual(['data 0 a @0', 'gap 0 1+3'])
  })

  it('delivers an answer that waited for bytes which a FIN below them takes away', () => {
    const { reassembler, sink, push, end } = setUp()
    reassembler.start(0, 0)
    reassembler.start(1, 0)
    push(0, 5, 'late')
    reassembler.acknowledge(0, 9, 0, 0)
    const answer = Buffer.from('answer')
    reassembler.push(1, 0, answer, segmentOf(answer, 0, 6))
    expect(sink.calls).toEqual([])
    reassembler.finish(0, 0)
    expect(sink.text(1)).toBe('answer')
    expect(reassembler.delivery.outsideBytes[Outside.AFTER_FIN]).toBe(4)
    expect(end).not.toThrow()
  })
})

describe('TcpReassembler.giveUpGaps()', () => {
  function withGap() {
    const setup = setUp()
    setup.reassembler.start(0, 0)
    setup.push(0, 3, 'd', 10)
    return setup
  }

  it('waits while the peer has not acknowledged past the gap', () => {
    const { reassembler, sink } = withGap()
    reassembler.acknowledge(0, 2, 10, 0)
    reassembler.held.giveUpGaps(0, 1000, 0)
    expect(sink.calls).toEqual([])
  })

  it('waits for 500 ms after the peer acknowledged past the gap', () => {
    const { reassembler, sink } = withGap()
    reassembler.acknowledge(0, 3, 10, 0)
    reassembler.held.giveUpGaps(0, 10, 499_999_999)
    expect(sink.calls).toEqual([])
    reassembler.held.giveUpGaps(0, 10, 500_000_000)
    expect(sink.calls).toEqual(['gap 0 0+3', 'data 0 d @10'])
  })

  it('counts from the first segment above the gap when the acknowledgment came before it', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.start(0, 0)
    reassembler.acknowledge(0, 4, 0, 0)
    push(0, 3, 'd', 10)
    reassembler.held.giveUpGaps(0, 10, 499_999_999)
    expect(sink.calls).toEqual([])
    reassembler.held.giveUpGaps(0, 10, 500_000_000)
    expect(sink.text(0)).toBe('...d')
  })

  it('waits for 256 KiB held after the peer acknowledged past the gap', () => {
    const { reassembler, sink, push } = withGap()
    reassembler.acknowledge(0, 3, 10, 0)
    const segment = 'x'.repeat(64 * 1024)
    for (let i = 0; i < 3; i++) push(0, 4 + i * segment.length, segment, 10)
    reassembler.held.giveUpGaps(0, 10, 1)
    expect(sink.calls).toEqual([])
    push(0, 4 + 3 * segment.length, segment, 10)
    reassembler.held.giveUpGaps(0, 10, 1)
    expect(sink.calls[0]).toBe('gap 0 0+3')
  })

  it('gives each further gap its own wait, counted from when it was acknowledged', () => {
    const { reassembler, sink, push } = withGap()
    push(0, 6, 'g', 10)
    reassembler.acknowledge(0, 7, 10, 0)
    reassembler.held.giveUpGaps(0, 11, 0)
    expect(sink.text(0)).toBe('...d..g')
  })

  it('tells late data for a gap from a retransmission', () => {
    const { reassembler, push, table } = withGap()
    reassembler.acknowledge(0, 4, 10, 0)
    reassembler.held.giveUpGaps(0, 11, 0)
    push(0, 0, 'abcd', 11)
    expect(reassembler.delivery.outsideBytes[Outside.LATE]).toBe(3)
    expect(table.repeatedBytes[0]).toBe(1)
  })
})

describe('TcpReassembler limits', () => {
  it('gives up the gap when more than heldBytes are held above it', () => {
    const { reassembler, sink, push, table } = setUp({ heldBytes: 10 })
    reassembler.start(0, 0)
    push(0, 1, '0123456789')
    expect(sink.calls).toEqual([])
    push(0, 11, 'x')
    expect(sink.text(0)).toBe('.0123456789x')
    expect([reassembler.held.heldBytesHits, table.limits.of(0)]).toEqual([1, 2])
  })

  it('takes the start as settled when more than heldSegments are held before that', () => {
    const { reassembler, sink, push } = setUp({ heldSegments: 2 })
    reassembler.join(0, 1000)
    for (const [offset, text] of [
      [0, 'ab'],
      [2, 'cd'],
      [4, 'ef'],
      [6, 'gh'],
    ] as const)
      push(1000, offset, text)
    expect(sink.text(0)).toBe('abcdefgh')
    expect(reassembler.held.heldSegmentsHits).toBe(1)
  })

  it('gives up the gap when more than heldSegments are held above it', () => {
    const { reassembler, sink, push, table } = setUp({ heldSegments: 2 })
    reassembler.start(0, 0)
    push(0, 2, 'c')
    push(0, 4, 'e')
    expect(sink.calls).toEqual([])
    push(0, 6, 'g')
    expect(sink.text(0)).toBe('..c')
    expect([reassembler.held.heldSegmentsHits, table.limits.of(0)]).toEqual([1, 1])
  })

  it('moves held bytes to the spill file when memory is full, with the same result', () => {
    const pages = pageArena(1, 1)
    for (let page = 1; page < 8; page++) pages.tryAllocate(1) // leaves one, of 8 bytes
    const { reassembler, sink, push, store, spill, table } = setUp({ pages, lastWins: true })
    reassembler.start(0, 0)
    push(0, 5, 'fgh')
    push(0, 2, 'cde')
    expect(store.spilledBytes).toBe(3)
    push(0, 3, 'DE')
    push(0, 0, 'ab')
    expect(sink.text(0)).toBe('abcDEfgh')
    expect(table.conflictBytes[0]).toBe(2)
    expect(spill.keptBytes).toBe(0)
  })
})

describe('TcpReassembler.join()', () => {
  for (const firstSeq of FIRST_SEQS) {
    it(`takes the lowest of the first segments as the start (first sequence number ${firstSeq})`, () => {
      const { end, reassembler, sink, push } = setUp()
      reassembler.join(0, firstSeq)
      push(firstSeq, 0, 'cd')
      push(firstSeq, -2, 'ab')
      push(firstSeq, 2, 'ef')
      expect(sink.calls).toEqual([])
      push(firstSeq, 4, 'gh')
      end()
      expect(sink.text(0)).toBe('abcdefgh')
    })
  }

  it('settles at 64 KiB, in however many segments they come', () => {
    for (const bytes of [100, 1_000, 32_000]) {
      const { reassembler, sink, push } = setUp()
      reassembler.join(0, 0)
      const all = 'x'.repeat(64 * 1024)
      for (let at = 0; at < all.length - 1; at += bytes)
        push(0, at, all.slice(at, Math.min(at + bytes, all.length - 1)))
      expect(sink.calls).toEqual([])
      push(0, all.length - 1, 'x')
      expect(sink.text(0)).toHaveLength(all.length)
    }
  })

  it('settles when the peer acknowledges beyond the lowest segment', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.join(0, 100)
    push(100, 0, 'ab')
    reassembler.acknowledge(0, 100, 0, 0)
    expect(sink.calls).toEqual([])
    reassembler.acknowledge(0, 102, 0, 0)
    expect(sink.text(0)).toBe('ab')
  })

  it('settles when more is held than heldBytes, and loses nothing', () => {
    const { sink, push, end, reassembler, spill } = setUp({ heldBytes: 10 })
    reassembler.join(0, 100)
    push(100, 0, '01234567')
    push(100, 8, '89abcdef')
    end()
    expect(sink.text(0)).toBe('0123456789abcdef')
    expect(spill.keptBytes).toBe(0)
  })

  it('does not take the lowest segment for acknowledged when nobody has acknowledged anything', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.join(0, 1000)
    push(1000, 0, 'k')
    push(1000, -100, 'a')
    push(1000, -50, 'ef')
    push(1000, 10, 'u')
    reassembler.held.giveUpGaps(0, 1000, 0)
    expect(sink.calls).toEqual(['data 0 a @0'])
  })

  it('settles after 500 ms of capture time', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.join(0, 100)
    push(100, 0, 'ab', 5)
    reassembler.held.giveUpGaps(0, 5, 499_000_000)
    expect(sink.calls).toEqual([])
    reassembler.held.giveUpGaps(0, 5, 500_000_000)
    expect(sink.text(0)).toBe('ab')
  })

  it('counts bytes from before the start once it is settled', () => {
    const { reassembler, push } = setUp()
    reassembler.join(0, 100)
    push(100, 0, 'cd')
    reassembler.held.settle(0)
    push(100, -2, 'ab')
    expect(reassembler.delivery.outsideBytes[Outside.BEFORE_START]).toBe(2)
  })

  it('places a FIN that came while the start was not settled', () => {
    const { reassembler, sink, push } = setUp()
    reassembler.join(0, 100)
    push(100, 0, 'cd')
    push(100, -2, 'ab')
    reassembler.finish(0, 102)
    expect(sink.text(0)).toBe('abcd')
    expect(reassembler.isFinished(0)).toBe(true)
  })
})

describe('TcpReassembler against a map of bytes', () => {
  const SPAN = 200 // small, so that overlaps are frequent
  const segment = fc.record({
    offset: fc.nat(SPAN - 1),
    payload: fc.string({ unit: 'binary-ascii', minLength: 0, maxLength: 40 }),
    cut: fc.constantFrom(0, 0, 0, 7),
  })

  it('delivers exactly the first copy of every byte, whatever the order, the memory and the wrap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.array(segment, { maxLength: 40 }),
        fc.constantFrom(0, 1, 64),
        (firstSeq, segments, blocks) => {
          const { reassembler, sink, push, end, table, spill } = setUp({ pages: pageArena(blocks, 1) })
          reassembler.start(0, firstSeq)
          const firstCopy: string[] = []
          // One byte is what a keep-alive has: the model would have to know that rule, so there are none here.
          for (const { offset, payload } of segments.filter((s) => s.payload.length !== 1)) {
            push(firstSeq, offset, payload)
            for (let i = 0; i < payload.length; i++) firstCopy[offset + i] ??= payload[i]!
          }
          end()
          const expected = Array.from(firstCopy, (byte) => byte ?? '.').join('')
          expect(sink.text(0)).toBe(expected)
          expect(table.payloadBytes[0]! + table.missedBytes[0]!).toBe(expected.length)
          expect(table.halfSeen[0]! & HalfSeen.HELD).toBe(0)
          expect(spill.keptBytes).toBe(0)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('delivers all of both sides, whatever they acknowledge, within its limits', () => {
    const turn = fc.record({
      half: fc.nat(1),
      offset: fc.nat(60),
      ack: fc.nat(80),
      length: fc.integer({ min: 2, max: 9 }),
    })
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), fc.constantFrom(3, 4096), (turns, heldSegments) => {
        const { reassembler, sink, table, spill } = setUp({ heldSegments, pages: pageArena(1, 1) })
        const seen: [Set<number>, Set<number>] = [new Set(), new Set()]
        for (const half of [0, 1]) reassembler.start(half, 100)
        for (const [at, { half, offset, ack, length }] of turns.entries()) {
          const bytes = Buffer.alloc(length, 65)
          reassembler.acknowledge(half ^ 1, 100 + ack, at, 0)
          reassembler.push(half, 100 + offset, bytes, segmentOf(bytes, 0, length, at))
          for (const side of [0, 1]) reassembler.held.giveUpGaps(side, at, 0)
          for (let i = 0; i < length; i++) seen[half]!.add(offset + i)
        }
        reassembler.flush(0)
        for (const half of [0, 1]) {
          const end = Math.max(-1, ...seen[half]!) + 1
          expect(table.nextOffset[half]).toBe(end)
          expect(sink.text(half)).toHaveLength(end)
          expect(table.payloadBytes[half]! + table.missedBytes[half]!).toBe(end)
          expect(table.halfSeen[half]! & HalfSeen.HELD).toBe(0)
        }
        expect(spill.keptBytes).toBe(0)
      }),
      { numRuns: 2000 },
    )
  })

  it('delivers exactly the first copy of every byte from a start in the middle', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.array(segment, { minLength: 1, maxLength: 2 }), // more might settle the start before the last
        (firstSeq, segments) => {
          const { reassembler, sink, push, end, spill } = setUp()
          const pieces = segments
            .filter(({ payload }) => payload.length > 1)
            .sort((a, b) => b.offset - a.offset)
          if (pieces.length === 0) return
          // Highest first, so that the start moves down.
          reassembler.join(0, seqAdd(firstSeq, pieces[0]!.offset))
          const firstCopy: string[] = []
          for (const { offset, payload } of pieces) {
            push(firstSeq, offset, payload)
            for (let i = 0; i < payload.length; i++) firstCopy[offset + i] ??= payload[i]!
          }
          end()
          const start = firstCopy.findIndex((byte) => byte !== undefined)
          const expected = Array.from(firstCopy.slice(start), (byte) => byte ?? '.').join('')
          expect(sink.text(0)).toBe(expected)
          expect(spill.keptBytes).toBe(0)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('never loses count of offsets, with cut segments and a start in the middle', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.array(segment, { minLength: 1, maxLength: 40 }),
        (firstSeq, segments) => {
          const { reassembler, push, end, table } = setUp({ heldSegments: 8, heldBytes: 100 })
          const withBytes = segments.filter(({ payload, cut }) => payload.length + cut > 0)
          reassembler.join(0, seqAdd(firstSeq, withBytes[0]?.offset ?? 0))
          for (const { offset, payload, cut } of withBytes)
            push(firstSeq, offset, payload, 0, payload.length + cut)
          end()
          expect(table.nextOffset[0]).toBe(table.payloadBytes[0]! + table.missedBytes[0]!)
          expect(table.nextOffset[0]).toBe(table.highOffset[0])
        },
      ),
      { numRuns: 1000 },
    )
  })
})
