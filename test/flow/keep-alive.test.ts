import { describe, expect, it } from 'vitest'
import { Outside } from '../../src/stream/outside.js'
import { type SegmentSpec, setUpTracker } from './packets.js'

type Script = readonly ['a' | 'b', SegmentSpec][]

const OPEN: Script = [
  ['a', { flags: 'S', seq: 99 }],
  ['b', { flags: 'S.', seq: 499, ack: 100 }],
  ['a', { flags: 'P.', seq: 100, ack: 500, data: 'one' }],
  ['b', { flags: '.', seq: 500, ack: 103 }],
]

function play(script: Script, options = {}) {
  const setup = setUpTracker(options)
  for (const [i, [host, spec]] of script.entries()) setup[host]({ at: i / 100, ...spec })
  const { streams, missed } = setup.end(10)[0]!
  const { rows, reassembler } = setup.tracker
  expect([rows.unbalanced, missed]).toEqual([0, [0, 0]])
  const { repeated, conflicts } = rows.totals
  return { streams, repeated, conflicts, outside: reassembler.delivery.outsideBytes[Outside.KEEP_ALIVE] }
}

describe('a keep-alive', () => {
  // [what, packets, streams, repeated, outside]
  it.each<[string, Script, [string, string], number, number]>([
    [
      'with the byte that was delivered',
      [...OPEN, ['a', { flags: '.', seq: 102, ack: 500, data: 'e' }]],
      ['one', ''],
      1,
      0,
    ],
    ['with another byte', [...OPEN, ['a', { flags: '.', seq: 102, ack: 500, data: '?' }]], ['one', ''], 0, 1],
    ['with none', [...OPEN, ['a', { flags: '.', seq: 102, ack: 500 }]], ['one', ''], 0, 0],
    [
      'before any payload',
      [...OPEN.slice(0, 2), ['a', { flags: '.', seq: 99, ack: 500, data: '?' }], ...OPEN.slice(2)],
      ['one', ''],
      0,
      1,
    ],
    [
      'behind a gap, of an acknowledged byte',
      [
        ...OPEN.slice(0, 2),
        ['a', { flags: '.', seq: 102, ack: 500, data: 'e' }],
        ['b', { flags: '.', seq: 500, ack: 103 }],
        ['a', { flags: '.', seq: 102, ack: 500, data: '?' }],
        ['a', { flags: '.', seq: 100, ack: 500, data: 'on' }],
      ],
      ['one', ''],
      0,
      1,
    ],
    [
      'first of all that was captured, and answered',
      [
        ['a', { flags: '.', seq: 99, ack: 500, data: '?' }],
        ['b', { flags: '.', seq: 500, ack: 100 }],
        ['a', { flags: 'P.', seq: 100, ack: 500, data: 'one' }],
      ],
      ['one', ''],
      0,
      1,
    ],
    [
      'first of all that was captured, repeated, and answered',
      [
        ['a', { flags: '.', seq: 99, ack: 500, data: '?' }],
        ['a', { flags: '.', seq: 99, ack: 500, data: '?' }],
        ['b', { flags: 'P.', seq: 500, ack: 100, data: 'two' }],
        ['a', { flags: 'P.', seq: 100, ack: 503, data: 'one' }],
      ],
      ['one', 'two'],
      1,
      1,
    ],
    [
      'behind a bare acknowledgment that was captured first',
      [
        ['a', { flags: '.', seq: 100, ack: 500 }],
        ['a', { flags: '.', seq: 99, ack: 500, data: '?' }],
        ['a', { flags: 'P.', seq: 100, ack: 500, data: 'one' }],
      ],
      ['one', ''],
      0,
      1,
    ],
  ])('%s is no data, and no conflict', (_what, script, streams, repeated, outside) => {
    for (const options of [{}, { lastWins: true }])
      expect(play(script, options)).toEqual({ streams, repeated, conflicts: 0, outside })
  })

  // [what, packets, stream]
  it.each<[string, Script, string]>([
    ['alone', [['a', { flags: '.', seq: 100, ack: 500, data: 'x' }]], 'x'],
    [
      'before others of its segment',
      [
        ['a', { flags: '.', seq: 100, ack: 500, data: 'x' }],
        ['a', { flags: '.', seq: 101, ack: 500, data: 'y' }],
        ['b', { flags: '.', seq: 500, ack: 102 }],
      ],
      'xy',
    ],
    [
      'before its FIN',
      [
        ['a', { flags: '.', seq: 100, ack: 500, data: 'x' }],
        ['a', { flags: 'F.', seq: 101, ack: 500 }],
        ['b', { flags: '.', seq: 500, ack: 102 }],
      ],
      'x',
    ],
    [
      'that is sent again with more behind it',
      [
        ['a', { flags: '.', seq: 100, ack: 500, data: 'x' }],
        ['b', { flags: '.', seq: 500, ack: 100 }],
        ['a', { flags: 'P.', seq: 100, ack: 500, data: 'xyz' }],
        ['b', { flags: '.', seq: 500, ack: 103 }],
      ],
      'xyz',
    ],
    [
      'that turns out to be another one',
      [
        ['a', { flags: '.', seq: 100, ack: 500, data: '?' }],
        ['a', { flags: 'P.', seq: 98, ack: 500, data: 'vwxyz' }],
      ],
      'vwxyz',
    ],
    [
      'before the first segment, captured behind it',
      [
        ['a', { flags: 'P.', seq: 101, ack: 500, data: 'yz' }],
        ['a', { flags: '.', seq: 100, ack: 500, data: 'x' }],
      ],
      'xyz',
    ],
    [
      'that is pushed',
      [
        ['a', { flags: 'P.', seq: 100, ack: 500, data: 'x' }],
        ['b', { flags: '.', seq: 500, ack: 101 }],
      ],
      'x',
    ],
  ])('is told from a byte of data %s', (_what, script, stream) => {
    expect(play(script).streams).toEqual([stream, ''])
  })

  it('does not keep a later copy of a byte away that was not acknowledged, where the last one wins', () => {
    const script: Script = [
      ...OPEN.slice(0, 2),
      ['a', { flags: '.', seq: 102, ack: 500, data: '?' }],
      ['a', { flags: '.', seq: 102, ack: 500, data: 'e' }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'on' }],
    ]
    expect(play(script, { lastWins: true })).toMatchObject({ streams: ['one', ''], conflicts: 1 })
  })
})
