import { describe, expect, it } from 'vitest'
import { concat, icmp, ipv6, text, udp } from '../../support/frames.js'
import { decodeFrame } from '../frame-decoder.js'
import { expectInside, expectOutside, type InsideCase, overUdp, UDP } from './tunnel-cases.js'

const PORT = 3544
const TEREDO = '2001:0:c22:d92:0:0:f5ff:fffe'
const ends = { srcPort: 5000, dstPort: 6000 }

// As in nDPI/default__teredo.pcap, packetnet/Test__CaptureFiles__teredo.pcap.
describe('decodeTeredo()', () => {
  const toTeredo = ipv6({ protocol: UDP, dst: TEREDO }, udp(ends, text('inside')))
  const fromTeredo = ipv6({ protocol: UDP, src: TEREDO }, udp(ends, text('inside')))
  const fromServer = ipv6({ protocol: UDP, src: 'fe80::1' }, udp(ends, text('inside')))
  const origin = [0, 0, 0xff, 1, 0xf5, 0xff, 0xff, 0xfe]
  const authentication = [0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0]
  const longAuthentication = [0, 1, 2, 3, 0xaa, 0xaa, 1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 0]
  const inside: InsideCase[] = [
    ['IPv6', overUdp(PORT, fromTeredo), ['teredo']],
    ['an answer', overUdp(49_152, toTeredo, PORT), ['teredo']],
    ['a message of the server', overUdp(49_152, fromServer, PORT), ['teredo']],
    ['an origin', overUdp(49_152, concat(origin, toTeredo), PORT), ['teredo']],
    ['an authentication', overUdp(PORT, concat(authentication, fromTeredo)), ['teredo']],
    [
      'an authentication with content, and an origin',
      overUdp(49_152, concat(longAuthentication, origin, toTeredo), PORT),
      ['teredo'],
    ],
  ]
  it.each(inside)('finds the packet in Teredo with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  it('finds an echo request', () => {
    const request = ipv6({ protocol: 58, src: TEREDO }, icmp(128, 0, text('ping'), true))
    expect(decodeFrame(overUdp(PORT, request)).packet).toMatchObject({
      protocol: 58,
      payload: text('ping'),
      encap: { tunnel: ['teredo'] },
    })
  })

  const outside: [string, Uint8Array][] = [
    ['has no address of Teredo', ipv6({ protocol: UDP }, udp(ends, text('inside')))],
    ['has more behind the packet', concat(fromTeredo, text('more'))],
    ['has half a packet', fromTeredo.subarray(0, 50)],
    ['ends in an origin', new Uint8Array(origin).subarray(0, 7)],
    ['ends in an authentication', new Uint8Array(longAuthentication).subarray(0, 16)],
    ['has another version', concat([0x50], fromTeredo.subarray(1))],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(PORT, payload), payload)
  })
})
