import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  concat,
  ethernet,
  fragmentHeader,
  icmp,
  ipv4,
  ipv6,
  mpls,
  ppp,
  tcp,
  text,
  udp,
  vlan,
} from '../support/frames.js'
import {
  capwap,
  eoip,
  erspan2,
  erspan3,
  geneve,
  gre,
  gtpU,
  l2tp,
  l2tpV3,
  lisp,
  nsh,
  pptp,
  snapIpv4,
  vxlan,
  vxlanGpe,
  wlan,
} from '../support/tunnel-frames.js'
import { decodeFrame, FrameDecoder, payloadText } from './frame-decoder.js'
import { expectInside, frame4, inside4, inside6, overIp, overUdp, UDP } from './tunnels/tunnel-cases.js'

const GRE = 47
const TCP = 6
const IPV4 = 0x0800
const ETHERNET = 0x6558

describe('IpDecoder in nested tunnels', () => {
  it('describes all of them, and VLAN ids in them, from the outside in', () => {
    const gtp = ipv4({ protocol: UDP }, udp({ dstPort: 2152 }, gtpU({ teid: 5 }, inside4)))
    const overlay = ipv4(
      { protocol: UDP },
      udp({ dstPort: 4789 }, vxlan(42, ethernet(vlan(7, gtp), { etherType: 0x8100 }))),
    )
    const carrier = ipv6({ protocol: GRE }, gre({ type: 0x8847, key: 1 }, mpls([16], overlay)))
    expectInside(
      ethernet(vlan(3, carrier), { etherType: 0x8100 }),
      ['gre:1', 'mpls:16', 'vxlan:42', 'gtpu:5'],
      [3, 7],
    )
  })

  it('gives everything of the innermost segment', () => {
    const segment = ipv4({ protocol: TCP }, tcp({ seq: 7, ack: 8, flags: 0x18, window: 9 }, text('data')))
    expect(decodeFrame(overIp(4, segment)).packet).toMatchObject({
      protocol: TCP,
      seq: 7,
      ack: 8,
      tcpFlags: 0x18,
      window: 9,
      payload: text('data'),
      ipBytes: segment.length,
      encap: { tunnel: ['ipip'] },
    })
  })

  const nested = (count: number): Uint8Array => {
    let packet = inside4
    for (let i = 0; i < count; i++) packet = ipv4({ protocol: 4 }, packet)
    return ethernet(packet)
  }

  it('follows sixteen, and leaves what is inside the last one as its payload', () => {
    expectInside(nested(16), new Array<string>(16).fill('ipip'))
    const { packet } = decodeFrame(nested(17))
    expect(packet).toMatchObject({ protocol: 4, encap: { tunnel: new Array<string>(16).fill('ipip') } })
    expect(packet?.payload).toEqual(inside4)
  })

  it('counts VLAN tags among the sixteen', () => {
    const tagged = ethernet(vlan(9, nested(16).subarray(14)), { etherType: 0x8100 })
    const { packet } = decodeFrame(tagged)
    expect(packet?.encap).toEqual({ vlan: [9], tunnel: new Array<string>(15).fill('ipip') })
    expect(packet?.payload).toEqual(inside4)
  })

  it('follows no more than sixteen headers between two IP headers, that of the tunnel among them', () => {
    const bridged = [0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7]
    // Ethernet and LLC by turns, so many together.
    const layers = (count: number, content: Uint8Array): Uint8Array => {
      if (count === 1) return ethernet(content)
      const inside = count === 2 ? snapIpv4(content) : concat(bridged, layers(count - 2, content))
      return ethernet(inside, { etherType: inside.length })
    }
    for (const count of [1, 2, 3, 14, 15])
      expectInside(overIp(GRE, gre({ type: ETHERNET }, layers(count, inside4))), ['gre'])
    for (const count of [16, 17, 40]) {
      const { packet } = decodeFrame(overIp(GRE, gre({ type: ETHERNET }, layers(count, inside4))))
      expect(packet).toMatchObject({ protocol: GRE, encap: { vlan: [], tunnel: [] } })
    }
  })

  it('leaves what does not decode as payload of the innermost packet that does', () => {
    const unknown = vxlan(42, ethernet(new Uint8Array(28), { etherType: 0x0806 }))
    const middle = ipv4({ protocol: UDP, src: '10.9.9.9' }, udp({ dstPort: 4789 }, unknown))
    const { packet } = decodeFrame(overIp(GRE, gre({ type: IPV4 }, middle)))
    expect(packet).toMatchObject({ src: '10.9.9.9', dstPort: 4789, encap: { vlan: [], tunnel: ['gre'] } })
    expect(packet?.payload).toEqual(unknown)
    expect(packet?.ipBytes).toBe(middle.length)
  })

  it('keeps no description of headers inside what does not decode', () => {
    const unknown = gre(
      { type: ETHERNET, key: 1 },
      ethernet(vlan(9, new Uint8Array(8), 0x0806), { etherType: 0x8100 }),
    )
    const { packet } = decodeFrame(overIp(GRE, unknown))
    expect(packet).toMatchObject({ protocol: GRE, payload: unknown, encap: { vlan: [], tunnel: [] } })
  })

  it('looks for no tunnel in TCP', () => {
    const { packet } = decodeFrame(
      ethernet(ipv4({ protocol: TCP }, tcp({ dstPort: 4789 }, vxlan(1, frame4)))),
    )
    expect(packet).toMatchObject({ protocol: TCP, dstPort: 4789, encap: { tunnel: [] } })
  })

  it('takes an error that quotes a tunnel as it is, and an error inside a tunnel with its quote', () => {
    const quoted = overUdp(4789, vxlan(1, frame4)).subarray(14)
    expect(decodeFrame(ethernet(ipv4({ protocol: 1 }, icmp(3, 3, quoted)))).packet).toMatchObject({
      protocol: 1,
      encap: { tunnel: [] },
      quoted: { protocol: UDP, dstPort: 4789 },
    })
    expect(decodeFrame(overIp(4, ipv4({ protocol: 1 }, icmp(3, 3, inside4)))).packet).toMatchObject({
      protocol: 1,
      encap: { tunnel: ['ipip'] },
      quoted: { protocol: UDP, src: '192.0.2.1', srcPort: 5000, dstPort: 6000 },
    })
  })
})

describe('IpDecoder in frames of several packets', () => {
  it('opens the tunnel of the first, and the others are still there', () => {
    const llc = snapIpv4(ipv4({ protocol: 4 }, inside4))
    const subframe = concat(new Uint8Array(12), [0, llc.length], llc)
    const padding = new Uint8Array((4 - (subframe.length % 4)) % 4)
    const frame = concat([0x88, 0x01], new Uint8Array(22), [0x80, 0], subframe, padding, subframe)
    const decoder = new FrameDecoder()
    const { packet } = decoder.decode(frame, { linkType: 105 })
    expect(packet).toMatchObject({ src: '192.0.2.1', encap: { tunnel: ['ipip'] } })
    expect(decoder.decoder.hasMore).toBe(true)
  })
})

describe('IpDecoder in tunnels that were cut', () => {
  const frame = overUdp(4789, vxlan(42, frame4))

  it('says how long the payload inside was on the wire', () => {
    const { packet } = decodeFrame(frame, { capturedBytes: frame.length - 4 })
    expect(packet).toMatchObject({
      payload: text('in'),
      originalPayloadBytes: 6,
      encap: { tunnel: ['vxlan:42'] },
    })
  })

  it('leaves the datagram around it when the headers inside were cut', () => {
    const { packet } = decodeFrame(frame, { capturedBytes: frame.length - 7 })
    expect(packet).toMatchObject({ dstPort: 4789, encap: { tunnel: [] } })
    expect(packet?.payload.length).toBe(packet!.originalPayloadBytes - 7)
  })

  it('takes a total length of 0 inside as the end of the datagram', () => {
    const offloaded = ipv4(
      { protocol: UDP, totalLength: 0 },
      udp({ srcPort: 5000, dstPort: 6000 }, text('inside')),
    )
    expectInside(overUdp(4789, vxlan(42, ethernet(offloaded))), ['vxlan:42'])
  })
})

describe('IpDecoder with decap off', () => {
  const decode = (frame: Uint8Array) => new FrameDecoder({}, null, { decap: false }).decode(frame).packet

  it('opens no tunnel over IP', () => {
    const payload = vxlan(42, frame4)
    expect(decode(overUdp(4789, payload))).toMatchObject({ dstPort: 4789, payload, encap: { tunnel: [] } })
    expect(decode(overIp(4, inside4))).toMatchObject({ protocol: 4, payload: inside4, encap: { tunnel: [] } })
  })

  it('passes the headers of the link layer', () => {
    const frame = ethernet(vlan(5, mpls([16], overIp(4, inside4).subarray(14)), 0x8847), {
      etherType: 0x8100,
    })
    expect(decode(frame)).toMatchObject({ protocol: 4, encap: { vlan: [5], tunnel: ['mpls:16'] } })
  })
})

/** The packet `content` in fragments of 24 bytes. */
function fragments4(protocol: number, content: Uint8Array, id = 9): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let offset = 0; offset < content.length; offset += 24) {
    const moreFragments = offset + 24 < content.length
    pieces.push(
      ipv4({ protocol, id, fragmentOffset: offset, moreFragments }, content.subarray(offset, offset + 24)),
    )
  }
  return pieces
}

function fragments6(protocol: number, content: Uint8Array, id = 9): Uint8Array[] {
  return fragments4(protocol, content).map((_, i, all) =>
    ipv6(
      { protocol, extensions: [fragmentHeader(id, 24 * i, i < all.length - 1)] },
      content.subarray(24 * i, 24 * i + 24),
    ),
  )
}

/** What came out of frames, and what was said of each. */
function run(frames: readonly Uint8Array[], decoder = new FrameDecoder()) {
  const results = frames.map((frame) => decoder.decode(frame))
  return {
    statuses: results.map(({ status }) => status),
    packets: results.flatMap(({ packet }) => (packet === null ? [] : [packet])),
  }
}

describe('IpDecoder with fragments and tunnels', () => {
  const datagram = inside4.subarray(20)

  // As in PcapFlowLab/parsing__vxlan__24_vxlan_outer_ipv4_fragmentation.pcap and 25_vxlan_outer_ipv6_fragmentation.pcap.
  it.each([
    ['IPv4', fragments4],
    ['IPv6', fragments6],
  ])('opens a tunnel whose packets are %s fragments', (_name, fragments) => {
    const carrier = overUdp(4789, vxlan(42, frame4)).subarray(34)
    const { statuses, packets } = run(fragments(UDP, carrier).map((packet) => ethernet(packet)))
    expect(statuses).toEqual([...new Array<string>(statuses.length - 1).fill('fragment'), 'delivered'])
    expect(packets.map(payloadText)).toEqual(['inside'])
    expect(packets[0]).toMatchObject({ src: '192.0.2.1', encap: { tunnel: ['vxlan:42'] } })
  })

  it.each([
    ['IPv4', fragments4, IPV4],
    ['IPv6', fragments6, 0x86dd],
  ])('puts %s fragments inside a tunnel together', (_name, fragments, type) => {
    const content = concat(
      datagram.subarray(0, 4),
      [0, 48, 0, 0],
      text('0123456789012345678901234567890123456789'),
    )
    const frames = fragments(UDP, content).map((packet) => overIp(GRE, gre({ type, key: 3 }, packet)))
    const { statuses, packets } = run(frames)
    expect(statuses).toEqual(['fragment', 'delivered'])
    expect(packets[0]).toMatchObject({
      srcPort: 5000,
      originalPayloadBytes: 40,
      encap: { tunnel: ['gre:3'] },
    })
    expect(payloadText(packets[0]!)).toBe('0123456789012345678901234567890123456789')
  })

  it('puts fragments inside fragments together', () => {
    const content = concat([0x13, 0x88, 0x17, 0x70, 0, 48, 0, 0], new Uint8Array(40).fill(0x61))
    const frames = fragments4(UDP, content).flatMap((packet, i) =>
      fragments6(GRE, gre({ type: IPV4 }, packet), i).map((outer) => ethernet(outer)),
    )
    const { statuses, packets } = run(frames)
    expect(statuses).toEqual(['fragment', 'fragment', 'fragment', 'delivered'])
    expect(payloadText(packets[0]!)).toBe('a'.repeat(40))
    expect(packets[0]?.srcPort).toBe(5000)
  })

  it('leaves fragments in fragments in fragments as payload', () => {
    const content = concat([0x13, 0x88, 0x17, 0x70, 0, 48, 0, 0], new Uint8Array(40).fill(0x61))
    const third = fragments4(UDP, content, 1)
    const second = third.flatMap((packet, i) => fragments4(4, packet, 2 + i))
    const first = second.flatMap((packet, i) => fragments4(4, packet, 100 + i))
    const { packets } = run(first.map((packet) => ethernet(packet)))
    expect(packets.map(({ payload }) => payload)).toEqual(third)
    expect(packets[0]).toMatchObject({ protocol: 4, encap: { tunnel: ['ipip'] } })
  })

  it('keeps fragments of different tunnels apart, though their addresses and ids are the same', () => {
    const of = (letter: string) => fragments4(253, text(letter.repeat(48))).map((packet) => ethernet(packet))
    const a = of('a').map((frame) => overUdp(4789, vxlan(1, frame)))
    const b = of('b').map((frame) => overUdp(4789, vxlan(2, frame)))
    const { packets } = run([a[0]!, b[0]!, b[1]!, a[1]!])
    expect(packets.map(payloadText)).toEqual(['b'.repeat(48), 'a'.repeat(48)])
    const { packets: mixed } = run([a[0]!, b[1]!])
    expect(mixed).toEqual([])
  })

  it('does not keep fragments apart by tags around the tunnel', () => {
    const [first, last] = fragments4(253, text('a'.repeat(48))).map((packet) => ipv4({ protocol: 4 }, packet))
    const { packets } = run([ethernet(first!), ethernet(vlan(5, last!), { etherType: 0x8100 })])
    expect(packets.map(payloadText)).toEqual(['a'.repeat(48)])
  })

  it('leaves a fragment that cannot be as payload of the packet around it', () => {
    const empty = ipv4({ protocol: 253, moreFragments: true }, new Uint8Array(0))
    const decoder = new FrameDecoder()
    const { packet } = decoder.decode(overIp(4, empty))
    expect(packet).toMatchObject({ protocol: 4, payload: empty, encap: { tunnel: [] } })
    expect(decoder.decoder.malformed.fragmentMalformed).toBe(0)
  })

  it('takes a fragment behind a port of tunnels only when its length fits', () => {
    const [first] = fragments4(253, text('a'.repeat(48)))
    const payload = vxlan(1, ethernet(first!.subarray(0, 40)))
    expect(decodeFrame(overUdp(4789, payload)).packet).toMatchObject({ dstPort: 4789, payload })
  })
})

// Frames of all tunnels, to be damaged.
const samples: readonly Uint8Array[] = [
  overIp(GRE, gre({ type: ETHERNET, checksum: true, key: 7, sequence: 1 }, frame4)),
  overIp(GRE, gre({ type: IPV4, routes: [8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0] }, inside4)),
  overIp(GRE, gre({ type: 0x883e }, concat([0, 0, 0, 1], inside4))),
  overIp(GRE, gre({ type: 0x8909 }, concat([8, 0, 1, 1, 0, 1, 0, 1], inside4))),
  overIp(GRE, gre({ type: 0x88be, sequence: 1 }, erspan2(1, 5, 2, frame4))),
  overIp(GRE, gre({ type: 0x22eb, sequence: 1 }, erspan3(1, 0, frame4, [1, 2, 3, 4, 5, 6, 7, 8]))),
  overIp(GRE, pptp({ callId: 1, sequence: 1, acknowledgment: 1 }, ppp(inside4))),
  overIp(GRE, eoip(1, frame4)),
  overIp(4, inside4),
  overIp(41, inside6, 6),
  overIp(97, concat([0x30, 0], frame4)),
  overIp(103, concat([0x21, 0, 0, 0, 0, 0, 0, 0], inside4)),
  overIp(115, l2tpV3(9, frame4, [1, 2, 3, 4])),
  overIp(137, mpls([16, 17], inside4)),
  overIp(145, nsh(8, 1, inside4)),
  overUdp(1701, l2tp({ tunnel: 1, session: 2, length: true, sequence: true, offset: 2 }, ppp(inside4))),
  overUdp(2152, gtpU({ teid: 1, flags: 4, optional: [0, 0, 0, 0x85, 1, 0x10, 9, 0] }, inside4)),
  overUdp(3544, concat([0, 1, 0, 0], new Uint8Array(9), ipv6({ protocol: UDP, src: '2001::1' }, udp({})))),
  overUdp(4341, lisp(1, inside4)),
  overUdp(4342, concat([0x80, 0, 0, 0], inside4)),
  overUdp(4789, vxlan(42, frame4)),
  overUdp(4790, vxlanGpe(42, 4, nsh(7, 3, frame4))),
  overUdp(5247, capwap({ flags: 0x100, headerBytes: 16 }, wlan([1, 0x88], snapIpv4(inside4), 2))),
  overUdp(6081, geneve(42, ETHERNET, frame4, { options: [0, 1, 2, 0] })),
  overUdp(6635, mpls([16], inside4)),
  overIp(4, fragments4(UDP, inside4.subarray(20))[0]!),
]

describe('IpDecoder on bad packets', () => {
  const decoder = new FrameDecoder({}, null, { isWatched: true })

  it('never throws and never reads outside of damaged and cut frames', () => {
    const damage = fc.array(fc.tuple(fc.nat(140), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...samples), damage, fc.nat(160), (sample, changes, capturedBytes) => {
        const frame = sample.slice()
        for (const [at, value] of changes) if (at < frame.length) frame[at] = value
        decoder.decode(frame, { capturedBytes })
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws and never reads outside of random content behind every tunnel', () => {
    const ports = [1701, 2152, 3544, 4341, 4342, 4789, 4790, 5247, 6081, 6635, 8472]
    const carrier = fc.oneof(
      fc.constantFrom(...ports).map((port) => (content: Uint8Array) => overUdp(port, content)),
      fc.tuple(fc.constantFrom(4, 41, 47, 97, 103, 115, 137, 143, 145), fc.constantFrom(4, 6)).map(
        ([protocol, version]) =>
          (content: Uint8Array) =>
            overIp(protocol, content, version as 4 | 6),
      ),
    )
    fc.assert(
      fc.property(carrier, fc.uint8Array({ maxLength: 60 }), fc.nat(140), (carry, content, capturedBytes) => {
        decoder.decode(carry(content), { capturedBytes })
      }),
      { numRuns: 1000 },
    )
  })

  it('never throws and never reads outside for every length that was captured', () => {
    for (const frame of samples) {
      for (let capturedBytes = 0; capturedBytes <= frame.length; capturedBytes++) {
        decoder.decode(frame, { capturedBytes })
      }
    }
  })
})
