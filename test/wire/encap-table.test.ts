import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EncapKind, EncapTable, EncapWriter, MAX_ENCAP_DEPTH } from '../../src/wire/encap-table.js'
import { EncapNetworks } from '../../src/wire/network-tags.js'

type Header = readonly [kind: number, number: number]

function intern(writer: EncapWriter, stack: readonly Header[]): number {
  writer.clear()
  for (const [kind, number] of stack) writer.push(kind, number)
  return writer.intern()
}

describe('EncapWriter and EncapTable', () => {
  const { VLAN, MPLS, PPPOE, PBB, FABRIC_PATH } = EncapKind
  const cases: [string, Header[], number[], string[]][] = [
    ['nothing', [], [], []],
    ['a VLAN', [[VLAN, 42]], [42], []],
    [
      'VLANs from the outside in',
      [
        [VLAN, 2],
        [VLAN, 1],
      ],
      [2, 1],
      [],
    ],
    [
      'tunnels beside VLANs',
      [
        [VLAN, 7],
        [MPLS, 16],
        [MPLS, 17],
        [VLAN, 8],
        [PPPOE, 9],
      ],
      [7, 8],
      ['mpls:16', 'mpls:17', 'pppoe:9'],
    ],
    [
      'frames in frames',
      [
        [FABRIC_PATH, 1],
        [PBB, 0xffffff],
      ],
      [],
      ['fabricpath:1', 'pbb:16777215'],
    ],
    [
      'tunnels without a number and with two',
      [
        [EncapKind.GRE, 0],
        [EncapKind.GRE_KEY, 0],
        [EncapKind.L2TP, 0x0001ffff],
      ],
      [],
      ['gre', 'gre:0', 'l2tp:1/65535'],
    ],
    ['the largest number', [[MPLS, 0xffffffff]], [], ['mpls:4294967295']],
  ]
  it.each(cases)('describe %s', (_name, stack, vlan, tunnel) => {
    const shared = EncapTable.allocate(10)
    const table = new EncapTable(shared) // made before the write, as in a worker
    const id = intern(new EncapWriter(shared), stack)
    expect(table.describe(id)).toEqual({ vlan, tunnel })
    expect(id === 0).toBe(stack.length === 0)
  })

  it('have a name for every kind', () => {
    const shared = EncapTable.allocate(1)
    for (const kind of Object.values(EncapKind)) {
      const id = intern(new EncapWriter(shared), [[kind, 1]])
      const { vlan, tunnel } = new EncapTable(shared).describe(id)
      expect([...vlan, ...tunnel]).toHaveLength(1)
    }
  })

  it('describe an id that was never given out as nothing', () => {
    const table = new EncapTable(EncapTable.allocate(2))
    for (const id of [0, 1, 2, 3, 65_535]) expect(table.describe(id)).toEqual({ vlan: [], tunnel: [] })
  })

  it('give no id beyond the limit, count it, and know the others still', () => {
    const shared = EncapTable.allocate(2)
    const writer = new EncapWriter(shared)
    expect([10, 11, 12, 12, 11, 10].map((id) => intern(writer, [[VLAN, id]]))).toEqual([1, 2, 0, 0, 2, 1])
    expect(writer.limitHits).toBe(2)
    expect(new EncapTable(shared).describe(2)).toEqual({ vlan: [11], tunnel: [] })
  })

  it('hold as many headers as the decoder follows', () => {
    const shared = EncapTable.allocate(1)
    const stack = Array.from({ length: MAX_ENCAP_DEPTH }, (_, i): Header => [VLAN, i])
    expect(new EncapTable(shared).describe(intern(new EncapWriter(shared), stack)).vlan).toHaveLength(
      MAX_ENCAP_DEPTH,
    )
  })

  it('tell that there were more headers than they hold, until the stack is shorter', () => {
    const writer = new EncapWriter(EncapTable.allocate(1))
    const isOverfullAfter = (count: number): boolean => {
      intern(
        writer,
        Array.from({ length: count }, (_, i): Header => [VLAN, i]),
      )
      return writer.isOverfull
    }
    expect([0, MAX_ENCAP_DEPTH, MAX_ENCAP_DEPTH + 1, 1].map(isOverfullAfter)).toEqual([
      false,
      false,
      true,
      false,
    ])
    isOverfullAfter(MAX_ENCAP_DEPTH + 1)
    expect(writer.depth).toBe(MAX_ENCAP_DEPTH)
    writer.truncate(3)
    expect([writer.depth, writer.isOverfull]).toEqual([3, false])
  })

  it('have a hash of the tunnels alone, whatever the headers of the link layer', () => {
    const writer = new EncapWriter(EncapTable.allocate(10))
    const hashOf = (...stack: Header[]): number => {
      intern(writer, stack)
      return writer.tunnelHash()
    }
    expect(hashOf([VLAN, 1], [MPLS, 2])).toBe(0)
    expect(hashOf([VLAN, 1], [EncapKind.VXLAN, 2], [VLAN, 3])).toBe(hashOf([EncapKind.VXLAN, 2]))
    expect(hashOf([EncapKind.VXLAN, 2])).not.toBe(hashOf([EncapKind.VXLAN, 3]))
    expect(hashOf([EncapKind.VXLAN, 2])).not.toBe(hashOf([EncapKind.GENEVE, 2]))
    expect(hashOf([EncapKind.GRE, 0])).not.toBe(0)
  })

  it('tell stacks of one hash apart', () => {
    const shared = EncapTable.allocate(10)
    const writer = new EncapWriter(shared)
    const twins: Header[] = [
      [VLAN, 5],
      [MPLS, 2654356954],
    ]
    expect([0, 1, 0, 1].map((i) => intern(writer, [twins[i]!]))).toEqual([1, 2, 1, 2])
  })

  it('allocate no more than ids can number', () => {
    expect(EncapTable.allocate(1_000_000).byteLength).toBe(EncapTable.allocate(65_535).byteLength)
  })

  it('give equal stacks one id and others another, as a map of texts does', () => {
    const header = fc.tuple(fc.nat(2), fc.nat(2))
    fc.assert(
      fc.property(fc.array(fc.array(header, { maxLength: 4 }), { maxLength: 60 }), (stacks) => {
        const shared = EncapTable.allocate(1000)
        const writer = new EncapWriter(shared)
        const model = new Map<string, number>([['[]', 0]])
        for (const stack of stacks) {
          const text = JSON.stringify(stack)
          if (!model.has(text)) model.set(text, model.size)
          expect(intern(writer, stack)).toBe(model.get(text))
        }
      }),
      { numRuns: 200 },
    )
  })
})

const { VLAN, VXLAN, GENEVE, NVGRE, GRE_KEY, GTP_U, MPLS: LABEL, ERSPAN } = EncapKind

// [stack, network]
const networks: [Header[], string][] = [
  [[], ''],
  [[[VLAN, 10]], '.10'],
  [
    [
      [VLAN, 7],
      [VLAN, 10],
    ],
    '.7.10',
  ],
  [[[VLAN, 0]], ''],
  [
    [
      [VLAN, 0],
      [VLAN, 5],
    ],
    '.5',
  ],
  [
    [
      [VLAN, 3],
      [VXLAN, 5000],
    ],
    '5000',
  ],
  [
    [
      [VLAN, 3],
      [GENEVE, 5000],
      [VLAN, 4],
    ],
    '5000.4',
  ],
  [
    [
      [VXLAN, 1],
      [VXLAN, 2],
    ],
    '2',
  ],
  [[[NVGRE, 0x123407]], '4660'],
  [[[GRE_KEY, 7]], ''],
  [
    [
      [VLAN, 3],
      [GTP_U, 9],
    ],
    '.3',
  ],
  [
    [
      [VLAN, 3],
      [ERSPAN, 1],
      [VLAN, 4],
    ],
    '.4',
  ],
  [
    [
      [VLAN, 3],
      [LABEL, 16],
      [VLAN, 4],
      [LABEL, 17],
    ],
    '.4',
  ],
  [[[VXLAN, 0]], '0'],
]

describe('networks', () => {
  it.each(networks)('of %j', (stack, network) => {
    const shared = EncapTable.allocate(1)
    expect(new EncapTable(shared).networkOf(intern(new EncapWriter(shared), stack))).toBe(network)
  })

  it('have a tag each, whatever else is around a packet', () => {
    const shared = EncapTable.allocate(100)
    const writer = new EncapWriter(shared)
    const ids = networks.map(([stack]) => intern(writer, stack))
    const tags = new EncapNetworks(new EncapTable(shared))
    const names = new Map(networks.map(([, network], i) => [network, tags.of(ids[i]!)]))
    expect(new Set(names.values()).size).toBe(names.size)
    expect(ids.map((id) => tags.of(id))).toEqual(networks.map(([, network]) => names.get(network)))
    expect(tags.of(0)).toBe(0)
    expect(names.get('')).toBe(0)
  })
})
