import { describe, it } from 'vitest'
import { concat, ipv4, text } from '../../support/frames.js'
import { gtpU } from '../../support/tunnel-frames.js'
import {
  expectInside,
  expectOutside,
  type InsideCase,
  inside4,
  inside6,
  overUdp,
  UDP,
} from './tunnel-cases.js'

const PORT = 2152
const EXTENSION = 0x04
const SEQUENCE = 0x02

// As in PcapPlusPlus/Tests__Packet++Test__PacketExamples__gtp.pcap, nDPI/default__ipv6_in_gtp.pcap,
// PcapFlowLab/parsing__gtpu__18_gtpu_with_extension_header_inner_ipv4_tcp.pcap.
describe('decodeGtpU()', () => {
  const pduSession = [0, 0, 0, 0x85, 1, 0x10, 0x09, 0]
  const twoExtensions = [0, 0, 0, 0x85, 1, 0x10, 0x09, 0xc0, 2, 1, 2, 3, 4, 5, 6, 0]
  const inside: InsideCase[] = [
    ['IPv4', overUdp(PORT, gtpU({ teid: 1 }, inside4)), ['gtpu:1']],
    ['IPv6', overUdp(PORT, gtpU({ teid: 0xffffffff }, inside6)), ['gtpu:4294967295']],
    ['an answer', overUdp(49_152, gtpU({ teid: 0 }, inside4), PORT), ['gtpu:0']],
    [
      'a sequence number',
      overUdp(PORT, gtpU({ teid: 1, flags: SEQUENCE, optional: [0, 9, 0, 0] }, inside4)),
      ['gtpu:1'],
    ],
    [
      'a next type that nothing announces',
      overUdp(PORT, gtpU({ teid: 1, flags: SEQUENCE, optional: [0, 9, 0, 0x85] }, inside4)),
      ['gtpu:1'],
    ],
    [
      'an extension header',
      overUdp(PORT, gtpU({ teid: 1, flags: EXTENSION, optional: pduSession }, inside4)),
      ['gtpu:1'],
    ],
    [
      'two extension headers',
      overUdp(PORT, gtpU({ teid: 1, flags: EXTENSION | SEQUENCE, optional: twoExtensions }, inside4)),
      ['gtpu:1'],
    ],
    ['more behind its end', overUdp(PORT, concat(gtpU({ teid: 1 }, inside4), text('more'))), ['gtpu:1']],
  ]
  it.each(inside)('finds the packet in GTP-U with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, Uint8Array][] = [
    [
      'is an echo request',
      gtpU({ teid: 0, type: 1, flags: SEQUENCE, optional: [0, 1, 0, 0] }, new Uint8Array(0)),
    ],
    ['is an end marker', gtpU({ teid: 1, type: 254 }, inside4)],
    ['has another version', gtpU({ teid: 1, firstByte: 0x50 }, inside4)],
    ["is of GTP'", gtpU({ teid: 1, firstByte: 0x20 }, inside4)],
    ['is longer than its packet', gtpU({ teid: 1, length: inside4.length + 1 }, inside4)],
    ['is shorter than the packet inside', gtpU({ teid: 1, length: inside4.length - 1 }, inside4)],
    ['ends in its header', gtpU({ teid: 1 }, new Uint8Array(0)).subarray(0, 7)],
    ['ends in its optional fields', gtpU({ teid: 1, flags: SEQUENCE, optional: [0, 1] }, new Uint8Array(0))],
    [
      'has an extension of no length',
      gtpU({ teid: 1, flags: EXTENSION, optional: [0, 0, 0, 0x85, 0] }, inside4),
    ],
    [
      'ends in an extension',
      gtpU({ teid: 1, flags: EXTENSION, optional: [0, 0, 0, 0x85, 9] }, new Uint8Array(8)),
    ],
    ['carries no IP', gtpU({ teid: 1 }, text('a PDU session of another kind, of 40 bytes'))],
    ['carries a transport header that ends early', gtpU({ teid: 1 }, ipv4({ protocol: UDP }, text('1234')))],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(PORT, payload), payload)
  })
})
