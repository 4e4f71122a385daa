import { describe, expect, it } from 'vitest'
import { concat, ethernet, ipv4, mpls, ppp, text, vlan } from '../../support/frames.js'
import { snap, wlan } from '../../support/link-frames.js'
import { gre, nsh } from '../../support/tunnel-frames.js'
import { decodeFrame } from '../frame-decoder.js'
import {
  expectInside,
  expectOutside,
  frame4,
  type InsideCase,
  inside4,
  inside6,
  overIp,
  overUdp,
  taggedFrame,
} from './tunnel-cases.js'

const GRE = 47
const IPV4 = 0x0800
const IPV6 = 0x86dd
const ETHERNET = 0x6558
const WCCP = 0x883e
const METADATA = 0x8909
const wlanFrame = wlan({}, snap(inside4))

// As in PcapFlowLab/parsing__gre__10_gre_checksum_key_sequence_ipv4_udp.pcap, packetnet/Test__CaptureFiles__gre_nvgre.pcap,
// tcpdump/wccp_redirect_gre.pcap, tcpdump/various_gre.pcap (Cisco's metadata).
describe('decodeGre()', () => {
  const inside: InsideCase[] = [
    ['IPv4', overIp(GRE, gre({ type: IPV4 }, inside4)), ['gre']],
    ['IPv6', overIp(GRE, gre({ type: IPV6 }, inside6)), ['gre']],
    ['GRE in IPv6', overIp(GRE, gre({ type: IPV4 }, inside4), 6), ['gre']],
    ['a checksum', overIp(GRE, gre({ type: IPV4, checksum: true }, inside4)), ['gre']],
    ['a key', overIp(GRE, gre({ type: IPV4, key: 0xfedcba98 }, inside4)), ['gre:4275878552']],
    ['a key of 0', overIp(GRE, gre({ type: IPV4, key: 0 }, inside4)), ['gre:0']],
    ['a sequence number', overIp(GRE, gre({ type: IPV4, sequence: 9 }, inside4)), ['gre']],
    [
      'checksum, key and sequence number',
      overIp(GRE, gre({ type: IPV4, checksum: true, key: 7, sequence: 9 }, inside4)),
      ['gre:7'],
    ],
    [
      'source routes',
      overIp(GRE, gre({ type: IPV4, key: 7, routes: [8, 0, 0, 4, 10, 0, 0, 9, 0, 0, 0, 0] }, inside4)),
      ['gre:7'],
    ],
    ['an Ethernet frame', overIp(GRE, gre({ type: ETHERNET }, frame4)), ['gre']],
    ['NVGRE', overIp(GRE, gre({ type: ETHERNET, key: 0x123407 }, taggedFrame)), ['gre:1192967'], [77]],
    ["MikroTik's frame in version 0", overIp(GRE, gre({ type: 0x6400, key: 3 }, frame4)), ['gre:3']],
    ['a VLAN tag', overIp(GRE, gre({ type: 0x8100 }, vlan(5, inside4))), ['gre'], [5]],
    ['MPLS', overIp(GRE, gre({ type: 0x8847 }, mpls([16, 17], inside4))), ['gre', 'mpls:16', 'mpls:17']],
    ['PPP', overIp(GRE, gre({ type: 0x880b }, ppp(inside4))), ['gre']],
    [
      'PPP with address and control',
      overIp(GRE, gre({ type: 0x880b }, concat([0xff, 3], ppp(inside6)))),
      ['gre'],
    ],
    ['NSH', overIp(GRE, gre({ type: 0x894f }, nsh(8, 1, inside4))), ['gre', 'nsh:8']],
    ['GRE over UDP', overUdp(4754, gre({ type: IPV4 }, inside4)), ['gre']],
    ['GRE over UDP with a key', overUdp(4754, gre({ type: ETHERNET, key: 7 }, frame4)), ['gre:7']],
    ["Aruba's 802.11 frame", overIp(GRE, gre({ type: 0x8210 }, wlanFrame)), ['gre']],
    ['what a router redirects', overIp(GRE, gre({ type: WCCP }, inside4)), ['wccp']],
    [
      'what a router redirects, with a header',
      overIp(GRE, gre({ type: WCCP }, concat([0, 0, 0, 9], inside4))),
      ['wccp'],
    ],
    [
      'a redirect header that begins like an IP header',
      overIp(GRE, gre({ type: WCCP }, concat([0x45, 0, 0xff, 9], inside4))),
      ['wccp'],
    ],
    [
      "Cisco's metadata",
      overIp(GRE, gre({ type: METADATA, key: 40 }, concat([8, 0, 1, 1, 0, 1, 0, 99], inside4))),
      ['gre:40'],
    ],
    [
      "Cisco's metadata in Ethernet",
      overIp(
        GRE,
        gre(
          { type: ETHERNET },
          ethernet(concat([1, 1, 0, 1, 0, 99, 8, 0], inside4), { etherType: METADATA }),
        ),
      ),
      ['gre'],
    ],
  ]
  it.each(inside)('finds the packet in GRE with %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, Uint8Array][] = [
    ['of another version', gre({ type: IPV4, flags: 2 }, inside4)],
    ['of a type that carries no IP', gre({ type: 0x0806 }, inside4)],
    ['of a type that would be a length', gre({ type: 0x0100 }, concat([6, 6, 3], inside4))],
    [
      'with routes that do not end',
      gre({ type: IPV4, routes: [8, 0, 0, 4, 10, 0, 0, 9] }, new Uint8Array(0)),
    ],
    ['that ends in its key', gre({ type: IPV4, key: 7 }, new Uint8Array(0)).subarray(0, 6)],
    ['that ends in its first bytes', gre({ type: IPV4 }, new Uint8Array(0)).subarray(0, 3)],
    ['with nothing inside', gre({ type: IPV4 }, new Uint8Array(0))],
    ['with something else than the IP that it says', gre({ type: IPV4 }, text('no packet at all, is it'))],
    ['with metadata of another version', gre({ type: METADATA }, concat([8, 0, 2, 1, 0, 1, 0, 99], inside4))],
    ['with metadata that ends early', gre({ type: METADATA }, text('1234567'))],
    ['of a redirect without a packet', gre({ type: WCCP }, text('123'))],
    ['of a redirect of something else', gre({ type: WCCP }, new Uint8Array(40))],
  ]
  it.each(outside)('leaves GRE %s as it is', (_name, payload) => {
    expectOutside(overIp(GRE, payload), payload)
  })

  it('takes the inside of a keepalive, which is GRE without content, for the connection', () => {
    const answer = ipv4(
      { protocol: GRE, src: '10.0.0.2', dst: '10.0.0.1' },
      gre({ type: 0 }, new Uint8Array(0)),
    )
    const { packet } = decodeFrame(overIp(GRE, gre({ type: IPV4 }, answer)))
    expect(packet).toMatchObject({ protocol: GRE, src: '10.0.0.2', encap: { tunnel: ['gre'] } })
    expect(packet?.payload).toEqual(gre({ type: 0 }, new Uint8Array(0)))
  })
})
