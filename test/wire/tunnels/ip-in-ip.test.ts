import { describe, expect, it } from 'vitest'
import { authenticationHeader, concat, ethernet, ipv4, ipv6, text } from '../../support/frames.js'
import { decodeFrame, FrameDecoder } from '../frame-decoder.js'
import { expectInside, expectOutside, type InsideCase, inside4, inside6, overIp } from './tunnel-cases.js'

const IPV4 = 4
const IPV6 = 41
const AH = 51

// As in PcapFlowLab/parsing__ip_encapsulation__02_ipv4_in_ipv4_udp.pcap, wireshark-wiki/SampleCaptures__6in4.pcap.gz,
// nDPI/default__4in6tunnel.pcap, PcapFlowLab/parsing__ip_encapsulation__08_ipv6_in_ipv6_udp.pcap,
// PcapFlowLab/parsing__ah__12_ipv4_ah_inner_ipv4_udp.pcap.
describe('IP in IP', () => {
  const inside: InsideCase[] = [
    ['IPv4 in IPv4', overIp(IPV4, inside4), ['ipip']],
    ['IPv6 in IPv4', overIp(IPV6, inside6), ['6in4']],
    ['IPv4 in IPv6', overIp(IPV4, inside4, 6), ['4in6']],
    ['IPv6 in IPv6', overIp(IPV6, inside6, 6), ['6in6']],
    ['IPv4 behind AH in IPv4', overIp(AH, concat(authenticationHeader(IPV4).bytes, inside4)), ['ipip']],
    [
      'IPv6 behind AH in IPv6',
      ethernet(ipv6({ protocol: IPV6, extensions: [authenticationHeader()] }, inside6)),
      ['6in6'],
    ],
  ]
  it.each(inside)('is opened: %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, number, Uint8Array][] = [
    ['IPv6 that calls itself IPv4', IPV4, inside6],
    ['IPv4 that calls itself IPv6', IPV6, inside4],
    ['nothing', IPV4, new Uint8Array(0)],
    ['half a header', IPV4, inside4.subarray(0, 19)],
    ['a header of less than five words', IPV4, concat([0x44], inside4.subarray(1))],
    ['a transport header that ends early', IPV4, ipv4({ protocol: 6 }, text('123'))],
  ]
  it.each(outside)('is left as it is with %s', (_name, protocol, payload) => {
    expectOutside(overIp(protocol, payload), payload)
  })

  it('is not opened with decap off, but AH is no tunnel', () => {
    const payload = concat(authenticationHeader(IPV4).bytes, inside4)
    const { packet } = new FrameDecoder({}, null, { decap: false }).decode(overIp(AH, payload))
    expect(packet).toMatchObject({ protocol: IPV4, payload: inside4, encap: { tunnel: [] } })
  })

  it('believes an IP length beyond the packet around it, as in the outermost header', () => {
    const longer = ipv4({ protocol: 99, totalLength: 50 }, text('abc'))
    expect(decodeFrame(overIp(IPV4, longer)).packet).toMatchObject({
      protocol: 99,
      payload: text('abc'),
      originalPayloadBytes: 3,
      ipBytes: 50,
    })
  })
})
