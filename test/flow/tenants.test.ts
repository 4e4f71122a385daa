import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONNECTION_LIMITS } from '../../src/stream/limit-marks.js'
import { ONE_NETWORK } from '../../src/wire/network-tags.js'
import { type SegmentSpec, setUpTracker } from './packets.js'

/** A host and the segment it sends. */
type Script = readonly ['a' | 'b', SegmentSpec][]

/** What a connection has: bytes of both streams, missing bytes. */
type Expected = [orig: string, resp: string, missed?: number]

/** A connection whose client and server begin at these numbers, in a network for each direction. */
function tcpScript(client: number, server: number, tags: readonly [number, number], name: string): Script {
  const [a, b] = tags
  return [
    ['a', { flags: 'S', seq: client - 1, tag: a }],
    ['b', { flags: 'S.', seq: server - 1, ack: client, tag: b }],
    ['a', { flags: '.', seq: client, ack: server, tag: a }],
    ['a', { flags: 'P.', seq: client, ack: server, data: `${name}-ask`, tag: a }],
    ['b', { flags: 'P.', seq: server, ack: client + 5, data: `${name}-tell`, tag: b }],
    ['a', { flags: 'F.', seq: client + 5, ack: server + 6, tag: a }],
    ['b', { flags: 'F.', seq: server + 6, ack: client + 6, tag: b }],
    ['a', { flags: '.', seq: client + 6, ack: server + 7, tag: a }],
  ]
}

const interleaved = (...scripts: readonly Script[]): Script =>
  Array.from({ length: Math.max(...scripts.map(({ length }) => length)) }, (_, i) =>
    scripts.flatMap((script) => script.slice(i, i + 1)),
  ).flat()

function play(script: Script, options: Parameters<typeof setUpTracker>[0] = {}) {
  const setup = setUpTracker(options)
  for (const [i, [host, spec]] of script.entries()) setup[host]({ at: i / 1000, ...spec })
  return { setup, connections: setup.end(script.length / 1000) }
}

function streamsOf(connections: ReturnType<typeof play>['connections']): Expected[] {
  return [...connections]
    .sort((a, b) => Number(a.ordinal) - Number(b.ordinal))
    .map(({ streams: [orig, resp], missed }) => [orig, resp, missed[0] + missed[1]])
}

const FAR = 2 ** 30
const NEAR = 1000
const X_AND_Y: Expected[] = [
  ['x-ask', 'x-tell', 0],
  ['y-ask', 'y-tell', 0],
]
const without = (script: Script, ...numbers: readonly number[]) =>
  script.filter((_, i) => !numbers.includes(i))

const SITUATIONS: [string, Script, Expected[]][] = [
  ['directions in different networks are one connection', tcpScript(100, 500, [1, 2], 'x'), [X_AND_Y[0]!]],
  ['a network on one side only is one connection', tcpScript(100, 500, [1, 0], 'x'), [X_AND_Y[0]!]],
  [
    'packets of one direction in turn in two networks are one connection',
    tcpScript(100, 500, [1, 1], 'x').map(([host, spec], i) => [host, { ...spec, tag: i % 3 }]),
    [X_AND_Y[0]!],
  ],
  [
    'two tenants, interleaved',
    interleaved(tcpScript(100, 500, [1, 1], 'x'), tcpScript(FAR, 2 * FAR, [2, 2], 'y')),
    X_AND_Y,
  ],
  [
    'two tenants whose directions are in different networks, interleaved',
    interleaved(tcpScript(100, 500, [1, 2], 'x'), tcpScript(FAR, 2 * FAR, [3, 4], 'y')),
    X_AND_Y,
  ],
  [
    'two tenants, one of which has no network',
    interleaved(tcpScript(100, 500, [0, 0], 'x'), tcpScript(FAR, 2 * FAR, [2, 2], 'y')),
    X_AND_Y,
  ],
  [
    'two tenants of which no handshake was captured: the first segment of one is not lost',
    [
      ...tcpScript(100, 500, [1, 1], 'x').slice(3, 4),
      ...tcpScript(FAR, 2 * FAR, [2, 2], 'y').slice(3),
      ...tcpScript(100, 500, [1, 1], 'x').slice(4),
    ],
    X_AND_Y,
  ],
  [
    'two tenants with near numbers, and packets lost: their networks tell',
    [
      ...interleaved(
        tcpScript(100 + NEAR, 500 + NEAR, [1, 1], 'x').slice(0, 3),
        tcpScript(100, 500, [2, 2], 'y').slice(0, 3),
      ),
      ['a', { flags: 'P.', seq: 103 + NEAR, ack: 500 + NEAR, data: 'x2', tag: 1 }],
      ['a', { flags: 'P.', seq: 103, ack: 500, data: 'y2', tag: 2 }],
    ],
    [
      ['x2', '', 3],
      ['y2', '', 3],
    ],
  ],
  [
    'the other tenant goes on near one direction of the first: no gap of it',
    [
      ...tcpScript(100, 500, [1, 1], 'x').slice(0, 5),
      ['a', { flags: 'P.', seq: 105 + NEAR, ack: 3 * FAR, data: 'y', tag: 2 }],
      ['b', { flags: 'P.', seq: 3 * FAR, ack: 106 + NEAR, data: 'z', tag: 2 }],
    ],
    [X_AND_Y[0]!, ['y', 'z', 0]],
  ],
  [
    'the same in one network: a gap',
    [
      ...tcpScript(100, 500, [1, 1], 'x').slice(0, 5),
      ['a', { flags: 'P.', seq: 105, ack: 3 * FAR, data: 'y', tag: 1 }],
      ['b', { flags: 'P.', seq: 3 * FAR, ack: 106, data: 'z', tag: 1 }],
    ],
    [['x-asky', 'x-tellz', (3 * FAR - 506) >>> 0]],
  ],
  [
    'a port that is used again in the other network',
    [...tcpScript(100, 500, [1, 1], 'x'), ...tcpScript(FAR, 2 * FAR, [2, 2], 'y')],
    X_AND_Y,
  ],
  [
    'a tenant whose SYN was not answered, beside one without its SYN',
    interleaved([['a', { flags: 'S', seq: 99, tag: 1 }]], without(tcpScript(FAR, 2 * FAR, [2, 2], 'y'), 0)),
    [
      ['', '', 0],
      ['y-ask', 'y-tell', 0],
    ],
  ],
]

describe('TCP connections of one 5-tuple in several networks', () => {
  it.each(SITUATIONS)('%s', (_, script, expected) => {
    expect(streamsOf(play(script).connections)).toEqual(expected)
  })

  it('tells them apart by numbers alone where there is one network', () => {
    const wrong = SITUATIONS.filter(
      ([, script, expected]) =>
        JSON.stringify(streamsOf(play(script, { networkTags: ONE_NETWORK }).connections)) !==
        JSON.stringify(expected),
    )
    expect(wrong.map(([what]) => what.slice(what.lastIndexOf(': ') + 2))).toEqual([
      'the first segment of one is not lost',
      'their networks tell',
      'no gap of it',
    ])
  })

  it('counts an ICMP error to the connection of its network', () => {
    const { a, b, icmpError, end } = setUpTracker()
    const hosts = { a, b }
    const scripts = [tcpScript(100, 500, [1, 1], 'x'), tcpScript(FAR, 2 * FAR, [2, 2], 'y')]
    for (const [host, spec] of interleaved(...scripts.map((script) => script.slice(0, 5)))) hosts[host](spec)
    for (const [tag, count] of [
      [1, 2],
      [2, 3],
      [7, 1], // of no network that is known: the latest
    ] as const)
      for (let i = 0; i < count; i++) icmpError(true, { tag })
    expect(end().map(({ icmpErrors }) => icmpErrors)).toEqual([2, 4])
  })
})

/** A datagram: who sent it, its network, seconds. */
type Datagram = [host: 'a' | 'b', tag: number, at?: number]

function sendDatagrams(datagrams: readonly Datagram[], options: Parameters<typeof setUpTracker>[0] = {}) {
  const setup = setUpTracker(options)
  for (const [i, [host, tag, at = 0]] of datagrams.entries())
    setup.udp(host === 'a', String(i), at, String(i).length, tag)
  return setup
}

function playDatagrams(datagrams: readonly Datagram[], options: Parameters<typeof setUpTracker>[0] = {}) {
  const setup = sendDatagrams(datagrams, options)
  return { setup, connections: setup.end() }
}

// [what, datagrams, for each connection which datagrams of both sides it has]
const DATAGRAMS: [string, Datagram[], Expected[]][] = [
  ['one network', [['a', 1], ['b', 1], ['a', 1]], [['02', '1', 0]]], // biome-ignore format: a table
  ['directions in different networks', [['a', 1], ['b', 2], ['a', 1], ['b', 2]], [['02', '13', 0]]], // biome-ignore format: a table
  ['a network on one side only', [['a', 1], ['b', 0], ['a', 1], ['b', 0]], [['02', '13', 0]]], // biome-ignore format: a table
  [
    'three networks, of which one has carried both directions',
    [['a', 1], ['b', 2], ['b', 1], ['a', 3], ['b', 2]], // biome-ignore format: a table
    [['03', '124', 0]],
  ],
  [
    'two tenants: two connections from the answer of the second on',
    [['a', 1], ['a', 2], ['b', 1], ['b', 2], ['a', 1], ['a', 2], ['b', 2], ['b', 1]], // biome-ignore format: a table
    [
      ['014', '27', 0],
      ['36', '5', 0],
    ],
  ],
  [
    'two tenants, one without a network',
    [['a', 0], ['b', 0], ['a', 2], ['b', 2], ['a', 0], ['a', 2]], // biome-ignore format: a table
    [
      ['024', '1', 0],
      ['3', '5', 0],
    ],
  ],
  [
    'three tenants',
    [['a', 1], ['b', 1], ['a', 2], ['b', 2], ['a', 3], ['b', 3], ['a', 1], ['a', 2], ['a', 3]], // biome-ignore format: a table
    [
      ['0246', '1', 0],
      ['3', '7', 0],
      ['5', '8', 0],
    ],
  ],
  [
    'a time-out of one of two: a new connection in its network, the other goes on',
    [['a', 1], ['b', 1], ['a', 2], ['b', 2], ['a', 2, 200], ['a', 2, 400], ['a', 1, 450], ['a', 2, 500]], // biome-ignore format: a table
    [
      ['02', '1', 0],
      ['3', '457', 0],
      ['6', '', 0],
    ],
  ],
  [
    'a time-out of both: nothing is known of their networks',
    [['a', 1], ['b', 1], ['a', 2], ['b', 2], ['a', 1, 400], ['b', 2, 400], ['a', 1, 401]], // biome-ignore format: a table
    [
      ['02', '1', 0],
      ['3', '', 0],
      ['46', '5', 0],
    ],
  ],
]

describe('datagrams of one 5-tuple in several networks', () => {
  it.each(DATAGRAMS)('%s', (_, datagrams, expected) => {
    expect(streamsOf(playDatagrams(datagrams).connections)).toEqual(expected)
  })

  it('are one connection where there is one network', () => {
    const { connections } = playDatagrams(DATAGRAMS[4]![1], { networkTags: ONE_NETWORK })
    expect(streamsOf(connections)).toEqual([['0145', '2367', 0]])
  })

  it('belong to the oldest connection beyond the limit of networks, and are counted', () => {
    const datagrams: Datagram[] = [1, 2, 3, 4].flatMap((tag) => [
      ['a', tag],
      ['b', tag],
    ])
    const setup = sendDatagrams(datagrams, { networks: 2 })
    const { limits } = setup.tracker.table
    expect([limits.of(0), limits.of(1)]).toEqual([1 << CONNECTION_LIMITS.indexOf('networks'), 0])
    expect(streamsOf(setup.end())).toEqual([
      ['0246', '157', 0],
      ['3', '', 0],
    ])
    expect(setup.tracker.datagrams.limitHits).toBe(4)
  })

  it('have connections whose ends leave the others right', () => {
    const openCount = new SharedArrayBuffer(4)
    const setup = setUpTracker({ openConnections: 2 }, undefined, openCount)
    for (const tag of [1, 2, 3]) {
      setup.udp(true, `a${tag}`, tag, 2, tag)
      setup.udp(false, `b${tag}`, tag, 2, tag)
    }
    setup.udp(true, 'c1', 4, 2, 1)
    const streams = streamsOf(setup.end())
    expect(streams.flat().join('').replaceAll('0', '')).toHaveLength(14) // nothing is lost
    expect(setup.tracker.table.count).toBe(0)
  })

  it('get the errors about them', () => {
    const setup = setUpTracker()
    for (const tag of [1, 2]) {
      setup.udp(true, 'ask', 0, 3, tag)
      setup.udp(false, 'tell', 0, 4, tag)
    }
    for (const tag of [1, 2, 2, 9]) setup.icmpError(true, { protocol: 17, ports: [1000, 53], tag })
    expect(setup.end().map(({ icmpErrors }) => icmpErrors)).toEqual([2, 2])
  })
})

/** The rule of the contract, said once more: which connection each datagram is of. */
function modelOf(datagrams: readonly Datagram[]): number[] {
  const carried = new Map<number, Set<string>>()
  const owned = new Map<number, number>()
  let count = 1
  return datagrams.map(([host, tag]) => {
    carried.set(tag, (carried.get(tag) ?? new Set()).add(host))
    if (!owned.has(tag) && carried.get(tag)!.size === 2) {
      if (owned.size > 0) count += 1
      owned.set(tag, count - 1)
    }
    return owned.get(tag) ?? 0
  })
}

describe('datagrams against a model', () => {
  it('are connections from the packet on by which a second network has carried both directions', () => {
    const datagram = fc.tuple(fc.constantFrom('a' as const, 'b' as const), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(fc.array(datagram, { minLength: 1, maxLength: 24 }), (datagrams) => {
        const { connections } = playDatagrams(datagrams.map(([host, tag]) => [host, tag]))
        const expected = modelOf(datagrams)
        const sorted = [...connections].sort((a, b) => Number(a.ordinal) - Number(b.ordinal))
        const chunks = sorted.map(({ chunks: all }) => all.map((chunk) => chunk.slice(2, chunk.indexOf('@'))))
        const modelled = Array.from({ length: Math.max(...expected) + 1 }, (_, connection) =>
          expected.flatMap((one, i) => (one === connection ? [String(i)] : [])),
        )
        expect(chunks).toEqual(modelled)
      }),
    )
  })
})

/** Sequence number of the first byte of each side, and a piece of the stream for each packet: its side, whether it is lost. */
interface Life {
  readonly client: number
  readonly server: number
  readonly pieces: readonly (readonly [isClient: boolean, isLost: boolean, isTwice: boolean])[]
}

function scriptOf({ client, server, pieces }: Life, tag: number, name: string): Script {
  const script: ['a' | 'b', SegmentSpec][] = [...tcpScript(client, server, [tag, tag], name).slice(0, 3)]
  const next = [client, server]
  for (const [i, [isClient, isLost, isTwice]] of pieces.entries()) {
    const side = isClient ? 0 : 1
    const data = `${name}${i};`
    const spec = { flags: 'P.', seq: next[side]!, ack: next[side ^ 1]!, data, tag }
    next[side]! += data.length
    for (let copies = isLost ? 0 : isTwice ? 2 : 1; copies > 0; copies--)
      script.push([isClient ? 'a' : 'b', spec])
  }
  return script
}

describe('tenants of one 5-tuple', () => {
  it('have together the TCP connections that they have apart, though their numbers are near', () => {
    const pieces = fc.array(
      fc.tuple(
        fc.boolean(),
        fc.nat(4).map((n) => n === 0),
        fc.boolean(),
      ),
      { maxLength: 12 },
    )
    const distance = fc.constantFrom(
      50,
      1_000,
      2 ** 20,
      2 ** 26,
      2 ** 31,
      -50,
      -1_000,
      -(2 ** 20),
      -(2 ** 26),
    )
    const order = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 })
    fc.assert(
      fc.property(pieces, pieces, distance, distance, order, (one, other, far, farther, choice) => {
        const x = scriptOf({ client: 0x7fff_ffff, server: 1_000_000_000, pieces: one }, 1, 'x')
        const second = { client: 0x7fff_ffff + far, server: 1_000_000_000 + farther, pieces: other }
        const y = scriptOf(second, 2, 'y')
        const [restX, restY] = [[...x], [...y]]
        const both: ['a' | 'b', SegmentSpec][] = []
        for (let i = 0; restX.length + restY.length > 0; i++) {
          const from = restY.length === 0 || (restX.length > 0 && choice[i % 30]) ? restX : restY
          both.push(from.shift()!)
        }
        const chunks = ({ connections }: ReturnType<typeof play>) =>
          connections.map((one) => one.chunks.map((chunk) => chunk.replace(/@.*/, ''))).sort()
        expect(chunks(play(both))).toEqual([...chunks(play(x)), ...chunks(play(y))].sort())
      }),
      { numRuns: 500 },
    )
  })
})
