import { describe, it } from 'vitest'
import { concat, mpls, text } from '../../support/frames.js'
import {
  expectInside,
  expectOutside,
  frame4,
  type InsideCase,
  inside4,
  inside6,
  overIp,
  overUdp,
} from './tunnel-cases.js'

const IN_IP = 137
const PORT = 6635

// As in tcpdump/mpls-over-udp.pcap.
describe('MPLS over IP', () => {
  const controlWord = [0, 0, 0, 9]
  const inside: InsideCase[] = [
    ['labels in IP', overIp(IN_IP, mpls([16, 17], inside4)), ['mpls:16', 'mpls:17']],
    ['labels in IPv6', overIp(IN_IP, mpls([16], inside6), 6), ['mpls:16']],
    ['a pseudowire in IP', overIp(IN_IP, mpls([16], frame4)), ['mpls:16']],
    ['labels in UDP', overUdp(PORT, mpls([16, 17], inside4)), ['mpls:16', 'mpls:17']],
    ['a pseudowire in UDP', overUdp(PORT, mpls([16], frame4)), ['mpls:16']],
    [
      'a pseudowire with a control word in UDP',
      overUdp(PORT, mpls([16], concat(controlWord, frame4))),
      ['mpls:16'],
    ],
  ]
  it.each(inside)('is opened: %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, Uint8Array][] = [
    ['no last label', new Uint8Array(40)],
    ['half a label', mpls([16], new Uint8Array(0)).subarray(0, 3)],
    ['nothing behind the labels', mpls([16], new Uint8Array(0))],
    ['more behind the packet', mpls([16], concat(inside4, text('more')))],
    ['something else', mpls([16], text('something else that is no packet'))],
  ]
  it.each(outside)('is left as it is in UDP with %s', (_name, payload) => {
    expectOutside(overUdp(PORT, payload), payload)
  })

  it('is left as it is in IP without a packet', () => {
    const payload = mpls([16], new Uint8Array(20).fill(0x10))
    expectOutside(overIp(IN_IP, payload), payload)
  })
})
