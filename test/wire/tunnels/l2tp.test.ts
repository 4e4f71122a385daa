import { describe, it } from 'vitest'
import { concat, ppp, text } from '../../support/frames.js'
import { l2tp, l2tpV3 } from '../../support/tunnel-frames.js'
import {
  expectInside,
  expectOutside,
  frame4,
  type InsideCase,
  inside4,
  inside6,
  overUdp,
} from './tunnel-cases.js'

const PORT = 1701
const ids = { tunnel: 3, session: 0xfffe }
const lcp = concat([0xff, 3, 0xc0, 0x21], [1, 1, 0, 4])

// As in wireshark-wiki/SampleCaptures__nb6-startup.pcap.
describe('decodeL2tp()', () => {
  const full = concat([0xff, 3], ppp(inside4))
  const inside: InsideCase[] = [
    ['PPP', overUdp(PORT, l2tp(ids, full), PORT), ['l2tp:3/65534']],
    ['PPP without address and control', overUdp(PORT, l2tp(ids, ppp(inside6))), ['l2tp:3/65534']],
    ['an answer', overUdp(49_152, l2tp(ids, full), PORT), ['l2tp:3/65534']],
    ['a length', overUdp(PORT, concat(l2tp({ ...ids, length: true }, full), text('more'))), ['l2tp:3/65534']],
    ['sequence numbers', overUdp(PORT, l2tp({ ...ids, sequence: true }, full)), ['l2tp:3/65534']],
    ['an offset', overUdp(PORT, l2tp({ ...ids, offset: 6 }, full)), ['l2tp:3/65534']],
    [
      'all fields and a priority',
      overUdp(PORT, l2tp({ ...ids, length: true, sequence: true, offset: 0, flags: 0x0102 }, full)),
      ['l2tp:3/65534'],
    ],
    ['version 3', overUdp(PORT, concat([0, 3, 0, 0], l2tpV3(9, frame4))), ['l2tpv3:9']],
  ]
  it.each(inside)('finds the packet in L2TP with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, Uint8Array][] = [
    ['is a control message', l2tp({ ...ids, flags: 0x8002, length: true, sequence: true }, full)],
    ['has a reserved bit', l2tp({ ...ids, flags: 0x0012 }, full)],
    ['has another version', l2tp({ ...ids, flags: 1 }, full)],
    ['is longer than its packet', l2tp({ ...ids, length: 200 }, full)],
    ['ends before its content', l2tp({ ...ids, length: 7 }, full)],
    ['ends in its sequence numbers', l2tp({ ...ids, sequence: true }, new Uint8Array(0)).subarray(0, 8)],
    ['ends in its offset', l2tp({ ...ids, offset: 0 }, new Uint8Array(0)).subarray(0, 7)],
    ['has an offset behind its end', l2tp({ ...ids, offset: 6 }, new Uint8Array(0)).subarray(0, 10)],
    ['ends in its first bytes', l2tp(ids, new Uint8Array(0)).subarray(0, 5)],
    ["carries PPP's own messages", l2tp(ids, lcp)],
    ['is a control message of version 3', concat([0x80, 3, 0, 12, 0, 0, 0, 1], full)],
    ['is of version 3 with reserved bytes', concat([0, 3, 0, 1], l2tpV3(9, frame4))],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(PORT, payload), payload)
  })
})
