import { describe, expect, it } from 'vitest'
import { HalfSeen } from '../../src/stream/half-streams.js'
import { OUTSIDE_KINDS } from '../../src/stream/outside.js'
import { segmentOf, setUp } from './reassembler-setup.js'

const FIRST_SEQ = 0xfffffff0

type Setup = ReturnType<typeof setUp>
type Push = (offset: number, text: string, wireBytes?: number) => void

/** What a reassembler has counted for half-stream 0, less what is 0. */
function countsOf({ table, reassembler }: Setup): Record<string, number> {
  const { payloadBytes, missedBytes, repeatedBytes, conflictBytes, retransmissions, messages, dataPackets } =
    table
  const outside = Object.fromEntries(
    OUTSIDE_KINDS.map((kind, i) => [kind, reassembler.delivery.outsideBytes[i]!]),
  )
  const counts: Record<string, number> = {
    payload: payloadBytes[0]!,
    missed: missedBytes[0]!,
    repeated: repeatedBytes[0]!,
    conflicts: conflictBytes[0]!,
    again: retransmissions[0]!,
    messages: messages[0]!,
    packets: dataPackets[0]!,
    cut: reassembler.delivery.cutBytes,
    windowHits: reassembler.conflictWindowHits,
    ...outside,
  }
  expect(table.outsideBytes[0]).toBe(Object.values(outside).reduce((sum, bytes) => sum + bytes, 0))
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
}

describe('what comes again, is cut or lies outside', () => {
  // [what, packets of a stream whose start is known, stream, counts]
  const rows: [string, (push: Push, setup: Setup) => void, string, Record<string, number>][] = [
    [
      'two segments in order',
      (push) => {
        push(0, 'ab')
        push(2, 'cd')
      },
      'abcd',
      { payload: 4, messages: 1, packets: 2 },
    ],
    [
      'a segment that the snaplen cut',
      (push) => {
        push(0, 'ab', 5)
        push(5, 'f')
      },
      'ab...f',
      { payload: 3, missed: 3, cut: 3, messages: 1, packets: 2 },
    ],
    [
      'a repetition with a new end, which is cut',
      (push) => {
        push(0, 'abc')
        push(1, 'bcd', 6)
      },
      'abcd...',
      { payload: 4, missed: 3, cut: 3, repeated: 2, again: 1, messages: 1, packets: 2 },
    ],
    [
      'a repetition with other bytes',
      (push) => {
        push(0, 'abcd')
        push(1, 'bXX')
      },
      'abcd',
      { payload: 4, repeated: 1, conflicts: 2, again: 1, messages: 1, packets: 1 },
    ],
    [
      'a repetition of a cut segment',
      (push) => {
        push(0, 'abcd', 6)
        push(0, 'abcdef')
      },
      'abcd..',
      { payload: 4, missed: 2, cut: 2, repeated: 6, again: 1, windowHits: 1, messages: 1, packets: 1 },
    ],
    [
      'a keep-alive with the last byte',
      (push) => {
        push(0, 'ab')
        push(1, 'b')
      },
      'ab',
      { payload: 2, repeated: 1, again: 1, messages: 1, packets: 1 },
    ],
    [
      'a keep-alive with another byte',
      (push) => {
        push(0, 'ab')
        push(1, 'X')
      },
      'ab',
      { payload: 2, keep_alive: 1, messages: 1, packets: 1 },
    ],
    [
      'a keep-alive whose byte is cut off, before the same byte of another packet',
      (push, { reassembler }) => {
        push(0, 'ab')
        const bytes = Buffer.from('xb')
        reassembler.push(0, FIRST_SEQ + 1, bytes, segmentOf(bytes, 1, 1, 0, 1))
      },
      'ab',
      { payload: 2, messages: 1, packets: 1 },
    ],
    [
      'a keep-alive of a held zero byte',
      (push) => {
        push(2, 'c\0')
        push(3, 'X')
        push(0, 'ab')
      },
      'abc\0',
      { payload: 4, keep_alive: 1, messages: 1, packets: 2 },
    ],
    [
      'a byte below the last one that is held',
      (push) => {
        push(2, 'cd')
        push(5, 'f')
        push(2, 'X')
        push(0, 'ab')
        push(4, 'e')
      },
      'abcdef',
      { payload: 6, conflicts: 1, again: 1, messages: 1, packets: 4 },
    ],
    [
      'what lies before the start',
      (push) => {
        push(-3, 'XYZ')
        push(-2, 'YZab')
        push(-5, 'VW', 4)
        push(-2, 'YZab')
      },
      'ab',
      { payload: 2, before_start: 9, repeated: 2, again: 1, messages: 1, packets: 1 },
    ],
    [
      'what lies behind the FIN',
      (push, { reassembler }) => {
        push(0, 'ab')
        reassembler.finish(0, FIRST_SEQ + 4)
        push(2, 'cdXYZ')
        push(6, 'XY')
      },
      'abcd',
      { payload: 4, after_fin: 5, messages: 1, packets: 2 },
    ],
    [
      'segments within what a FIN ends',
      (push, { reassembler }) => {
        push(0, 'ab')
        reassembler.finish(0, FIRST_SEQ + 6)
        push(2, 'cd')
        push(4, 'ef')
      },
      'abcdef',
      { payload: 6, messages: 1, packets: 3 },
    ],
    [
      'what is missing before the FIN',
      (push, { reassembler }) => {
        push(0, 'ab')
        reassembler.finish(0, FIRST_SEQ + 6)
      },
      'ab....',
      { payload: 2, missed: 4, messages: 1, packets: 1 },
    ],
    [
      'a gap that was given up, whose bytes come late',
      (push, { reassembler }) => {
        push(0, 'a')
        push(3, 'd')
        reassembler.flush(0)
        push(1, 'bc')
      },
      'a..d',
      { payload: 2, missed: 2, late: 2, messages: 1, packets: 2 },
    ],
    [
      'what comes late, and more with it',
      (push, { reassembler }) => {
        push(0, 'a')
        push(3, 'de')
        reassembler.flush(0)
        push(1, 'bcdX')
      },
      'a..de',
      { payload: 3, missed: 2, late: 2, repeated: 1, conflicts: 1, again: 1, messages: 1, packets: 2 },
    ],
    [
      'what comes late and is cut off behind it',
      (push, { reassembler }) => {
        push(0, 'a')
        push(3, 'd')
        reassembler.flush(0)
        push(1, 'bc', 3)
      },
      'a..d',
      { payload: 2, missed: 2, late: 2, again: 1, messages: 1, packets: 2 },
    ],
  ]
  it.each(rows)('%s', (_what, play, stream, counts) => {
    const setup = setUp()
    const { reassembler, push, sink } = setup
    reassembler.start(0, FIRST_SEQ)
    play((offset, text, wireBytes) => push(FIRST_SEQ, offset, text, 0, wireBytes), setup)
    reassembler.flush(0)
    expect(sink.text(0)).toBe(stream)
    expect(countsOf(setup)).toEqual(counts)
  })

  it('counts a message for each time that the other side had its say', () => {
    const { reassembler, table } = setUp()
    for (const half of [0, 1]) reassembler.start(half, 0)
    const say = (half: number, seq: number) => {
      const bytes = Buffer.from('x')
      reassembler.push(half, seq, bytes, segmentOf(bytes, 0, 1))
    }
    say(0, 0)
    say(0, 1)
    say(1, 0)
    say(0, 2)
    say(1, 1)
    say(1, 2)
    say(1, 3)
    expect([...table.messages.subarray(0, 2)]).toEqual([2, 2])
  })
})

describe('a stream that was joined in the middle', () => {
  it('puts what came before a late start outside', () => {
    const setup = setUp({ heldBytes: 100 })
    const { reassembler, push, sink } = setup
    reassembler.join(0, 1000)
    push(1000, 0, 'cd')
    push(1000, -200, 'far away')
    push(1000, -2, 'ab')
    reassembler.flush(0)
    expect(sink.text(0)).toBe('abcd')
    expect(countsOf(setup)).toMatchObject({ payload: 4, before_start: 8 })
  })

  it('begins where a SYN says that it does', () => {
    const { reassembler, push, sink, table } = setUp()
    reassembler.join(0, 1000)
    push(1000, 0, 'cd')
    reassembler.start(0, 998)
    expect(table.halfSeen[0]! & HalfSeen.UNSETTLED).toBe(0)
    push(1000, -2, 'ab')
    reassembler.flush(0)
    expect(sink.calls).toEqual(['data 0 ab @0', 'data 0 cd @0'])
  })

  it.each<[number, boolean]>([
    [900, true],
    [899, false],
    [999, true],
    [1000, true],
    [1001, false],
  ])('can start at %i: %s', (seq, can) => {
    const { reassembler, push } = setUp({ heldBytes: 100 })
    reassembler.join(0, 1000)
    push(1000, 0, 'cd')
    expect(reassembler.canStartAt(0, seq)).toBe(can)
  })

  it.each<[number, boolean]>([
    [999, false],
    [1000, true],
    [1001, false],
  ])('could have started only where it did, %i: %s', (seq, can) => {
    const { reassembler } = setUp()
    reassembler.start(0, 1000)
    expect(reassembler.canStartAt(0, seq)).toBe(can)
  })
})

it('an acknowledgment does not take back an earlier one', () => {
  const { reassembler, table } = setUp()
  reassembler.start(0, 100)
  for (const ack of [105, 103, 107, 107, 101]) reassembler.acknowledge(0, ack, 0, 0)
  expect(table.ackedOffset[0]).toBe(7)
})

describe('where the last copy wins', () => {
  it.each<[number, string, Record<string, number>]>([
    [102, 'abcX', { conflicts: 1 }],
    [103, 'abcX', { conflicts: 1 }],
    [104, 'abcd', { keep_alive: 1 }],
  ])('a byte that came again when %i was acknowledged gives %s', (ack, stream, counts) => {
    const setup = setUp({ lastWins: true })
    const { reassembler, push, sink } = setup
    reassembler.start(0, 100)
    push(100, 2, 'cd')
    reassembler.acknowledge(0, ack, 0, 0)
    push(100, 3, 'X')
    push(100, 0, 'ab')
    expect(sink.text(0)).toBe(stream)
    expect(countsOf(setup)).toMatchObject(counts)
  })
})

it('a jump leaves a gap, and what comes goes on behind it', () => {
  const { reassembler, push, sink, table } = setUp()
  reassembler.start(0, 100)
  push(100, 0, 'ab')
  reassembler.jump(0, 110)
  expect([table.nextOffset[0], table.highOffset[0]]).toEqual([10, 10])
  push(110, 0, 'cd')
  expect(sink.calls).toEqual(['data 0 ab @0', 'gap 0 2+8', 'data 0 cd @0'])
})

it('forgets the gaps of a connection that is over', () => {
  const { end, push, reassembler } = setUp()
  reassembler.start(0, 0)
  push(0, 2, 'c')
  reassembler.flush(0)
  expect(reassembler.held.gaps.overlap(0, 0, 10)).toBe(2)
  end()
  expect(reassembler.held.gaps.overlap(0, 0, 10)).toBe(0)
})
