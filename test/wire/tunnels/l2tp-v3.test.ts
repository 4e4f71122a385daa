import { describe, it } from 'vitest'
import { concat, ethernet, ppp, text } from '../../support/frames.js'
import { l2tpV3 } from '../../support/tunnel-frames.js'
import {
  expectInside,
  expectOutside,
  frame4,
  frame6,
  type InsideCase,
  inside4,
  inside6,
  overIp,
  taggedFrame,
} from './tunnel-cases.js'

const L2TP = 115
const arp = ethernet(new Uint8Array(28), { etherType: 0x0806 })

// The bytes of wireshark-wiki/SampleCaptures__l2tp.pcap, which has them behind ports of its own.
describe('decodeL2tpV3()', () => {
  const inside: InsideCase[] = [
    ['a frame', overIp(L2TP, l2tpV3(9, frame4)), ['l2tpv3:9']],
    ['a cookie of four bytes', overIp(L2TP, l2tpV3(9, taggedFrame, [1, 2, 3, 4])), ['l2tpv3:9'], [77]],
    ['a cookie of eight bytes', overIp(L2TP, l2tpV3(9, frame6, [1, 2, 3, 4, 5, 6, 7, 8])), ['l2tpv3:9']],
    [
      'cookie and sublayer, in IPv6',
      overIp(L2TP, l2tpV3(0xffffffff, frame4, [1, 2, 3, 4, 5, 6, 7, 8, 0x40, 0, 0, 1]), 6),
      ['l2tpv3:4294967295'],
    ],
    [
      'PPP',
      overIp(L2TP, l2tpV3(12345, concat([0xff, 3], ppp(inside4)), [0, 1, 0xe2, 0x40])),
      ['l2tpv3:12345'],
    ],
    ['PPP with IPv6', overIp(L2TP, l2tpV3(1, concat([0xff, 3], ppp(inside6)))), ['l2tpv3:1']],
  ]
  it.each(inside)('finds the packet in L2TPv3 with %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, Uint8Array][] = [
    ['a control message', l2tpV3(0, frame4)],
    ['a frame without IP', l2tpV3(9, arp)],
    ['a frame with half a packet', l2tpV3(9, frame4.subarray(0, 40))],
    ['a frame that ends in its tag', l2tpV3(9, taggedFrame.subarray(0, 15))],
    ['something else', l2tpV3(9, text('not a frame at all, of any length'))],
    ['half a session', l2tpV3(9, new Uint8Array(0)).subarray(0, 3)],
    ['nothing', new Uint8Array(0)],
  ]
  it.each(outside)('leaves %s as it is', (_name, payload) => {
    expectOutside(overIp(L2TP, payload), payload)
  })
})
