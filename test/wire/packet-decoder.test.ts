import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  authenticationHeader,
  concat,
  ETHER_TYPE,
  ethernet,
  extension,
  fragmentHeader,
  icmp,
  ipv4,
  ipv6,
  mpls,
  ppp,
  pppoe,
  tcp,
  text,
  udp,
  vlan,
} from '../support/frames.js'
import { decodeFrame, FrameDecoder, payloadText } from './frame-decoder.js'

const TCP = 6
const UDP = 17
const hello = ipv4({ protocol: UDP }, udp({ srcPort: 1024, dstPort: 53 }, text('hello')))
const hello6 = ipv6({ protocol: UDP }, udp({ srcPort: 1024, dstPort: 53 }, text('hello')))

describe('PacketDecoder.decode()', () => {
  it('gives everything of a TCP segment', () => {
    const segment = tcp(
      {
        srcPort: 49152,
        dstPort: 443,
        seq: 0xfffffff0,
        ack: 0x80000001,
        flags: 0x18,
        window: 65535,
        options: [1, 1, 1, 1],
      },
      text('payload'),
    )
    const { status, packet } = decodeFrame(
      ethernet(ipv4({ protocol: TCP, src: '192.168.0.1', dst: '255.1.2.3' }, segment)),
    )
    expect(status).toBe('delivered')
    expect(packet).toEqual({
      protocol: 6,
      src: '192.168.0.1',
      dst: '255.1.2.3',
      srcPort: 49152,
      dstPort: 443,
      payload: text('payload'),
      originalPayloadBytes: 7,
      seq: 0xfffffff0 | 0,
      ack: 0x80000001 | 0,
      tcpFlags: 0x18,
      window: 65535,
      ipBytes: 51,
      encap: { vlan: [], tunnel: [] },
      quoted: null,
    })
  })

  it('leaves nothing of the packet before in a packet of another kind', () => {
    const decoder = new FrameDecoder()
    decoder.decode(
      ethernet(vlan(7, ipv4({ protocol: TCP }, tcp({ seq: 5, ack: 6, window: 7 }))), {
        etherType: ETHER_TYPE.VLAN,
      }),
    )
    decoder.decode(ethernet(ipv4({ protocol: 1 }, icmp(3, 1, hello))))
    const { packet } = decoder.decode(ethernet(ipv4({ protocol: 99 }, text('abc'))))
    expect(packet).toMatchObject({
      protocol: 99,
      srcPort: 0,
      dstPort: 0,
      seq: 0,
      ack: 0,
      tcpFlags: 0,
      window: 0,
      encap: { vlan: [], tunnel: [] },
      quoted: null,
    })
    expect(payloadText(packet)).toBe('abc')
  })

  const TPID = { etherType: ETHER_TYPE.VLAN }
  const bigEndianFamily = (family: number) => [0, 0, 0, family]
  const littleEndianFamily = (family: number) => [family, 0, 0, 0]
  // [name, link type, frame, vlan, tunnel]
  const carriers: [string, number, Uint8Array, number[], string[]][] = [
    ['Ethernet', 1, ethernet(hello), [], []],
    ['Ethernet with padding', 1, ethernet(hello, { isPadded: true }), [], []],
    ['one VLAN tag', 1, ethernet(vlan(42, hello), TPID), [42], []],
    [
      'a stack of VLAN tags',
      1,
      ethernet(vlan(4095, vlan(1, hello), ETHER_TYPE.VLAN), { etherType: ETHER_TYPE.QINQ }),
      [4095, 1],
      [],
    ],
    ['an old QinQ tag', 1, ethernet(vlan(3, vlan(4, hello), 0x9200), { etherType: 0x9100 }), [3, 4], []],
    [
      'MPLS',
      1,
      ethernet(mpls([16, 0xfffff], hello), { etherType: ETHER_TYPE.MPLS }),
      [],
      ['mpls:16', 'mpls:1048575'],
    ],
    ['VLAN, MPLS', 1, ethernet(vlan(5, mpls([3], hello), ETHER_TYPE.MPLS), TPID), [5], ['mpls:3']],
    [
      'an Ethernet pseudowire',
      1,
      ethernet(mpls([17], ethernet(hello)), { etherType: ETHER_TYPE.MPLS }),
      [],
      ['mpls:17'],
    ],
    [
      'an Ethernet pseudowire with control word',
      1,
      ethernet(mpls([17], concat([0, 0, 0, 9], ethernet(vlan(8, hello), TPID))), {
        etherType: ETHER_TYPE.MPLS,
      }),
      [8],
      ['mpls:17'],
    ],
    [
      'an Ethernet pseudowire to an address that begins like an IP header',
      1,
      ethernet(mpls([17], concat([0x60, 1, 2, 3, 0xff, 0xff], ethernet(hello).subarray(6))), {
        etherType: ETHER_TYPE.MPLS,
      }),
      [],
      ['mpls:17'],
    ],
    [
      'PPPoE',
      1,
      ethernet(pppoe(0x1234, hello), { etherType: ETHER_TYPE.PPPOE, isPadded: true }),
      [],
      ['pppoe:4660'],
    ],
    [
      'a provider backbone',
      1,
      ethernet(concat([0, 1, 0, 2], ethernet(hello)), { etherType: ETHER_TYPE.PBB }),
      [],
      ['pbb:65538'],
    ],
    [
      'FabricPath',
      1,
      ethernet(concat([0x0a, 0x40], ethernet(hello)), { etherType: ETHER_TYPE.FABRIC_PATH }),
      [],
      ['fabricpath:41'],
    ],
    [
      '802.3 with LLC',
      1,
      ethernet(concat([6, 6, 3], hello), { etherType: hello.length + 3, isPadded: true }),
      [],
      [],
    ],
    [
      '802.3 with SNAP',
      1,
      ethernet(concat([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], hello), { etherType: hello.length + 8 }),
      [],
      [],
    ],
    ['NULL, little-endian', 0, concat(littleEndianFamily(2), hello), [], []],
    ['NULL, big-endian', 0, concat(bigEndianFamily(2), hello), [], []],
    ...[10, 23, 24, 28, 30].map((family): [string, number, Uint8Array, number[], string[]] => [
      `NULL with family ${family}`,
      0,
      concat(littleEndianFamily(family), hello6),
      [],
      [],
    ]),
    ['NULL with an EtherType', 0, concat([0x0f, 0, 8, 0], hello), [], []],
    ['LOOP', 108, concat(bigEndianFamily(24), hello6), [], []],
    ...[12, 14, 101, 228].map((linkType): [string, number, Uint8Array, number[], string[]] => [
      `raw IPv4 (${linkType})`,
      linkType,
      hello,
      [],
      [],
    ]),
    ...[12, 14, 101, 229].map((linkType): [string, number, Uint8Array, number[], string[]] => [
      `raw IPv6 (${linkType})`,
      linkType,
      hello6,
      [],
      [],
    ]),
    ['SLL', 113, concat([0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0], hello), [], []],
    [
      'SLL with a VLAN tag',
      113,
      concat([0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x81, 0], vlan(9, hello)),
      [9],
      [],
    ],
    ['SLL with LLC', 113, concat([0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 4], [6, 6, 3], hello), [], []],
    ['SLL2', 276, concat([0x86, 0xdd, 0, 0], new Uint8Array(16), hello6), [], []],
    ['PPP', 9, ppp(hello), [], []],
    ['PPP with address and control', 9, concat([0xff, 3], ppp(hello6)), [], []],
    ['PPP with a compressed protocol field', 9, concat([0xff, 3, 0x21], hello), [], []],
    ['PPP with MPLS', 9, concat([0x02, 0x81], mpls([20], hello)), [], ['mpls:20']],
    ['Cisco HDLC as PPP_HDLC', 50, concat([0x0f, 0, 8, 0], hello), [], []],
    ['Cisco HDLC', 104, concat([0x8f, 0, 0x86, 0xdd], hello6), [], []],
    ['PPPoE without Ethernet', 51, pppoe(1, hello), [], ['pppoe:1']],
    ['PPP with a direction byte', 204, concat([1, 0xff, 3], ppp(hello)), [], []],
    ['PPP of pppd', 166, concat([0, 3], ppp(hello)), [], []],
  ]
  it.each(carriers)('finds the packet in %s', (_name, linkType, frame, vlanIds, tunnel) => {
    const { status, packet } = decodeFrame(frame, { linkType })
    expect(status).toBe('delivered')
    expect(payloadText(packet)).toBe('hello')
    expect(packet).toMatchObject({
      protocol: UDP,
      srcPort: 1024,
      dstPort: 53,
      originalPayloadBytes: 5,
      encap: { vlan: vlanIds, tunnel },
    })
  })

  const others: [string, number, Uint8Array][] = [
    ['ARP', 1, ethernet(new Uint8Array(28), { etherType: ETHER_TYPE.ARP })],
    ['a spanning tree frame', 1, ethernet(concat([0x42, 0x42, 3], new Uint8Array(35)), { etherType: 38 })],
    ['an undefined type between length and type', 1, ethernet(hello, { etherType: 1501 })],
    [
      'SNAP of another organisation',
      1,
      ethernet(concat([0xaa, 0xaa, 3, 0, 0, 0xc, 0x20, 0], hello), { etherType: 60 }),
    ],
    [
      'PPPoE with LCP',
      1,
      ethernet(concat([0x11, 0, 0, 1, 0, 6, 0xc0, 0x21], [1, 1, 0, 4]), { etherType: ETHER_TYPE.PPPOE }),
    ],
    [
      'an MPLS echo channel',
      1,
      ethernet(mpls([1], new Uint8Array(40).fill(0x10)), { etherType: ETHER_TYPE.MPLS }),
    ],
    ['AppleTalk over NULL', 0, concat([16, 0, 0, 0], hello)],
    ['a netlink message in SLL', 113, concat([0, 0, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], hello)],
  ]
  it.each(others)('counts %s as not IP', (_name, linkType, frame) => {
    expect(decodeFrame(frame, { linkType }).status).toBe('notIp')
  })

  const longer = ipv4({ protocol: 99, totalLength: 20 + 99 }, text('abcdef'))
  it.each([
    ['PPPoE', ethernet(pppoe(1, longer, longer.length), { etherType: ETHER_TYPE.PPPOE })],
    ['802.3', ethernet(concat([6, 6, 3], longer), { etherType: 3 + longer.length - 2 })],
  ])('ends the packet where the length of %s says', (_name, frame) => {
    expect(decodeFrame(frame).packet).toMatchObject({ payload: text('abcd'), originalPayloadBytes: 4 })
  })

  it('counts frames of unknown link types by link type', () => {
    const decoder = new FrameDecoder()
    for (const linkType of [147, 65_535, 147])
      expect(decoder.decode(hello, { linkType }).status).toBe('notIp')
    expect([...decoder.decoder.unknownLinkTypes]).toEqual([
      [147, 2],
      [65_535, 1],
    ])
  })

  it('believes the given link type and not the capture', () => {
    expect(new FrameDecoder({}, 101).decode(hello, { linkType: 147 }).status).toBe('delivered')
  })

  it('follows sixteen headers and no more', () => {
    const tags = (count: number): Uint8Array => {
      let frame = vlan(count, hello)
      for (let id = count - 1; id > 0; id--) frame = vlan(id, frame, ETHER_TYPE.VLAN)
      return ethernet(frame, TPID)
    }
    const decoder = new FrameDecoder()
    expect(decoder.decode(tags(15)).packet?.encap.vlan).toHaveLength(15)
    expect(decoder.decode(tags(16)).status).toBe('malformed')
    expect(decoder.decoder.malformed.tooManyLayers).toBe(1)
  })

  it('drops the description, not the packet, when there are too many stacks of outer headers', () => {
    const decoder = new FrameDecoder({ encaps: 1 })
    expect(decoder.decode(ethernet(vlan(1, hello), TPID)).packet?.encap.vlan).toEqual([1])
    expect(decoder.decode(ethernet(vlan(2, hello), TPID)).packet?.encap.vlan).toEqual([])
    expect(decoder.encaps.limitHits).toBe(1)
  })

  const cut: [string, Uint8Array, number, string][] = [
    ['an Ethernet header', ethernet(hello), 13, 'linkHeaderTruncated'],
    ['a VLAN tag', ethernet(vlan(1, hello), TPID), 17, 'linkHeaderTruncated'],
    ['a label', ethernet(mpls([1], hello), { etherType: ETHER_TYPE.MPLS }), 17, 'linkHeaderTruncated'],
    ['an LLC header', ethernet(concat([6, 6, 3], hello), { etherType: 60 }), 16, 'linkHeaderTruncated'],
    ['a PPPoE header', ethernet(pppoe(1, hello), { etherType: ETHER_TYPE.PPPOE }), 19, 'linkHeaderTruncated'],
    ['nothing of an IP header', ethernet(hello), 14, 'ipHeaderTruncated'],
    ['an IPv4 header', ethernet(hello), 33, 'ipHeaderTruncated'],
    ['an IPv6 header', ethernet(hello6), 53, 'ipHeaderTruncated'],
    ['a UDP header', ethernet(hello), 41, 'transportHeaderTruncated'],
    ['a TCP sequence number', ethernet(ipv4({ protocol: TCP }, tcp({}))), 41, 'transportHeaderTruncated'],
  ]
  it.each(cut)('counts %s that the snaplen cut', (_name, frame, capturedBytes, reason) => {
    const decoder = new FrameDecoder()
    expect(decoder.decode(frame, { capturedBytes }).status).toBe('malformed')
    expect(decoder.decoder.malformed).toMatchObject({ [reason]: 1 })
  })
})

// Frames of all kinds, to be damaged.
const samples: readonly [number, Uint8Array][] = [
  [
    1,
    ethernet(
      ipv4(
        { protocol: TCP, options: [7, 7, 4, 0, 0, 0, 0, 0] },
        tcp({ options: [1, 1, 1, 1] }, text('abcdef')),
      ),
    ),
  ],
  [1, ethernet(vlan(1, mpls([1, 2], ethernet(hello)), ETHER_TYPE.MPLS), { etherType: ETHER_TYPE.VLAN })],
  [1, ethernet(pppoe(1, hello6), { etherType: ETHER_TYPE.PPPOE })],
  [
    1,
    ethernet(
      ipv6(
        { protocol: UDP, extensions: [extension(0), extension(43, new Array(22).fill(1)), extension(60)] },
        udp({}),
      ),
    ),
  ],
  [1, ethernet(ipv6({ protocol: UDP, extensions: [fragmentHeader(7, 0, true)] }, text('12345678')))],
  [
    1,
    ethernet(
      ipv6({ protocol: UDP, extensions: [authenticationHeader(), fragmentHeader(7, 8, false)] }, text('end')),
    ),
  ],
  [1, ethernet(ipv4({ protocol: UDP, moreFragments: true }, text('0123456701234567')))],
  [1, ethernet(ipv4({ protocol: UDP, fragmentOffset: 16 }, text('xyz')))],
  [1, ethernet(ipv4({ protocol: 1 }, icmp(3, 3, hello)))],
  [
    1,
    ethernet(
      ipv6({ protocol: 58 }, icmp(1, 4, ipv6({ protocol: UDP, extensions: [extension(0)] }, udp({})), true)),
    ),
  ],
  [
    1,
    ethernet(ipv4({ protocol: 33 }, concat([0, 1, 0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], text('dccp')))),
  ],
  [1, ethernet(concat([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], hello), { etherType: hello.length + 8 })],
  [0, concat([2, 0, 0, 0], hello)],
  [9, concat([0xff, 3], ppp(hello))],
  [113, concat([0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0], hello)],
]

const LINK_TYPES = [0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 166, 204, 228, 229, 276, 147]

describe('PacketDecoder.decode() on bad frames', () => {
  // The helper throws when a payload or an address lies outside of its range.
  const stays = (decoder: FrameDecoder, frame: Uint8Array, linkType: number, capturedBytes: number): void => {
    expect(['delivered', 'notIp', 'malformed', 'fragment']).toContain(
      decoder.decode(frame, { linkType, capturedBytes }).status,
    )
  }

  it('never throws and stays in its range on random bytes', () => {
    const decoder = new FrameDecoder()
    fc.assert(
      fc.property(
        fc.constantFrom(...LINK_TYPES),
        fc.uint8Array({ maxLength: 120 }),
        fc.nat(120),
        (linkType, frame, capturedBytes) => {
          stays(decoder, frame, linkType, capturedBytes)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('never throws and stays in its range on damaged and cut frames', () => {
    const damage = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 })
    const decoder = new FrameDecoder()
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        damage,
        fc.nat(140),
        ([linkType, sample], changes, capturedBytes) => {
          const frame = sample.slice()
          for (const [at, value] of changes) if (at < frame.length) frame[at] = value
          stays(decoder, frame, linkType, capturedBytes)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('gives the same packet, or a truncation, for every length that was captured', () => {
    for (const [linkType, frame] of samples) {
      const whole = decodeFrame(frame, { linkType }).packet
      for (let capturedBytes = 0; capturedBytes < frame.length; capturedBytes++) {
        const { status, packet } = decodeFrame(frame, { linkType, capturedBytes })
        if (status !== 'delivered' || whole === null) continue
        expect(whole.payload.subarray(0, packet!.payload.length)).toEqual(packet!.payload)
        const { payload: _payload, quoted: _quoted, ...fields } = packet!
        const { protocol, src, dst, srcPort, dstPort, seq } = packet!
        // Of a TCP header the rest may have been cut.
        const isWhole = protocol !== TCP || packet!.payload.length > 0
        expect(whole).toMatchObject(isWhole ? fields : { protocol, src, dst, srcPort, dstPort, seq })
      }
    }
  })
})
