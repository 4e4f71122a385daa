import { describe, expect, it } from 'vitest'
import { OUTSIDE_KINDS } from '../../src/stream/outside.js'
import { type SegmentSpec, setUpTracker } from './packets.js'

type Script = readonly ['a' | 'b', SegmentSpec][]

/** A connection whose sides have sent nothing: the client's next number is 100, the server's 500. */
const OPEN: Script = [
  ['a', { flags: 'S', seq: 99 }],
  ['b', { flags: 'S.', seq: 499, ack: 100 }],
  ['a', { flags: '.', seq: 100, ack: 500 }],
]
const FINS: Script = [
  ['a', { flags: 'F.', seq: 100, ack: 500 }],
  ['b', { flags: 'F.', seq: 500, ack: 101 }],
  ['a', { flags: '.', seq: 101, ack: 501 }],
]
/** Far from all that is near 100 and 500. */
const FAR = 2 ** 30

const turned = (script: Script): Script => script.map(([host, spec]) => [host === 'a' ? 'b' : 'a', spec])

function play(script: Script, options = {}) {
  const setup = setUpTracker(options)
  for (const [i, [host, spec]] of script.entries()) setup[host]({ at: i / 1000, ...spec })
  const connections = setup.end(1)
  const { rows, reassembler } = setup.tracker
  const outside = Object.fromEntries(
    OUTSIDE_KINDS.map((kind, i) => [kind, reassembler.delivery.outsideBytes[i]!]).filter(([, n]) => n !== 0),
  )
  expect(rows.unbalanced).toBe(0)
  expect(setup.tracker.held.segments).toBe(0)
  return {
    streams: connections.map(({ streams }) => streams.join('|')),
    reasons: connections.map(({ closeReason }) => closeReason),
    missed: connections.map(({ missed }) => missed[0] + missed[1]),
    outside,
  }
}

// [what, packets, streams of the connections in the order of their ends, what is outside]
type Row = [string, Script, string[], Record<string, number>]

const STRAYS: Row[] = [
  [
    'a segment far ahead that nothing confirms',
    [...OPEN, ['a', { flags: 'P.', seq: FAR, ack: 500, data: 'stray' }]],
    ['|'],
    { unconfirmed: 5 },
  ],
  [
    'one that is repeated',
    [...OPEN, ...Array(3).fill(['a', { flags: 'P.', seq: FAR, ack: 500, data: 'stray' }])],
    ['|'],
    { unconfirmed: 15 },
  ],
  [
    'one in two parts of one moment, as an offload cuts it',
    [
      ...OPEN,
      ['a', { flags: '.', seq: FAR, ack: 500, data: 'str', at: 2 }],
      ['a', { flags: 'P.', seq: FAR + 3, ack: 500, data: 'ay', at: 2 }],
    ],
    ['|'],
    { unconfirmed: 5 },
  ],
  [
    'one that is not acknowledged to its end',
    [
      ...OPEN,
      ['a', { flags: 'P.', seq: FAR, ack: 500, data: 'stray' }],
      ['b', { flags: '.', seq: 500, ack: FAR + 4 }],
    ],
    ['|'],
    { unconfirmed: 5 },
  ],
  [
    'one behind which another goes on with an acknowledgment of something else',
    [
      ...OPEN,
      ['a', { flags: 'P.', seq: FAR, ack: 500, data: 'stray' }],
      ['a', { flags: 'P.', seq: FAR + 5, ack: 500 + FAR, data: 'other' }],
    ],
    ['|'],
    { unconfirmed: 10 },
  ],
  [
    'a far SYN on an open connection that is not answered',
    [...OPEN, ['a', { flags: 'S', seq: FAR }], ['a', { flags: 'P.', seq: 100, ack: 500, data: 'on' }]],
    ['on|'],
    {},
  ],
  [
    'a SYN with another ISN that is near',
    [...OPEN, ['a', { flags: 'S', seq: 110 }], ['a', { flags: 'P.', seq: 100, ack: 500, data: 'on' }]],
    ['on|'],
    {},
  ],
  [
    'a SYN of the other side',
    [...OPEN, ['b', { flags: 'S', seq: FAR }], ['b', { flags: 'P.', seq: 500, ack: 100, data: 'on' }]],
    ['|on'],
    {},
  ],
  [
    'a second SYN+ACK that nobody acknowledges',
    [
      ...OPEN,
      ['b', { flags: 'S.', seq: FAR, ack: 100 }],
      ['b', { flags: 'P.', seq: 500, ack: 100, data: 'on' }],
    ],
    ['|on'],
    {},
  ],
  [
    'a RST far from all, and its text',
    [
      ...OPEN,
      ['b', { flags: 'R.', seq: FAR, ack: FAR, data: 'gone' }],
      ['a', { flags: 'P.', seq: 100, ack: 500, data: 'on' }],
    ],
    ['on|'],
    { reset_text: 4 },
  ],
  [
    'a far segment before all others',
    [
      ['a', { flags: 'P.', seq: FAR, ack: 7, data: 'stray' }],
      ['a', { flags: 'P.', seq: 100, ack: 500, data: 'yes' }],
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'no' }],
    ],
    ['yes|no'],
    { unconfirmed: 5 },
  ],
  [
    'payload beyond both FINs',
    [...OPEN, ...FINS, ['a', { flags: 'P.', seq: 5000, ack: 500, data: 'stray' }]],
    ['|'],
    { unconfirmed: 5 },
  ],
  [
    'payload with a gap behind a RST',
    [
      ...OPEN,
      ['b', { flags: 'R.', seq: 500, ack: 100 }],
      ['a', { flags: 'P.', seq: 5000, ack: 500, data: 'stray' }],
    ],
    ['|'],
    { unconfirmed: 5 },
  ],
]

describe.each([
  ['the client', (script: Script) => script],
  ['the server', turned],
] as const)('a candidate of %s', (_who, sent) => {
  it.each(STRAYS)('is %s: outside', (_what, script, streams, outside) => {
    const result = play(sent(script))
    expect(result.streams).toEqual(streams)
    expect(result.outside).toEqual(outside)
    expect(result.missed).toEqual([0])
  })

  it.each<[string, Script]>([
    ['its end is acknowledged', [['b', { flags: '.', seq: 500, ack: FAR + 3 }]]],
    ['a segment goes on there', [['a', { flags: 'P.', seq: FAR + 3, ack: 500, data: '', wireBytes: 4 }]]],
    ['a FIN is there', [['a', { flags: 'F.', seq: FAR + 3, ack: 500 }]]],
  ])('is a connection that goes on behind a gap when %s', (_what, confirming) => {
    const script: Script = [
      ...OPEN,
      ['a', { flags: 'P.', seq: 100, ack: 500, data: 'one' }],
      ['a', { flags: 'P.', seq: FAR, ack: 500, data: 'two' }],
      ...confirming,
    ]
    const { streams, missed, outside } = play(sent(script))
    expect(streams).toEqual(['onetwo|'])
    expect(missed[0]! - (confirming[0]![1].wireBytes ?? 0)).toBe(FAR - 103)
    expect(outside).toEqual({})
  })

  it('is another connection when it lies a little before the start of the first: no 4 GiB were lost', () => {
    const script: Script = [
      ['a', { flags: 'S', seq: 29_999 }],
      ['b', { flags: 'S.', seq: 499, ack: 30_000 }],
      ['a', { flags: 'P.', seq: 30_000, ack: 500, data: 'one' }],
      ['a', { flags: 'P.', seq: FAR, ack: 500, data: 'stray' }],
      ['a', { flags: 'P.', seq: 8_000, ack: 500, data: 'two' }],
      ['b', { flags: '.', seq: 500, ack: 8_003 }],
      ['a', { flags: 'P.', seq: 30_003, ack: 500, data: 'more' }],
      ['b', { flags: '.', seq: 500, ack: 30_007 }],
    ]
    const { streams, missed, outside } = play(sent(script))
    expect([streams, missed, outside]).toEqual([['onemore|', 'two|'], [0, 0], { unconfirmed: 5 }])
  })

  it('is over 5 s after a RST, as a connection would be', () => {
    const again = (at: number): Script => [
      ['a', { flags: 'S', seq: 99, at }],
      ['a', { flags: '.', seq: 100, ack: FAR, at }],
      ['b', { flags: 'S.', seq: 499, ack: 100, at }],
      ['a', { flags: 'P.', seq: 100, ack: FAR, data: 'replay', at }],
      ['b', { flags: 'R', seq: FAR, at: at + 1 }],
      ['b', { flags: 'R', seq: 499, ack: 0, at: at + 1 }],
    ]
    const { streams, reasons } = play(sent([...again(0), ...again(7), ...again(14)]))
    expect([streams, reasons]).toEqual([Array(3).fill('replay|'), Array(3).fill('rst')])
  })

  it.each<[string, Script]>([
    ['an acknowledgment', [['b', { flags: '.', seq: 500, ack: 103 }]]],
    ['an answer', []],
    ['a FIN', [['b', { flags: 'F.', seq: 502, ack: 103 }]]],
  ])('is none when its end is confirmed by %s, although it acknowledged something else', (_what, first) => {
    const script: Script = [
      ['a', { flags: 'P.', seq: 100, ack: FAR, data: 'yes' }],
      ...first,
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'no' }],
      ['a', { flags: '.', seq: 103, ack: 502 }],
    ]
    const { streams, missed, outside } = play(sent(script))
    expect([streams, missed, outside]).toEqual([['yes|no'], [0], {}])
  })

  // [what is there before, reason of its end]
  it.each<[string, Script, string]>([
    ['is open', [], 'reuse'],
    ['has ended with FINs', FINS, 'fin'],
    ['has ended with a RST', [['b', { flags: 'R.', seq: 500, ack: 100 }]], 'rst'],
  ])('is another connection when both numbers are new and the first %s', (_what, end, reason) => {
    const [a, b] = [FAR, 2 * FAR]
    const ways: Script[] = [
      // No SYN was captured.
      [
        ['a', { flags: 'P.', seq: a, ack: b, data: 'new' }],
        ['b', { flags: 'P.', seq: b, ack: a + 3, data: 'yes' }],
      ],
      [
        ['b', { flags: 'P.', seq: b, ack: a, data: 'ye' }],
        ['b', { flags: 'P.', seq: b + 2, ack: a, data: 's' }],
        ['a', { flags: 'P.', seq: a, ack: b + 3, data: 'new' }],
      ],
      // The SYN+ACK alone was.
      [
        ['b', { flags: 'S.', seq: b - 1, ack: a }],
        ['a', { flags: '.', seq: a, ack: b }],
        ['a', { flags: 'P.', seq: a, ack: b, data: 'new' }],
        ['b', { flags: 'P.', seq: b, ack: a + 3, data: 'yes' }],
      ],
      // The SYN alone was.
      [
        ['a', { flags: 'S', seq: a - 1 }],
        ['a', { flags: 'P.', seq: a, ack: b, data: 'new' }],
        ['b', { flags: 'P.', seq: b, ack: a + 3, data: 'yes' }],
      ],
      // Both were, and a packet of the old one comes between.
      [
        ['a', { flags: 'S', seq: a - 1 }],
        ['b', { flags: '.', seq: 500, ack: 100 }],
        ['a', { flags: 'S', seq: a - 1 }],
        ['b', { flags: 'S.', seq: b - 1, ack: a }],
        ['a', { flags: 'P.', seq: a, ack: b, data: 'new' }],
        ['b', { flags: 'P.', seq: b, ack: a + 3, data: 'yes' }],
      ],
      // In reverse.
      [
        ['b', { flags: 'P.', seq: b, ack: a + 3, data: 'yes' }],
        ['a', { flags: 'P.', seq: a, ack: b, data: 'new' }],
        ['b', { flags: 'S.', seq: b - 1, ack: a }],
        ['a', { flags: 'S', seq: a - 1 }],
      ],
    ]
    for (const way of ways) {
      const { streams, reasons, missed, outside } = play(sent([...OPEN, ...end, ...way]))
      expect([streams.length, streams[0]]).toEqual([2, '|'])
      expect(streams[1]!.split('|').toSorted()).toEqual(['new', 'yes'])
      expect([reasons[0], missed, outside]).toEqual([reason, [0, 0], {}])
    }
  })
})
