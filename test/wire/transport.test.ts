import { describe, expect, it } from 'vitest'
import { concat, ethernet, ipv4, ipv6, text, udp } from '../support/frames.js'
import { decodeFrame, payloadText } from './frame-decoder.js'

const PORTS = [0x30, 0x39, 0, 80] // 12345, 80

describe('decodeOtherThanTcp() in a frame', () => {
  const udpLength = (length: number) => ethernet(ipv4({ protocol: 17 }, udp({ length }, text('abcdef'))))
  const sctp = concat(PORTS, new Uint8Array(8), text('chunks'))
  const dccp = (words: number) => concat(PORTS, [words, 0, 0, 0], new Uint8Array(8), text('dccp'))
  // [name, frame, payload, payload bytes on the wire, source port]
  const cases: [string, Uint8Array, string, number, number][] = [
    ['ends a datagram where its length says', udpLength(11), 'abc', 3, 1024],
    ['takes an empty datagram', udpLength(8), '', 0, 1024],
    ['takes the IP length for a length of 0', udpLength(0), 'abcdef', 6, 1024],
    ['takes the IP length for a length below the header', udpLength(7), 'abcdef', 6, 1024],
    ['takes the IP length for a length beyond the packet', udpLength(99), 'abcdef', 6, 1024],
    [
      'does not take the coverage of UDP-Lite for a length',
      ethernet(ipv4({ protocol: 136 }, concat(PORTS, [0, 8, 0, 0], text('lite')))),
      'lite',
      4,
      12345,
    ],
    ['gives the chunks of SCTP', ethernet(ipv4({ protocol: 132 }, sctp)), 'chunks', 6, 12345],
    ['follows the data offset of DCCP', ethernet(ipv4({ protocol: 33 }, dccp(4))), 'dccp', 4, 12345],
    ['gives all of a protocol without ports', ethernet(ipv4({ protocol: 47 }, text('GRE'))), 'GRE', 3, 0],
    ['gives all of ESP', ethernet(ipv6({ protocol: 50 }, text('ESP'))), 'ESP', 3, 0],
    ['gives an empty packet', ethernet(ipv4({ protocol: 2 }, text('')), { isPadded: true }), '', 0, 0],
  ]
  it.each(cases)('%s', (_name, frame, payload, originalPayloadBytes, srcPort) => {
    const { packet } = decodeFrame(frame)
    expect(payloadText(packet)).toBe(payload)
    expect(packet).toMatchObject({ originalPayloadBytes, srcPort })
  })

  it('needs only the ports of an SCTP header that the snaplen cut', () => {
    const frame = ethernet(ipv4({ protocol: 132 }, sctp))
    expect(decodeFrame(frame, { capturedBytes: 38 }).packet).toMatchObject({
      srcPort: 12345,
      originalPayloadBytes: 6,
    })
    expect(decodeFrame(frame, { capturedBytes: 37 }).status).toBe('malformed')
  })

  const bad: [string, number, Uint8Array][] = [
    ['a UDP header behind the packet', 17, new Uint8Array(7)],
    ['a UDP-Lite header behind the packet', 136, new Uint8Array(7)],
    ['an SCTP header behind the packet', 132, new Uint8Array(11)],
    ['a DCCP header behind the packet', 33, new Uint8Array(11)],
    ['a DCCP data offset below the header', 33, dccp(2)],
    ['a DCCP data offset behind the packet', 33, dccp(6)],
  ]
  it.each(bad)('calls %s malformed', (_name, protocol, content) => {
    expect(decodeFrame(ethernet(ipv4({ protocol }, content))).status).toBe('malformed')
  })
})
