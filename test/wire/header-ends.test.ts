import { describe, expect, it } from 'vitest'
import { concat, ethernet, fragmentHeader, icmp, ipv4, ipv6, mpls, text, udp } from '../support/frames.js'
import { llc, ppi, radiotap, snap, u16, u32le, wlan } from '../support/link-frames.js'
import { decodeFrame, FrameDecoder, payloadText } from './frame-decoder.js'
import { overUdp } from './tunnels/tunnel-cases.js'

const LOOPBACK = 0
const ETHERNET = 1
const TOKEN_RING = 6
const PPP = 9
const PPP_HDLC = 50
const SYMANTEC = 99
const FRAME_RELAY = 107
const WLAN = 105
const RADIOTAP = 127
const DOCSIS = 143
const USER2 = 149
const PPI = 192
const MPLS = 219
const hello = ipv4({ protocol: 17 }, udp({}, text('hello')))
const inWlan = wlan({}, snap(hello))
const mesh = (addresses: number) => concat([addresses, 31, 1, 0, 0, 0], new Uint8Array(6 * addresses))
const patched = (frame: Uint8Array, at: number, bytes: readonly number[]) => {
  const copy = Uint8Array.from(frame)
  copy.set(bytes, at)
  return copy
}
/** A PPI header that ends inside its field "802.11-Common", behind flags that call the frame damaged. */
const halfCommon = concat([0, 0, 8 + 4 + 10, 0], u32le(105), [2, 0, 20, 0], new Uint8Array(8), [5, 0], inWlan)
const toEnd = (bytes: number) => ipv4({ protocol: 99, totalLength: 0 }, new Uint8Array(bytes))
const symantec = patched(new Uint8Array(44), 6, [8, 0])
const CISCO = { etherType: 0x8909 }
/** A header of PKTAP of so many bytes. */
const pktap = (bytes: number, recordType: number, linkType: number) =>
  concat(u32le(bytes), u32le(recordType), u32le(linkType), new Uint8Array(bytes - 12), ethernet(hello))
/** A DOCSIS frame with one element in its extended header, whose bit for encryption is set. */
const docsis = (elementType: number) => {
  const element = [(elementType << 4) | 3, 0, 0x80, 0]
  const frame = ethernet(hello)
  return concat([0x01, element.length], u16(element.length + frame.length), element, [0, 0], frame)
}
const sourceRouted = concat([0x10, 0x40], [0, 1, 2, 3, 4, 5], [0x80, 7, 8, 9, 10, 11])

describe('where a header ends', () => {
  // [what, frame, link type, captured bytes, what is counted: a delivered payload, or a status with its reason]
  const rows: [string, Uint8Array, number, number, string][] = [
    [
      'PPI shorter than its header',
      patched(ppi(105, [], inWlan), 2, [7, 0]),
      PPI,
      999,
      'linkHeaderMalformed',
    ],
    ['PPI longer than the frame', patched(ppi(105, [], inWlan), 2, [0, 8]), PPI, 999, 'linkHeaderMalformed'],
    ['PPI cut off', ppi(105, [[3, new Uint8Array(12)]], inWlan), PPI, 20, 'linkHeaderTruncated'],
    ['PPI alone', ppi(105, [], new Uint8Array(0)), PPI, 999, 'linkHeaderTruncated'],
    ['PPI with half a field', halfCommon, PPI, 999, 'hello'],
    ['radiotap of another version', patched(radiotap({}, inWlan), 0, [1]), RADIOTAP, 999, 'notIp'],
    [
      'radiotap with a timestamp, of a damaged frame',
      radiotap({ flags: 0x50, hasTimestamp: true }, concat(inWlan, text('FCS!'))),
      RADIOTAP,
      999,
      'notIp',
    ],
    [
      'Frame Relay with a byte of padding',
      concat([0x18, 0x41, 3, 0, 0xcc], hello),
      FRAME_RELAY,
      999,
      'hello',
    ],
    ['a loopback header alone', Uint8Array.of(2, 0, 0, 0), LOOPBACK, 999, 'ipHeaderTruncated'],
    ['half a loopback header', Uint8Array.of(2, 0, 0), LOOPBACK, 999, 'linkHeaderTruncated'],
    ['half of what Cisco adds', ethernet(Uint8Array.of(1), CISCO), ETHERNET, 999, 'linkHeaderTruncated'],
    ['all of what Cisco adds', ethernet(concat([1, 0], [8, 0], hello), CISCO), ETHERNET, 999, 'hello'],
    [
      'what Cisco adds, cut off',
      ethernet(concat([1, 0], [8, 0], hello), CISCO),
      ETHERNET,
      15,
      'linkHeaderTruncated',
    ],
    ['PKTAP as USER2', pktap(108, 1, 1), USER2, 999, 'hello'],
    ['PKTAP of no usual length', pktap(107, 1, 1), USER2, 999, 'notIp'],
    ['PKTAP of a greater length', pktap(513, 1, 1), USER2, 999, 'notIp'],
    ['PKTAP that is no packet', pktap(108, 2, 1), USER2, 999, 'notIp'],
    ['PKTAP in itself', pktap(108, 1, 149), USER2, 999, 'notIp'],
    [
      'a UDP header that is too short',
      ethernet(ipv4({ protocol: 17 }, new Uint8Array(7))),
      ETHERNET,
      999,
      'transportHeaderMalformed',
    ],
    ['a UDP header alone', ethernet(ipv4({ protocol: 17 }, udp({}))), ETHERNET, 999, ''],
    ['an SCTP header alone', ethernet(ipv4({ protocol: 132 }, new Uint8Array(12))), ETHERNET, 999, ''],
    [
      'an SCTP header that is too short',
      ethernet(ipv4({ protocol: 132 }, new Uint8Array(11))),
      ETHERNET,
      999,
      'transportHeaderMalformed',
    ],
    ['DOCSIS that is private upstream', docsis(3), DOCSIS, 999, 'notIp'],
    ['DOCSIS that is private downstream', docsis(4), DOCSIS, 999, 'notIp'],
    ['DOCSIS that is private upstream in version 2', docsis(7), DOCSIS, 999, 'notIp'],
    ['DOCSIS with another element', docsis(5), DOCSIS, 999, 'hello'],
    ['radiotap alone', radiotap({}, new Uint8Array(0)), RADIOTAP, 999, 'linkHeaderTruncated'],
    ['two bytes of a management frame', wlan({ control: 0x80 }, hello), WLAN, 2, 'notIp'],
    [
      'a mesh frame with LLC that is no SNAP',
      wlan({ flags: 2, qos: [0, 1] }, concat(mesh(1), llc(hello))),
      WLAN,
      999,
      'hello',
    ],
    [
      'the same without the bit of a mesh',
      wlan({ flags: 2, qos: [0, 0] }, concat(mesh(1), llc(hello))),
      WLAN,
      999,
      'notIp',
    ],
    [
      'Token Ring whose route is cut off',
      concat(sourceRouted, [6, 0, 0]),
      TOKEN_RING,
      999,
      'linkHeaderTruncated',
    ],
    [
      'Token Ring with a route',
      concat(sourceRouted, [6, 0, 0, 0, 0, 0], snap(hello)),
      TOKEN_RING,
      999,
      'hello',
    ],
    ['a Symantec header alone', symantec, SYMANTEC, 999, 'ipHeaderTruncated'],
    ['a Symantec header', concat(symantec, hello), SYMANTEC, 999, 'hello'],
    ['a PPP protocol alone', Uint8Array.of(0xc0, 0x21), PPP, 999, 'notIp'],
    ['Cisco HDLC to one', concat([0x0f, 0, 8, 0], hello), PPP_HDLC, 999, 'hello'],
    ['Cisco HDLC to many', concat([0x8f, 0, 8, 0], hello), PPP_HDLC, 999, 'hello'],
    [
      'IPv4 options that are cut off',
      ethernet(ipv4({ protocol: 17, options: Array(8).fill(1) }, udp({}))),
      ETHERNET,
      14 + 24,
      'ipHeaderTruncated',
    ],
    [
      'an IPv4 header that is too short',
      ethernet(patched(hello, 0, [0x44])),
      ETHERNET,
      999,
      'ipHeaderMalformed',
    ],
    ['another version of IP', ethernet(patched(hello, 0, [0x55])), ETHERNET, 999, 'ipHeaderMalformed'],
    ['IPv6 with nothing behind it', ethernet(ipv6({ protocol: 59 }, new Uint8Array(0))), ETHERNET, 999, ''],
    [
      'IPv6 that is cut off',
      ethernet(ipv6({ protocol: 59 }, new Uint8Array(0))),
      ETHERNET,
      14 + 39,
      'ipHeaderTruncated',
    ],
    [
      'MPLS before IP from 8.0.0.1',
      mpls([16], ipv4({ protocol: 17, src: '8.0.0.1' }, udp({}, text('hello')))),
      MPLS,
      999,
      'hello',
    ],
    [
      'MPLS before Ethernet to 45:00:ff:ff:ff:ff',
      mpls([16], patched(ethernet(hello), 0, [0x45, 0, 255, 255, 255, 255])),
      MPLS,
      999,
      'hello',
    ],
    [
      'MPLS before Ethernet to 65:00:ff:ff:ff:ff',
      mpls([16], patched(ethernet(hello), 0, [0x65, 0, 255, 255, 255, 255])),
      MPLS,
      999,
      'hello',
    ],
  ]
  it.each(rows)('of %s', (_what, frame, linkType, capturedBytes, expected) => {
    const decoder = new FrameDecoder()
    const { status, packet } = decoder.decode(frame, { linkType, capturedBytes })
    const reasons = Object.entries(decoder.decoder.malformed).filter(([, count]) => count > 0)
    expect(payloadText(packet) ?? reasons[0]?.[0] ?? status).toBe(expected)
  })

  it.each([1500, 1499])('of a frame whose length field says %i', (length) => {
    const content = llc(toEnd(length - 3 - 20))
    const frame = concat(ethernet(content, { etherType: length }), text('FCS!'))
    expect(content.length).toBe(length)
    expect(decodeFrame(frame).packet?.originalPayloadBytes).toBe(length - 23)
  })

  it('of L2TP version 3 is not one with reserved bits', () => {
    const tunnelled = (reserved: number) =>
      overUdp(1701, concat(u16(3), u16(reserved), [0, 0, 0, 9], ethernet(hello)))
    expect(payloadText(decodeFrame(tunnelled(0)).packet)).toBe('hello')
    expect(payloadText(decodeFrame(tunnelled(1)).packet)).not.toBe('hello')
  })
})

describe('fragments', () => {
  it('of which one makes room because it is too old are no hit of the limit', () => {
    const decoder = new FrameDecoder({ fragmentTrackers: 1 })
    const first = (id: number) =>
      ethernet(ipv6({ protocol: 17, extensions: [fragmentHeader(id, 0, true)] }, new Uint8Array(8)))
    decoder.decode(first(1), { tsSec: 1000 })
    decoder.decode(first(2), { tsSec: 5000 })
    expect(decoder.decoder.fragments.trackerLimitHits).toBe(0)
    decoder.decode(first(3), { tsSec: 5001 })
    expect(decoder.decoder.fragments.trackerLimitHits).toBe(1)
  })

  it('of one moment, nanoseconds apart, belong together', () => {
    const decoder = new FrameDecoder()
    const piece = (offset: number, more: boolean) =>
      ethernet(ipv6({ protocol: 253, extensions: [fragmentHeader(1, offset, more)] }, text('abcdefgh')))
    expect(decoder.decode(piece(0, true), { tsSec: 1000, tsNsec: 100 }).status).toBe('fragment')
    const { packet } = decoder.decode(piece(8, false), { tsSec: 1000, tsNsec: 900 })
    expect(payloadText(packet)).toBe('abcdefghabcdefgh')
  })

  it('that differ from an earlier copy are counted byte by byte', () => {
    const decoder = new FrameDecoder()
    const piece = (content: string, more = true) =>
      ethernet(ipv6({ protocol: 253, extensions: [fragmentHeader(1, more ? 0 : 8, more)] }, text(content)))
    decoder.decode(piece('abcdefgh'))
    decoder.decode(piece('abXXefgX'))
    decoder.decode(piece('ij', false))
    expect(decoder.decoder.fragments.conflictBytes).toBe(3)
  })

  it('that lie beyond the last one are counted as different', () => {
    const decoder = new FrameDecoder()
    const piece = (offset: number, more: boolean, content: string) =>
      ethernet(ipv6({ protocol: 253, extensions: [fragmentHeader(1, offset, more)] }, text(content)))
    decoder.decode(piece(16, true, 'beyond!!'))
    decoder.decode(piece(8, false, 'end'))
    expect(payloadText(decoder.decode(piece(0, true, 'abcdefgh')).packet)).toBe('abcdefghend')
    expect(decoder.decoder.fragments.conflictBytes).toBe(13)
  })
})

it('an ICMP error that quotes no IP packet quotes nothing', () => {
  const quoted = (version: number) =>
    ethernet(ipv4({ protocol: 1 }, icmp(3, 1, patched(hello, 0, [(version << 4) | 5]))))
  expect(decodeFrame(quoted(4)).packet?.quoted).not.toBeNull()
  expect(decodeFrame(quoted(5)).packet?.quoted).toBeNull()
})

it('the last stop of a route is found behind another option', () => {
  const route = [137, 11, 4, 1, 1, 1, 1, 2, 2, 2, 2, 0]
  const packet = ipv4(
    { protocol: 17, dst: '9.9.9.9', options: [0x94, 4, 0, 0, ...route] },
    udp({}, text('hello')),
  )
  expect(decodeFrame(ethernet(packet)).packet?.dst).toBe('2.2.2.2')
})
