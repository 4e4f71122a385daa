import { describe, expect, it } from 'vitest'
import { concat, ethernet, mpls, text } from '../../support/frames.js'
import { nsh, vxlan, vxlanGpe } from '../../support/tunnel-frames.js'
import { decodeFrame } from '../frame-decoder.js'
import {
  expectInside,
  expectOutside,
  frame4,
  frame6,
  type InsideCase,
  inside4,
  inside6,
  overUdp,
  taggedFrame,
} from './tunnel-cases.js'

const arp = ethernet(new Uint8Array(28), { etherType: 0x0806 })

// As in nDPI/default__vxlan.pcap, tcpdump/vxlan_port_8472.pcap.
describe('decodeVxlan()', () => {
  const inside: InsideCase[] = [
    ['a frame', overUdp(4789, vxlan(42, frame4)), ['vxlan:42']],
    ['a frame with a VLAN tag', overUdp(4789, vxlan(0xffffff, taggedFrame)), ['vxlan:16777215'], [77]],
    ["Linux's port", overUdp(8472, vxlan(0, frame6)), ['vxlan:0']],
    [
      'a group policy',
      overUdp(4789, vxlan(1, frame4, { flags: 0x8848, reserved: [0x12, 0x34, 0] })),
      ['vxlan:1'],
    ],
    ['other flags', overUdp(4789, vxlan(42, frame4, { flags: 0x0c00 })), ['vxlan:42']],
    ['policy flags without a group', overUdp(4789, vxlan(42, frame4, { flags: 0x0848 })), ['vxlan:42']],
    ['reserved bytes', overUdp(4789, vxlan(42, frame4, { reserved: [0x12, 0x34, 0x7f] })), ['vxlan:42']],
  ]
  it.each(inside)('finds the packet in VXLAN with %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, Uint8Array][] = [
    ['has no VNI', vxlan(42, frame4, { flags: 0 })],
    ['ends in its header', vxlan(42, new Uint8Array(0)).subarray(0, 7)],
    ['carries no IP', vxlan(42, arp)],
    ['carries a packet longer than itself', vxlan(42, frame4.subarray(0, frame4.length - 1))],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(4789, payload), payload)
  })

  it('looks at the port that a datagram is sent to, not at the one that it comes from', () => {
    const payload = vxlan(42, frame4)
    expectOutside(overUdp(53, payload, 4789), payload)
  })

  it('leaves an answer to a port that happens to be one of tunnels as it is', () => {
    const answer = concat([0x08, 0x12, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], text('\u0007example\u0003org\0'))
    for (const port of [4789, 8472, 4790, 6081, 6635, 4341]) expectOutside(overUdp(port, answer, 53), answer)
    for (const port of [1701, 2152, 3544, 4342, 5247]) {
      expectOutside(overUdp(port, answer, 53), answer)
      expectOutside(overUdp(53, answer, port), answer)
    }
  })

  it('counts the bytes of the packet inside', () => {
    expect(decodeFrame(overUdp(4789, vxlan(42, frame4))).packet?.ipBytes).toBe(inside4.length)
  })
})

// As in tcpdump/nsh-over-vxlan-gpe.pcap.
describe('decodeVxlanGpe()', () => {
  const inside: InsideCase[] = [
    ['a frame', overUdp(4790, vxlanGpe(42, null, frame4)), ['vxlan-gpe:42']],
    ['a frame by number', overUdp(4790, vxlanGpe(42, 3, frame4)), ['vxlan-gpe:42']],
    ['IPv4', overUdp(4790, vxlanGpe(42, 1, inside4)), ['vxlan-gpe:42']],
    ['IPv6', overUdp(4790, vxlanGpe(42, 2, inside6)), ['vxlan-gpe:42']],
    ['NSH', overUdp(4790, vxlanGpe(42, 4, nsh(7, 3, frame4))), ['vxlan-gpe:42', 'nsh:7']],
    ['MPLS', overUdp(4790, vxlanGpe(42, 5, mpls([16], inside4))), ['vxlan-gpe:42', 'mpls:16']],
  ]
  it.each(inside)('finds the packet in VXLAN-GPE with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, Uint8Array][] = [
    ['has no VNI', vxlanGpe(42, 1, inside4, 0)],
    ['has another version', vxlanGpe(42, 1, inside4, 0x18)],
    ['has a reserved byte', concat([0x0c, 1], vxlanGpe(42, 1, inside4).subarray(2))],
    ['ends in its header', vxlanGpe(42, 1, new Uint8Array(0)).subarray(0, 7)],
    ['carries another protocol', vxlanGpe(42, 9, inside4)],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(4790, payload), payload)
  })
})
