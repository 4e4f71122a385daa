import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type SegmentSpec, setUpTracker } from './packets.js'

type Script = readonly ['a' | 'b', SegmentSpec][]

/** Plays packets, 10 ms apart. @param fullFrom Number of the packet from which on there is no memory for what waits. */
function play(script: Script, fullFrom = Number.POSITIVE_INFINITY) {
  const setup = setUpTracker()
  let number = 0
  Object.defineProperty(setup.tracker.held, 'isFull', { get: () => number >= fullFrom })
  for (const [host, spec] of script) {
    setup[host]({ at: number / 100, ...spec })
    number += 1
  }
  const connections = setup.end(100)
  const { reassembler, rows, lives } = setup.tracker
  expect(rows.unbalanced).toBe(0)
  return {
    hits: reassembler.held.heldMemoryHits + lives.memoryHits,
    result: [connections, [...reassembler.delivery.outsideBytes]],
    streams: connections.map(({ streams }) => streams),
  }
}

const ONE_SIDED: Script = [
  ['a', { flags: '.', seq: 100, ack: 500, data: 'one' }],
  ['a', { flags: '.', seq: 103, ack: 500, data: 'two' }],
  ['a', { flags: '.', seq: 106, ack: 500, data: 'three' }],
]

// [what comes, packets, streams of the connection, whether the memory decided]
it.each<[string, Script, [string, string], boolean]>([
  ['nothing more', [], ['onetwothree', ''], false],
  ['the acknowledgment', [['b', { flags: '.', seq: 500, ack: 111 }]], ['onetwothree', ''], false],
  [
    'what comes before it',
    [['a', { flags: '.', seq: 97, ack: 500, data: 'big' }]],
    ['onetwothree', ''],
    true,
  ],
  [
    'payload of the peer from before',
    [['b', { flags: '.', seq: 500, ack: 100, data: 'yes' }]],
    ['onetwothree', 'yes'],
    true,
  ],
  ['an earlier SYN+ACK', [['b', { flags: 'S.', seq: 499, ack: 90 }]], ['onetwothree', ''], true],
  ['an earlier SYN', [['a', { flags: 'S', seq: 89 }]], ['onetwothree', ''], true],
  ['a gap', [['a', { flags: '.', seq: 120, ack: 500, data: 'more' }]], ['onetwothreemore', ''], true],
])(
  'a stream may begin early for want of memory, which counts if it decides: %s',
  (_what, script, streams, isHit) => {
    const { hits, streams: found } = play([...ONE_SIDED, ...script], 2)
    expect(found[0]).toEqual(streams)
    expect(hits > 0).toBe(isHit)
  },
)

const segment = fc.record({
  host: fc.constantFrom<'a' | 'b'>('a', 'a', 'a', 'b'),
  flags: fc.constantFrom('.', '.', '.', 'P.', 'F.', 'S', 'S.'),
  at: fc.integer({ min: 0, max: 12 }),
  ack: fc.integer({ min: 0, max: 12 }),
  length: fc.integer({ min: 0, max: 6 }),
})

it('gives the same with and without memory for what waits, or counts that it does not', () => {
  const counts = { same: 0, hit: 0 }
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 10 }),
      fc.nat({ max: 8 }),
      (segments, fullFrom) => {
        const script: Script = segments.map(({ host, flags, at, ack, length }) => {
          const [seq, peer] = host === 'a' ? [100, 500] : [500, 100]
          const data = flags.startsWith('S') ? '' : 'abcdefghijklmnopqrs'.slice(at, at + length)
          return [host, { flags, seq: seq + at, ack: peer + ack, data }]
        })
        const plenty = play(script)
        const none = play(script, fullFrom)
        if (none.hits === 0) expect(none.result).toEqual(plenty.result)
        counts[none.hits === 0 ? 'same' : 'hit'] += 1
      },
    ),
    { numRuns: 500 },
  )
  expect(Math.min(counts.same, counts.hit)).toBeGreaterThan(25)
})
