import { describe, it } from 'vitest'
import { concat, ppp, text } from '../../support/frames.js'
import { eoip, pptp } from '../../support/tunnel-frames.js'
import {
  expectInside,
  expectOutside,
  frame4,
  type InsideCase,
  inside4,
  overIp,
  taggedFrame,
} from './tunnel-cases.js'

const GRE = 47

// As in PcapPlusPlus/Tests__Packet++Test__PacketExamples__GrePackets.pcap, tcpdump/pptp.pcap,
// PcapFlowLab/parsing__eoip__11_max_tunnel_id.pcap.
describe('decodeGreV1()', () => {
  const inside: InsideCase[] = [
    ['PPTP', overIp(GRE, pptp({ callId: 0xfffe, sequence: 1 }, ppp(inside4))), ['pptp:65534']],
    [
      'PPTP with an acknowledgment and all of PPP',
      overIp(GRE, pptp({ callId: 1, sequence: 1, acknowledgment: 2 }, concat([0xff, 3], ppp(inside4)))),
      ['pptp:1'],
    ],
    [
      'PPTP behind whose end there is more',
      overIp(GRE, concat(pptp({ callId: 1, sequence: 1 }, ppp(inside4)), text('more'))),
      ['pptp:1'],
    ],
    ['EoIP', overIp(GRE, eoip(0x0102, frame4)), ['eoip:258']],
    ['EoIP with a VLAN tag, in IPv6', overIp(GRE, eoip(65_535, taggedFrame), 6), ['eoip:65535'], [77]],
  ]
  it.each(inside)('finds the packet in %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const lcp = concat([0xff, 3, 0xc0, 0x21], [1, 1, 0, 4])
  const outside: [string, Uint8Array][] = [
    ['an acknowledgment alone', pptp({ callId: 1, acknowledgment: 2 }, new Uint8Array(0))],
    ['PPTP without a sequence number but with content', pptp({ callId: 1 }, ppp(inside4))],
    ["PPP's own messages", pptp({ callId: 1, sequence: 1 }, lcp)],
    ['PPTP with a checksum bit', pptp({ callId: 1, sequence: 1, flags: 0x8000 }, ppp(inside4))],
    ['PPTP with a reserved bit', pptp({ callId: 1, sequence: 1, flags: 0x0008 }, ppp(inside4))],
    ['PPTP longer than its packet', pptp({ callId: 1, sequence: 1, length: 99 }, ppp(inside4))],
    ['PPTP that ends in its sequence number', pptp({ callId: 1, sequence: 1 }, lcp).subarray(0, 10)],
    ['PPTP that ends in the PPP header', pptp({ callId: 1, sequence: 1 }, new Uint8Array(1))],
    ['EoIP longer than its packet', eoip(1, frame4, frame4.length + 1)],
    ['EoIP that ends before the packet in it does', eoip(1, frame4, frame4.length - 30)],
    ['another type', concat([0x20, 0x01, 0x12, 0x34], eoip(1, frame4).subarray(4))],
    ['no key', concat([0x00, 0x01], eoip(1, frame4).subarray(2))],
  ]
  it.each(outside)('leaves %s as it is', (_name, payload) => {
    expectOutside(overIp(GRE, payload), payload)
  })
})
