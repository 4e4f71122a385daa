import { describe, it } from 'vitest'
import { mpls } from '../../support/frames.js'
import { geneve } from '../../support/tunnel-frames.js'
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

const PORT = 6081
const ETHERNET = 0x6558
const options = [1, 2, 0x80, 1, 9, 9, 9, 9, 0, 1, 2, 0]

// As in tcpdump/geneve-gcp.pcap, PcapFlowLab/parsing__geneve__17_geneve_with_options_inner_ipv4_tcp.pcap.
describe('decodeGeneve()', () => {
  const inside: InsideCase[] = [
    ['a frame', overUdp(PORT, geneve(42, ETHERNET, frame4)), ['geneve:42']],
    [
      'options',
      overUdp(PORT, geneve(0xffffff, ETHERNET, taggedFrame, { options })),
      ['geneve:16777215'],
      [77],
    ],
    ['critical and control flags', overUdp(PORT, geneve(1, ETHERNET, frame6, { flags: 0xc0 })), ['geneve:1']],
    ['reserved bits', overUdp(PORT, geneve(1, ETHERNET, frame6, { flags: 0x3f })), ['geneve:1']],
    ['IPv4', overUdp(PORT, geneve(1, 0x0800, inside4)), ['geneve:1']],
    ['IPv6', overUdp(PORT, geneve(1, 0x86dd, inside6)), ['geneve:1']],
    ['MPLS', overUdp(PORT, geneve(1, 0x8847, mpls([16], inside4))), ['geneve:1', 'mpls:16']],
  ]
  it.each(inside)('finds the packet in GENEVE with %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, Uint8Array][] = [
    ['has another version', geneve(1, ETHERNET, frame4, { version: 1 })],
    ['ends in its header', geneve(1, ETHERNET, new Uint8Array(0)).subarray(0, 7)],
    ['ends in its options', geneve(1, ETHERNET, new Uint8Array(0), { options }).subarray(0, 18)],
    ['has a type that carries no IP', geneve(1, 0x1234, frame4)],
    ['has a length for a type', geneve(1, 0x0100, frame4)],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(PORT, payload), payload)
  })
})
