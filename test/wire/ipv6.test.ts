import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankIpHeader } from '../../src/wire/ip-header.js'
import { decodeIpv6 } from '../../src/wire/ipv6.js'
import {
  authenticationHeader,
  concat,
  type Extension,
  ethernet,
  extension,
  fragmentHeader,
  ipv6,
  tcp,
  text,
  udp,
} from '../support/frames.js'
import { decodeFrame, payloadText } from './frame-decoder.js'

const TCP = 6
const UDP = 17

describe('decodeIpv6() in a frame', () => {
  const chains: [string, Extension[]][] = [
    ['no extension headers', []],
    ['hop-by-hop options', [extension(0)]],
    ['a routing header that has arrived', [extension(43, [0, 0])]],
    ['destination options', [extension(60, new Array(20).fill(0))]],
    ['an Authentication Header', [authenticationHeader()]],
    ['an atomic fragment', [fragmentHeader(1, 0, false)]],
    ['mobility, HIP and shim6 headers', [extension(135), extension(139), extension(140)]],
    [
      'all of them',
      [
        extension(0),
        extension(60),
        extension(43),
        fragmentHeader(1, 0, false),
        authenticationHeader(),
        extension(60),
      ],
    ],
  ]
  it.each(chains)('finds the transport header behind %s', (_name, extensions) => {
    const packet = ipv6({ protocol: TCP, extensions }, tcp({ srcPort: 1, dstPort: 2 }, text('hello')))
    const decoded = decodeFrame(concat(ethernet(packet), text('trailer'))).packet
    expect(payloadText(decoded)).toBe('hello')
    expect(decoded).toMatchObject({
      src: '2001:db8:0:0:0:0:0:1',
      dst: '2001:db8:0:0:0:0:0:2',
      protocol: TCP,
      srcPort: 1,
      dstPort: 2,
      originalPayloadBytes: 5,
      ipBytes: packet.length,
    })
  })

  it('takes the addresses of the header, whatever a routing header routes to', () => {
    const stop = [0x20, 1, ...new Array<number>(13).fill(0), 0xa]
    const routing = extension(43, [0, 1, 0, 0, 0, 0, ...stop])
    const frame = ethernet(ipv6({ protocol: UDP, extensions: [routing] }, udp({})))
    expect(decodeFrame(frame).packet?.dst).toBe('2001:db8:0:0:0:0:0:2')
  })

  it('leaves a mobility header with nothing behind it as payload', () => {
    const message = concat([59, 0, 1, 0, 0, 0, 0, 0])
    expect(decodeFrame(ethernet(ipv6({ protocol: 135 }, message))).packet).toMatchObject({
      protocol: 135,
      payload: message,
    })
  })

  it('delivers "no next header" with what is behind it', () => {
    expect(decodeFrame(ethernet(ipv6({ protocol: 59 }, text('x')))).packet).toMatchObject({
      protocol: 59,
      payload: text('x'),
    })
    expect(decodeFrame(ethernet(ipv6({ protocol: 59 }, text('')), { isPadded: true })).packet).toMatchObject({
      payload: text(''),
      ipBytes: 40,
    })
  })

  const jumbo = (length: number) =>
    extension(0, [1, 0, 0xc2, 4, ...[24, 16, 8, 0].map((shift) => (length >> shift) & 0xff)])
  const data = new Uint8Array(70_000).fill(0x61)
  const large: [string, Uint8Array][] = [
    ['a jumbogram', ipv6({ protocol: TCP, payloadLength: 0, extensions: [jumbo(70_036)] }, tcp({}, data))],
    ['an offloaded packet of length 0', ipv6({ protocol: TCP, payloadLength: 0 }, tcp({}, data))],
    [
      'an offloaded packet with a hop-by-hop header',
      ipv6({ protocol: TCP, payloadLength: 0, extensions: [extension(0, [1, 10])] }, tcp({}, data)),
    ],
  ]
  it.each(large)('takes all of %s', (_name, packet) => {
    expect(decodeFrame(ethernet(packet)).packet).toMatchObject({
      originalPayloadBytes: 70_000,
      ipBytes: packet.length,
    })
    expect(decodeFrame(ethernet(packet), { capturedBytes: 200 }).packet?.originalPayloadBytes).toBe(70_000)
  })

  it('ends a jumbogram with its frame at the latest, and where its option says', () => {
    const packet = (length: number) =>
      ipv6({ protocol: TCP, payloadLength: 0, extensions: [jumbo(length)] }, tcp({}, text('abc')))
    expect(decodeFrame(ethernet(packet(2 ** 31 - 1))).packet?.originalPayloadBytes).toBe(3)
    expect(payloadText(decodeFrame(ethernet(packet(38))).packet)).toBe('ab')
  })

  const bad: [string, Uint8Array, number, string][] = [
    ['an extension header behind the packet', ipv6({ protocol: 0 }, text('abc')), 999, 'malformed'],
    [
      'an extension header that is longer than the packet',
      ipv6({ protocol: 60 }, concat([6, 1], new Uint8Array(6))),
      999,
      'malformed',
    ],
    [
      'an extension header that the snaplen cut',
      ipv6({ protocol: UDP, extensions: [extension(60)] }, udp({})),
      60,
      'malformed',
    ],
    [
      'the second unit of one that the snaplen cut',
      ipv6({ protocol: UDP, extensions: [extension(60, new Array<number>(16).fill(0))] }, udp({})),
      64,
      'malformed',
    ],
  ]
  it.each(bad)('refuses %s', (_name, packet, capturedBytes, status) => {
    expect(decodeFrame(ethernet(packet), { capturedBytes }).status).toBe(status)
  })
})

it('decodeIpv6() never throws and never points outside its range', () => {
  const protocol = fc.constantFrom(0, 43, 44, 51, 60, 135, 6, 59)
  const bytes = fc.tuple(protocol, fc.uint8Array({ minLength: 40, maxLength: 120 })).map(([next, random]) => {
    random[4] = 0
    random[6] = next
    return random
  })
  fc.assert(
    fc.property(bytes, fc.nat(120), fc.nat(2000), (packet, length, beyond) => {
      const to = Math.min(length, packet.length)
      const out = blankIpHeader()
      if (decodeIpv6(packet, 0, to, to + beyond, out) !== 'ok') return
      expect(out.at).toBeGreaterThanOrEqual(40)
      expect(out.at).toBeLessThanOrEqual(out.to)
      expect(out.to).toBeLessThanOrEqual(to)
      expect(out.to).toBeLessThanOrEqual(out.wireTo)
      expect(out.dst + 16).toBeLessThanOrEqual(out.at)
    }),
    { numRuns: 1000 },
  )
})
