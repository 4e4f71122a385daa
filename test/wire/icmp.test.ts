import { describe, expect, it } from 'vitest'
import {
  authenticationHeader,
  concat,
  ethernet,
  extension,
  fragmentHeader,
  icmp,
  ipv4,
  ipv6,
  tcp,
  text,
  udp,
} from '../support/frames.js'
import { decodeFrame, payloadText } from './frame-decoder.js'

const message = (type: number, code: number, content: Uint8Array) =>
  ethernet(ipv4({ protocol: 1 }, icmp(type, code, content)))
const message6 = (type: number, code: number, content: Uint8Array) =>
  ethernet(ipv6({ protocol: 58 }, icmp(type, code, content, true)))

const segment = ipv4(
  { protocol: 6, src: '10.1.1.1', dst: '10.1.1.2' },
  tcp({ srcPort: 1111, dstPort: 2222 }, text('data')),
)
const QUOTE_WITHOUT_SEQ = {
  protocol: 6,
  src: '10.1.1.1',
  dst: '10.1.1.2',
  srcPort: 1111,
  dstPort: 2222,
  seq: null,
}
const QUOTE = { ...QUOTE_WITHOUT_SEQ, seq: 1 }
const segment6 = (extensions = [extension(0)]) =>
  ipv6({ protocol: 6, extensions }, tcp({ srcPort: 1111, dstPort: 2222 }))
const QUOTE_6 = {
  protocol: 6,
  src: '2001:db8:0:0:0:0:0:1',
  dst: '2001:db8:0:0:0:0:0:2',
  srcPort: 1111,
  dstPort: 2222,
  seq: 1,
}

describe('decodeIcmp() in a frame', () => {
  it('gives type, code and what follows the header', () => {
    const { packet } = decodeFrame(message(8, 1, text('ping')))
    expect(packet).toMatchObject({
      protocol: 1,
      srcPort: 0,
      dstPort: 0,
      seq: 0x0801,
      originalPayloadBytes: 4,
      quoted: null,
    })
    expect(payloadText(packet)).toBe('ping')
    expect(decodeFrame(message6(135, 0, text('neighbour'))).packet).toMatchObject({
      protocol: 58,
      seq: 0x8700,
      payload: text('neighbour'),
    })
  })

  it('takes messages that end inside the header of eight bytes', () => {
    expect(decodeFrame(ethernet(ipv4({ protocol: 1 }, new Uint8Array(4).fill(9)))).packet).toMatchObject({
      seq: 0x0909,
      originalPayloadBytes: 0,
    })
    expect(decodeFrame(ethernet(ipv4({ protocol: 1 }, new Uint8Array(3)))).status).toBe('malformed')
    expect(decodeFrame(message(8, 0, text('ping')), { capturedBytes: 39 }).packet?.originalPayloadBytes).toBe(
      4,
    )
    expect(decodeFrame(message(8, 0, text('ping')), { capturedBytes: 37 }).status).toBe('malformed')
  })

  it.each([3, 4, 5, 11, 12])('finds the quoted 5-tuple in an ICMP error of type %d', (type) => {
    expect(decodeFrame(message(type, 0, segment)).packet).toMatchObject({ src: '10.0.0.1', quoted: QUOTE })
  })

  it.each([1, 2, 3, 4])('finds the quoted 5-tuple in an ICMPv6 error of type %d', (type) => {
    expect(decodeFrame(message6(type, 0, segment6())).packet).toMatchObject({ quoted: QUOTE_6 })
  })

  const quotes: [string, Uint8Array, object | null][] = [
    ['the ports only', segment.subarray(0, 24), QUOTE_WITHOUT_SEQ],
    ['less than the sequence number', segment.subarray(0, 27), QUOTE_WITHOUT_SEQ],
    ['the sequence number', segment.subarray(0, 28), QUOTE],
    ['less than the ports', segment.subarray(0, 23), null],
    ['nothing', text(''), null],
    ['a packet of an unknown version', text('abcdefghijklmnopqrstuvwxyz'), null],
    [
      'options',
      ipv4(
        { protocol: 6, src: '10.1.1.1', dst: '10.1.1.2', options: [1, 1, 1, 0] },
        concat([4, 0x57, 8, 0xae]),
      ),
      QUOTE_WITHOUT_SEQ,
    ],
    [
      'a first fragment',
      ipv4(
        { protocol: 6, src: '10.1.1.1', dst: '10.1.1.2', moreFragments: true },
        concat([4, 0x57, 8, 0xae]),
      ),
      QUOTE_WITHOUT_SEQ,
    ],
    ['a later fragment', ipv4({ protocol: 6, fragmentOffset: 8 }, text('12345678')), null],
    [
      'an Authentication Header',
      ipv4(
        { protocol: 51, src: '10.1.1.1', dst: '10.1.1.2' },
        concat(authenticationHeader(6).bytes, [4, 0x57, 8, 0xae]),
      ),
      QUOTE_WITHOUT_SEQ,
    ],
    [
      'a protocol without ports',
      ipv4({ protocol: 1, src: '10.1.1.1', dst: '10.1.1.2' }, text('')),
      { ...QUOTE_WITHOUT_SEQ, protocol: 1, srcPort: 0, dstPort: 0 },
    ],
    [
      'a first IPv6 fragment with options behind it',
      segment6([fragmentHeader(1, 0, true), extension(60)]),
      QUOTE_6,
    ],
    ['a later IPv6 fragment', segment6([fragmentHeader(1, 8, true)]), null],
    [
      'UDP',
      ipv4({ protocol: 17, src: '10.1.1.1', dst: '10.1.1.2' }, udp({ srcPort: 1111, dstPort: 2222 })),
      { ...QUOTE_WITHOUT_SEQ, protocol: 17 },
    ],
  ]
  it.each(quotes)('reads a quote of %s', (_name, quoted, expected) => {
    expect(decodeFrame(message(3, 1, quoted)).packet?.quoted).toEqual(expected)
  })

  it('takes nothing but errors for quotes', () => {
    for (const type of [0, 8, 9, 13]) expect(decodeFrame(message(type, 0, segment)).packet?.quoted).toBeNull()
    for (const type of [0, 5, 128, 135])
      expect(decodeFrame(message6(type, 0, segment6())).packet?.quoted).toBeNull()
  })
})
