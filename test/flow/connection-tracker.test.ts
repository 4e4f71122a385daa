import { describe, expect, it } from 'vitest'
import { Outside } from '../../src/stream/outside.js'
import { type SegmentSpec, setUpTracker } from './packets.js'

type Setup = ReturnType<typeof setUpTracker>

/** One line a segment: `a` or `b`, then its fields. */
type Script = ['a' | 'b', SegmentSpec][]

const HANDSHAKE: Script = [
  ['a', { flags: 'S', seq: 99 }],
  ['b', { flags: 'S.', seq: 499, ack: 100 }],
  ['a', { flags: '.', seq: 100, ack: 500 }],
]

function play(setup: Setup, script: Script): void {
  for (const [host, spec] of script) setup[host](spec)
}

function run(script: Script, options = {}) {
  const setup = setUpTracker(options)
  play(setup, script)
  return { connections: setup.end(), events: setup.sink.events, tracker: setup.tracker }
}

describe('ConnectionTracker: TCP', () => {
  it('follows a connection from handshake to both FINs', () => {
    const { connections, events } = run([
      ...HANDSHAKE,
      ['a', { flags: 'P.', seq: 100, ack: 500, data: 'GET' }],
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'OK' }],
      ['b', { flags: 'F.', seq: 502, ack: 103 }],
      ['a', { flags: 'F.', seq: 103, ack: 503 }],
      ['b', { flags: '.', seq: 503, ack: 104 }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]).toMatchObject({
      key: '1.1000 > 2.80',
      streams: ['GET', 'OK'],
      history: 'ShADdfFa',
      closeReason: 'fin',
      packets: [4, 4],
    })
    expect(events).toEqual(['opened 1', 'closed 1', 'closed 1', 'finished 1'])
  })

  it('takes the receiver of a SYN+ACK seen first as the originator', () => {
    const { connections } = run([
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'hello' }],
    ])
    expect(connections[0]).toMatchObject({ key: '1.1000 > 2.80', streams: ['hello', ''], history: '^hD' })
  })

  it('counts data of the SYN as the first bytes of the stream', () => {
    const { connections } = run([
      ['a', { flags: 'S', seq: 99, data: 'early' }],
      ['b', { flags: 'S.', seq: 499, ack: 105 }],
      ['a', { flags: '.', seq: 105, ack: 500, data: 'late' }],
    ])
    expect(connections[0]!.streams).toEqual(['earlylate', ''])
  })

  it('delivers data that comes after the FIN it belongs before', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: 'F.', seq: 105, ack: 500 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'hello' }],
    ])
    expect(connections[0]).toMatchObject({ streams: ['hello', ''], missed: [0, 0] })
  })

  it('lets the other side go on after a half-close', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: 'F.', seq: 100, ack: 500 }],
      ['b', { flags: '.', seq: 500, ack: 101, data: 'more', at: 60 }],
      ['b', { flags: 'F.', seq: 504, ack: 101, at: 61 }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]).toMatchObject({ streams: ['', 'more'], closeReason: 'fin' })
  })

  it('does not turn reordering into a gap when the other side speaks', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: '.', seq: 102, ack: 500, data: 'cd' }],
      ['b', { flags: '.', seq: 500, ack: 104, data: 'answer' }],
      ['a', { flags: '.', seq: 100, ack: 506, data: 'ab' }],
    ])
    expect(connections[0]).toMatchObject({ streams: ['abcd', 'answer'], missed: [0, 0] })
  })

  it('delivers with a gap what is held when a reset comes', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: '.', seq: 102, ack: 500, data: 'cd' }],
      ['a', { flags: 'R', seq: 104 }],
    ])
    expect(connections[0]).toMatchObject({
      closeReason: 'rst',
      missed: [2, 0],
      streams: ['cd', ''],
      history: 'ShADRG',
    })
  })

  it('ignores a reset far outside of what was seen', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['b', { flags: 'R', seq: 500 + 2 ** 30 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'still here' }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]).toMatchObject({ closeReason: 'end', streams: ['still here', ''] })
  })

  it('takes a reset from a side that has sent nothing', () => {
    const { connections } = run([
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'R.', seq: 0, ack: 100 }],
    ])
    expect(connections[0]).toMatchObject({ closeReason: 'rst', history: 'Sr' })
  })

  it('delivers in-order payload for 5 s after a reset and counts repeated payload', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: '.', seq: 100, ack: 500, data: 'one' }],
      ['b', { flags: 'R', seq: 500, at: 1 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'one', at: 2 }],
      ['a', { flags: '.', seq: 103, ack: 500, data: 'two', at: 6 }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]).toMatchObject({ streams: ['onetwo', ''], packets: [5, 2], history: 'ShADrT' })
  })

  const LATE: [string, Script[number]][] = [
    ['payload', ['a', { flags: '.', seq: 101, ack: 501, data: 'new' }]],
    ['payload that was there before', ['a', { flags: '.', seq: 98, ack: 501, data: 'x' }]],
    ['a repeated FIN', ['b', { flags: 'F.', seq: 500, ack: 101 }]],
    ['a bare acknowledgment', ['a', { flags: '.', seq: 101, ack: 501 }]],
    ['a reset', ['a', { flags: 'R', seq: 101 }]],
    ['a SYN again', ['a', { flags: 'S', seq: 99 }]],
  ]
  const CLOSED: [string, Script][] = [
    [
      'both FINs',
      [
        ['a', { flags: 'F.', seq: 100, ack: 500 }],
        ['b', { flags: 'F.', seq: 500, ack: 101, at: 1.5 }],
      ],
    ],
    ['a reset', [['b', { flags: 'R', seq: 500, at: 1.5 }]]],
  ]
  for (const [end, closing] of CLOSED) {
    it.each(LATE)(
      `counts %s to the connection up to 5 s after ${end}, and to a new one later`,
      (_name, late) => {
        const [host, spec] = late
        for (const [at, count] of [
          [6.5, 1],
          [6.500000001, 2],
        ] as const) {
          const { connections } = run([...HANDSHAKE, ...closing, [host, { ...spec, at }]])
          expect(connections).toHaveLength(count)
        }
      },
    )
  }

  it('puts a connection together whose packets were captured in reverse', () => {
    const { connections } = run([
      ['b', { flags: 'F.', seq: 502, ack: 104 }],
      ['a', { flags: 'F.', seq: 103, ack: 503 }],
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'OK' }],
      ['a', { flags: 'P.', seq: 100, ack: 500, data: 'GET' }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['a', { flags: 'S', seq: 99 }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]).toMatchObject({ streams: ['OK', 'GET'], missed: [0, 0] })
  })

  it('waits for the start of a stream while time goes back, although the peer has acknowledged what is held', () => {
    const { connections } = run([
      ['a', { flags: '.', seq: 107, ack: 507, at: 1 }],
      ['b', { flags: 'P.', seq: 503, ack: 103, data: 'too', at: 0.7 }],
      ['a', { flags: 'P.', seq: 103, ack: 506, data: 'more', at: 0.8 }],
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'yes', at: 0.5 }],
      ['a', { flags: 'P.', seq: 100, ack: 500, data: 'one', at: 0.4 }],
    ])
    expect(connections[0]).toMatchObject({ streams: ['onemore', 'yestoo'], missed: [0, 0] })
  })

  it('does not end with both FINs while payload waits for the start of its stream', () => {
    const { connections } = run([
      ['a', { flags: '.', seq: 107, ack: 507, at: 1 }],
      ['b', { flags: 'F.', seq: 506, ack: 107, at: 0.9 }],
      ['b', { flags: 'P.', seq: 503, ack: 106, data: 'too', at: 0.7 }],
      ['a', { flags: 'F.', seq: 106, ack: 506, at: 0.8 }],
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'yes', at: 0.5 }],
    ])
    expect(connections[0]).toMatchObject({ streams: ['', 'yestoo'], missed: [0, 0] })
  })

  it('takes a SYN with the same ISN as a retransmission', () => {
    const { connections } = run([
      ['a', { flags: 'S', seq: 99 }],
      ['a', { flags: 'S', seq: 99, at: 1 }],
      ['b', { flags: 'S.', seq: 499, ack: 100, at: 1 }],
      ['b', { flags: 'S.', seq: 499, ack: 100, at: 2 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'x', at: 2 }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]!.streams).toEqual(['x', ''])
  })

  it.each([
    ['open', [] as Script],
    ['reset', [['b', { flags: 'R', seq: 500 }]] as Script],
  ])('opens a new connection for a SYN with another ISN on one that is %s', (_state, between) => {
    const { connections, events } = run([
      ...HANDSHAKE,
      ['a', { flags: '.', seq: 100, ack: 500, data: 'old' }],
      ...between,
      ['a', { flags: 'S', seq: 9999 }],
      ['a', { flags: '.', seq: 10000, ack: 1, data: 'new' }],
    ])
    expect(connections.map((c) => c.streams[0])).toEqual(['old', 'new'])
    expect(events.filter((e) => e.startsWith('opened'))).toEqual([
      'opened 1',
      expect.stringMatching(/^opened \d+$/),
    ])
    expect(connections[0]!.closeReason).toBe(between.length > 0 ? 'rst' : 'reuse')
  })

  it('opens a new connection for a SYN from the other side on a finished one', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: 'F.', seq: 100, ack: 500 }],
      ['b', { flags: 'F.', seq: 500, ack: 101 }],
      ['b', { flags: 'S', seq: 7777 }],
    ])
    expect(connections.map((c) => c.key)).toEqual(['1.1000 > 2.80', '2.80 > 1.1000'])
  })

  it('joins both SYNs of a simultaneous open', () => {
    const { connections } = run([
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'S', seq: 499 }],
      ['a', { flags: 'S.', seq: 99, ack: 500 }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'x' }],
      ['b', { flags: '.', seq: 500, ack: 101, data: 'y' }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]!.streams).toEqual(['x', 'y'])
  })

  it('joins a SYN+ACK that was captured after what it answers was answered', () => {
    const { connections } = run([
      ['a', { flags: 'S', seq: 99 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'x' }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['b', { flags: '.', seq: 500, ack: 101, data: 'y' }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]!.streams).toEqual(['x', 'y'])
  })

  it('lets a SYN+ACK with another number replace the first while no data came', () => {
    const { connections } = run([
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['b', { flags: 'S.', seq: 799, ack: 100 }],
      ['b', { flags: '.', seq: 800, ack: 100, data: 'y' }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]).toMatchObject({ streams: ['', 'y'], missed: [0, 0] })
  })

  it('takes the start of a stream from the SYN+ACK that acknowledges its SYN, although payload came before it', () => {
    const { connections } = run([
      ['a', { flags: 'P.', seq: 1100, ack: 500, data: 'x' }],
      ['b', { flags: 'S.', seq: 499, ack: 1000 }],
    ])
    expect(connections[0]).toMatchObject({ streams: ['x', ''], missed: [100, 0] })
  })

  it('takes a connection joined in the middle from its first payload', () => {
    const { connections } = run([
      ['a', { flags: '.', seq: 5000, ack: 900, data: 'request' }],
      ['b', { flags: '.', seq: 900, ack: 5007, data: 'answer' }],
      ['a', { flags: '.', seq: 5007, ack: 906 }],
    ])
    expect(connections[0]).toMatchObject({
      streams: ['request', 'answer'],
      chunks: ['0:request@0', '1:answer@0'],
      missed: [0, 0],
    })
  })

  it('gives up a gap after its time when the peer has acknowledged past it', () => {
    const setup = setUpTracker()
    play(setup, HANDSHAKE)
    setup.a({ flags: '.', seq: 102, ack: 500, data: 'cd', at: 1 })
    setup.b({ flags: '.', seq: 500, ack: 104, at: 1 })
    setup.b({ flags: '.', seq: 500, ack: 104, at: 2 })
    setup.a({ flags: '.', seq: 100, ack: 500, data: 'ab', at: 3 })
    const [connection] = setup.end()
    expect(connection).toMatchObject({ chunks: ['0:gap 0+2', '0:cd@1'], missed: [2, 0] })
    expect(setup.tracker.reassembler.delivery.outsideBytes[Outside.LATE]).toBe(2)
  })

  it('writes an answer behind what it answers, although that was held behind a gap', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['b', { flags: '.', seq: 510, ack: 100, data: 'page one' }],
      ['a', { flags: '.', seq: 100, ack: 518, data: 'next, please' }],
      ['b', { flags: '.', seq: 518, ack: 112, data: 'page two' }],
      ['a', { flags: '.', seq: 112, ack: 526, data: 'thanks', at: 1 }],
    ])
    expect(connections[0]!.chunks).toEqual([
      '1:gap 0+10',
      '1:page one@0',
      '0:next, please@0',
      '1:page two@0',
      '0:thanks@1',
    ])
  })

  it('waits for a gap of the other side no longer than 256 KiB of its own payload', () => {
    const setup = setUpTracker()
    play(setup, HANDSHAKE)
    setup.b({ flags: '.', seq: 510, ack: 100, data: 'lossy' })
    const segment = 'x'.repeat(64 * 1024)
    for (let i = 0; i < 5; i++)
      setup.a({ flags: '.', seq: 100 + i * segment.length, ack: 515, data: segment })
    setup.b({ flags: '.', seq: 500, ack: 100, data: '0123456789' })
    const [connection] = setup.end()
    expect(connection!.chunks.slice(0, 2)).toEqual(['1:gap 0+10', '1:lossy@0'])
    expect(connection!.streams[0]).toHaveLength(5 * segment.length)
    expect(setup.tracker.reassembler.held.heldBytesHits).toBe(0)
  })

  // [what, time of the originator's held segment, of the responder's, whose gap comes first]
  const GAPS: [string, number, number, 0 | 1][] = [
    ['that was held first', 1, 2, 0],
    ['that was held first, though it is the responder', 2, 1, 1],
    ['of the originator of two that were held at once', 1, 1, 0],
    ['that was held first by a nanosecond', 1.000000002, 1.000000001, 1],
  ]
  it.each(GAPS)('gives up at the end first the gap of the side %s', (_what, origAt, respAt, first) => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: '.', seq: 103, ack: 500, data: 'orig', at: origAt }],
      ['b', { flags: '.', seq: 505, ack: 100, data: 'resp', at: respAt }],
    ])
    const sides = ['0:gap 0+3', `0:orig@${Math.floor(origAt)}`, '1:gap 0+5', `1:resp@${Math.floor(respAt)}`]
    const expected = first === 0 ? sides : [...sides.slice(2), ...sides.slice(0, 2)]
    expect(connections[0]!.chunks).toEqual(expected)
  })

  it('delivers both sides when each has acknowledged what the other holds', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['a', { flags: '.', seq: 110, ack: 520, data: 'a' }],
      ['b', { flags: '.', seq: 510, ack: 120, data: 'b' }],
    ])
    expect(connections[0]).toMatchObject({ streams: ['a', 'b'], missed: [10, 10] })
  })

  it('does not wait for bytes beyond what the other side holds', () => {
    const { connections } = run([
      ...HANDSHAKE,
      ['b', { flags: '.', seq: 510, ack: 100, data: 'late' }],
      ['a', { flags: '.', seq: 100, ack: 505, data: 'first' }],
      ['b', { flags: '.', seq: 500, ack: 100, data: '0123456789' }],
    ])
    expect(connections[0]!.chunks).toEqual(['0:first@0', '1:0123456789@0', '1:late@0'])
  })

  it('logs repeated letters of the history at 1, 10 and 100', () => {
    const script: Script = [...HANDSHAKE, ['a', { flags: '.', seq: 100, ack: 500, data: 'ab' }]]
    for (let i = 0; i < 100; i++) script.push(['a', { flags: '.', seq: 100, ack: 500, data: 'ab' }])
    expect(run(script).connections[0]!.history).toBe('ShADTTT')
  })

  it('notes a zero window', () => {
    const { connections } = run([...HANDSHAKE, ['b', { flags: '.', seq: 500, ack: 100, window: 0 }]])
    expect(connections[0]!.history).toBe('ShAaw')
  })

  it('keeps connections of other ports apart, whatever their hash', () => {
    const { connections } = run([
      ['a', { flags: '.', seq: 1, data: 'one', ports: [1000, 80] }],
      ['a', { flags: '.', seq: 1, data: 'two', ports: [1001, 79] }],
      ['b', { flags: '.', seq: 1, data: 'three', ports: [1001, 79] }],
    ])
    expect(connections.map((c) => c.streams)).toEqual([
      ['one', ''],
      ['two', 'three'],
    ])
  })
})

describe('ConnectionTracker: time', () => {
  it.each([
    ['goes on at the time-out', 3600, 1],
    ['ends after the time-out', 3600.5, 2],
  ])('%s', (_name, at, count) => {
    const { connections } = run([...HANDSHAKE, ['a', { flags: '.', seq: 100, ack: 500, data: 'x', at }]])
    expect(connections).toHaveLength(count)
    if (count === 2) expect(connections[0]!.closeReason).toBe('timeout')
  })

  it('never ends an idle connection when the time-out is 0', () => {
    const script: Script = [...HANDSHAKE, ['a', { flags: '.', seq: 100, data: 'x', at: 1e9 }]]
    expect(run(script, { tcpTimeoutSec: 0 }).connections).toHaveLength(1)
  })

  it('ends idle connections at a sweep, and forgets closed ones', () => {
    const setup = setUpTracker({ udpTimeoutSec: 10 })
    play(setup, HANDSHAKE)
    setup.a({ flags: 'R', seq: 100, at: 1 })
    setup.udp(true, 'x', 1)
    setup.tracker.sweep(6)
    expect(setup.sink.finishedOnes).toHaveLength(0)
    setup.tracker.sweep(7)
    expect(setup.sink.finishedOnes.map((c) => c.closeReason)).toEqual(['rst'])
    setup.tracker.sweep(12)
    expect(setup.sink.finishedOnes.map((c) => c.closeReason)).toEqual(['rst', 'timeout'])
    expect(setup.tracker.table.count).toBe(0)
  })

  it('ends what is open in the order of first packets, wherever it stands', () => {
    const setup = setUpTracker({ udpTimeoutSec: 10 })
    setup.udp(true, 'first', 0)
    setup.a({ flags: 'S', seq: 99, at: 1 })
    setup.tracker.sweep(20) // room for the third in the place of the first
    setup.udp(true, 'third', 20)
    setup.a({ flags: 'S', seq: 7, at: 21, ports: [2000, 80] })
    const { length } = setup.sink.events
    setup.end(21)
    expect(setup.sink.events.slice(length)).toEqual(
      [2, 3, 4].flatMap((number) => [`closed ${number}`, `finished ${number}`]),
    )
  })

  it('does not forget a connection before the time of its own latest packet', () => {
    const setup = setUpTracker()
    setup.a({ flags: 'S', seq: 99, at: 100 })
    setup.a({ flags: 'R', seq: 100, at: 50 })
    setup.tracker.sweep(60)
    setup.a({ flags: 'S', seq: 9999, at: 100 })
    expect(setup.sink.events).toEqual(['opened 1', 'closed 1', 'opened 3'])
  })

  it('says that a connection timed out when the capture went on beyond that', () => {
    for (const [at, reason] of [
      [3600, 'end'],
      [3600.5, 'timeout'],
    ] as const) {
      const setup = setUpTracker()
      play(setup, HANDSHAKE)
      expect(setup.end(at)[0]!.closeReason).toBe(reason)
    }
  })

  it('says that a connection timed out, not that it was replaced, for a SYN beyond its time-out', () => {
    const { connections } = run([...HANDSHAKE, ['a', { flags: 'S', seq: 9999, at: 4000 }]])
    expect(connections[0]!.closeReason).toBe('timeout')
  })

  it('counts packets and ICMP errors from before a sweep of whose key nothing is there', () => {
    const setup = setUpTracker()
    setup.tracker.sweep(100)
    setup.udp(true, 'x', 99.9)
    setup.udp(true, 'y', 98)
    setup.icmpError(true, { at: 99 })
    setup.icmpError(true, { at: 100 })
    expect(setup.tracker.timeBackHits).toBe(2)
  })

  it('counts an ICMP error to the connection that lived at its time and has the quoted number', () => {
    const setup = setUpTracker()
    setup.a({ flags: 'S', seq: 99, at: 10 })
    const counts = () => setup.tracker.rows.totals.icmpErrors
    setup.icmpError(true, { seq: 99, at: 9.9 })
    expect(counts()).toBe(0)
    setup.icmpError(true, { seq: 99, at: 10 })
    setup.icmpError(true, { at: 11 })
    setup.icmpError(false, { seq: 12345, at: 12 }) // nothing is known of that side
    setup.icmpError(true, { seq: 99 + 2 ** 30, at: 11 })
    setup.icmpError(true, { seq: 99, at: 3610.1 })
    expect(counts()).toBe(3)
    setup.b({ flags: 'R.', seq: 0, ack: 100, at: 20 })
    setup.a({ flags: '.', seq: 100, ack: 1, at: 23 })
    setup.icmpError(true, { seq: 100, at: 28 })
    setup.icmpError(true, { seq: 100, at: 28.1 })
    expect(counts()).toBe(4)
  })

  it('keeps a closed connection for what may still be about it: until 5 s after its latest packet', () => {
    const setup = setUpTracker()
    play(setup, HANDSHAKE)
    setup.a({ flags: 'R', seq: 100, at: 1 })
    setup.b({ flags: '.', seq: 500, ack: 100, at: 5 })
    setup.tracker.sweep(10)
    setup.icmpError(true, { seq: 100, at: 10 })
    expect(setup.tracker.rows.totals.icmpErrors).toBe(1)
    setup.tracker.sweep(11)
    expect(setup.sink.finishedOnes).toHaveLength(1)
  })

  it('does not end a connection for a packet from the past', () => {
    const { connections } = run([
      ['a', { flags: '.', seq: 1, data: 'ab', at: 5000 }],
      ['a', { flags: '.', seq: 3, data: 'cd', at: 100 }],
    ])
    expect(connections).toHaveLength(1)
    expect(connections[0]!.streams[0]).toBe('abcd')
  })
})

describe('ConnectionTracker: datagrams', () => {
  it('delivers each datagram as one chunk, an empty one too', () => {
    const setup = setUpTracker()
    setup.udp(true, 'question', 1)
    setup.udp(false, 'answer', 2)
    setup.udp(false, '', 3)
    const [connection] = setup.end()
    expect(connection).toMatchObject({
      chunks: ['0:question@1', '1:answer@2', '1:@3'],
      packets: [1, 2],
      history: 'Dd',
      closeReason: 'end',
    })
  })

  it('reports what the snaplen cut of a datagram as missing', () => {
    const setup = setUpTracker()
    setup.udp(true, 'ques', 1, 8)
    setup.udp(false, 'whole', 2)
    setup.udp(true, 'x', 3, 7)
    const [connection] = setup.end()
    expect(connection).toMatchObject({
      chunks: ['0:ques@1', '0:gap 4+4', '1:whole@2', '0:x@3', '0:gap 9+6'],
      missed: [10, 0],
    })
    expect(setup.tracker.reassembler.delivery.cutBytes).toBe(10)
  })

  it('counts ICMP errors to the connection that they quote, in either direction', () => {
    const setup = setUpTracker()
    setup.udp(true, 'x')
    setup.icmpError(true, { protocol: 17, ports: [1000, 53] })
    setup.icmpError(false, { protocol: 17, ports: [1000, 53] })
    setup.icmpError(true, { protocol: 17, ports: [999, 54] })
    expect(setup.end()[0]!.icmpErrors).toBe(2)
    expect(setup.tracker.rows.totals.icmpErrors).toBe(2)
  })
})

describe('ConnectionTracker: limits', () => {
  it('ends the connections idle longest when openConnections is reached, and counts them', () => {
    const setup = setUpTracker({ openConnections: 3 })
    for (let port = 1; port <= 4; port++) setup.a({ flags: 'S', seq: 1, ports: [port, 80], at: port })
    expect(setup.sink.finishedOnes.map((c) => c.key)).toEqual(['1.1 > 2.80'])
    expect(setup.tracker.rows.openConnectionsHits).toBe(1)
    expect(setup.tracker.table.count).toBe(3)
  })
})

it('ConnectionRows counts directions whose payload does not balance', () => {
  const { tracker, a, end } = setUpTracker()
  a({ flags: 'S', seq: 0 })
  a({ flags: 'P.', seq: 1, data: 'abc' })
  tracker.table.capturedBytes[0]! += 1
  end()
  expect(tracker.rows.unbalanced).toBe(1)
})

it('notes gaps at the end of each connection in its own history', () => {
  const { a, b, end } = setUpTracker()
  for (const port of [1001, 1002, 1003, 1004]) {
    const ports: [number, number] = [port, 80]
    a({ flags: 'S', seq: 0, ports })
    b({ flags: 'S.', seq: 0, ack: 1, ports })
    a({ flags: '.', seq: 1, ack: 1, ports })
    const lost = { flags: 'P.', seq: 5, ack: 1, data: 'abc', ports }
    if (port % 2 === 0) a(lost)
    else b(lost)
  }
  expect(end().map(({ history }) => /g/i.exec(history)?.[0])).toEqual(['g', 'G', 'g', 'G'])
})

it('an ICMP error is looked for among the numbers of its own connection', () => {
  const { a, icmpError, end } = setUpTracker()
  for (const [i, seq] of [0, 2 ** 30, -(2 ** 31), -(2 ** 30)].entries()) {
    a({ flags: 'S', seq, ports: [1001 + i, 80] })
  }
  icmpError(true, { ports: [1003, 80], seq: -(2 ** 31) })
  icmpError(true, { ports: [1004, 80], seq: 0 })
  expect(end().map(({ icmpErrors }) => icmpErrors)).toEqual([0, 0, 1, 0])
})
