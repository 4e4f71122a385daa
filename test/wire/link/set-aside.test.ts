import { describe, expect, it } from 'vitest'
import { concat, ethernet, ipv4, ppp, text, udp } from '../../support/frames.js'
import {
  erf,
  infiniband,
  ipoib,
  juniper,
  nflogField,
  snap,
  u16,
  u32,
  u32le,
} from '../../support/link-frames.js'
import { FrameDecoder } from '../frame-decoder.js'

const hello = ipv4({ protocol: 17 }, udp({}, text('hello')))
const zeros = (bytes: number) => new Uint8Array(bytes)
const tokenRing = (frameControl: number, source: number, content: Uint8Array) =>
  concat([0x10, frameControl], zeros(6), [source, 0, 0, 0, 0, 0], content)
const docsis = (frameControl: number, extended: readonly number[], content: Uint8Array) =>
  concat([frameControl, extended.length], u16(extended.length + content.length), extended, [0, 0], content)
const nflog = (...fields: Uint8Array[]) => concat([2, 0, 0, 5], ...fields)

/** Which counter says why there is no packet; `none`: it simply is not IP. */
type Reason =
  | 'none'
  | 'encryptedFrames'
  | 'partialFrames'
  | 'damagedFrames'
  | 'linkHeaderMalformed'
  | 'linkHeaderTruncated'

const cases: [string, number, Uint8Array, Reason][] = [
  ['a family that is not IP', 0, concat([16, 0, 0, 0], hello), 'none'],
  [
    'encrypted MACsec',
    1,
    ethernet(concat([0x0c, 0], u32(1), zeros(60)), { etherType: 0x88e5 }),
    'encryptedFrames',
  ],
  ['SNAP whose type is a length', 1, ethernet(snap(hello, 40), { etherType: 80 }), 'none'],
  [
    'SNAP with a bridged frame of another kind',
    1,
    ethernet(snap(hello, 9, 0x80c2), { etherType: 80 }),
    'none',
  ],
  [
    'LLC that is no unnumbered information',
    1,
    ethernet(concat([6, 6, 0xaf], hello), { etherType: 80 }),
    'none',
  ],
  ['AX.25 with another protocol', 3, concat(zeros(13), [1, 3, 0xcf], hello), 'none'],
  ['AX.25 with one address', 3, concat(zeros(6), [1, 3, 0xcc], hello), 'linkHeaderMalformed'],
  ['AX.25 whose addresses do not end', 3, concat(zeros(80), hello), 'linkHeaderMalformed'],
  ['a MAC frame of Token Ring', 6, tokenRing(0x00, 0, snap(hello)), 'none'],
  [
    'a route of Token Ring that is too short',
    6,
    tokenRing(0x40, 0x80, concat([0x01, 0], snap(hello))),
    'linkHeaderMalformed',
  ],
  ['ARP over ARCnet', 7, concat([1, 2, 213, 0, 0, 9], hello), 'none'],
  ['the first part of a packet over ARCnet', 7, concat([1, 2, 212, 3, 0, 9], hello), 'partialFrames'],
  ['a later part of a packet over ARCnet', 129, concat([1, 2, 0, 0, 212, 2, 0, 9], hello), 'partialFrames'],
  ['PPP with LCP', 9, concat([0xff, 3, 0xc0, 0x21], [1, 1, 0, 4]), 'none'],
  [
    'the first part of multilink PPP',
    9,
    concat([0xff, 3, 0, 0x3d, 0x80, 0, 0, 5], ppp(hello)),
    'partialFrames',
  ],
  ['PPP with a bridged frame of Token Ring', 9, concat([0xff, 3, 0, 0x31, 0, 2], ethernet(hello)), 'none'],
  ['a token of FDDI', 10, concat([0x80], zeros(12), snap(hello)), 'none'],
  [
    "Symantec's header with two EtherTypes",
    99,
    concat(zeros(6), [8, 0], zeros(12), [8, 0], zeros(40)),
    'none',
  ],
  ['an NLPID of IS-IS over ATM', 100, concat([0xfe, 0xfe, 3, 0x83], hello), 'none'],
  ['something else over ATM', 100, concat([0x12, 0x34], hello), 'none'],
  ['SLARP', 104, concat([0x8f, 0, 0x80, 0x35], zeros(18)), 'none'],
  ['LMI of Frame Relay', 107, concat([0, 1, 3, 8], zeros(12)), 'none'],
  ['an address of Frame Relay of one byte', 107, concat([0x19, 0x41, 3, 0xcc], hello), 'linkHeaderMalformed'],
  [
    'an address of Frame Relay that does not end',
    107,
    concat([0x18, 0x40, 0, 0, 0], hello),
    'linkHeaderMalformed',
  ],
  ['a fragment of FRF.12', 107, concat([0x18, 0x41, 3, 0xb1, 0x80, 1], hello), 'partialFrames'],
  ['netlink in SLL', 113, concat([0, 0], u16(824), zeros(10), u16(16), hello), 'none'],
  ['PFLOG shorter than its fields', 117, concat([12], zeros(11), hello), 'linkHeaderMalformed'],
  ['MARS over SunATM', 123, concat([3, 0, 0, 40], hello), 'none'],
  ['another version of TZSP', 128, concat([2, 0, 0, 1, 1], ethernet(hello)), 'none'],
  ['TZSP with something else', 128, concat([1, 0, 0, 99, 1], ethernet(hello)), 'none'],
  ['TZSP whose fields do not end', 128, concat([1, 0, 0, 1], zeros(30)), 'linkHeaderTruncated'],
  ['OAM over ATM2 of Juniper', 135, juniper(0, [], concat(zeros(7), [0x10], hello)), 'none'],
  ["Juniper's header without its magic", 178, concat([0x4d, 0x47, 0x44, 0], ethernet(hello)), 'none'],
  ['a MAC management frame of DOCSIS', 143, docsis(0xc2, [], ethernet(hello)), 'none'],
  [
    'an encrypted frame of DOCSIS',
    143,
    docsis(0x01, [0x44, 0x10, 0x80, 1, 0], ethernet(hello)),
    'encryptedFrames',
  ],
  [
    'the first part of multilink Frame Relay',
    182,
    concat([0x81, 7, 0x18, 0x41, 3, 0xcc], hello),
    'partialFrames',
  ],
  ['control of multilink Frame Relay', 182, concat([0xe1, 0, 1], zeros(20)), 'none'],
  ['an ERF of a counter', 197, erf(13, hello), 'none'],
  ['KISS with a parameter', 202, concat([1], zeros(13), [1, 3, 0xcc], hello), 'none'],
  ['SCSI over FC-2', 224, concat(zeros(8), [8], zeros(15), hello), 'none'],
  ['a later frame of a sequence of FC-2', 224, concat(zeros(8), [5], zeros(15), hello), 'partialFrames'],
  ['NFLOG without the packet', 239, nflog(nflogField(10, text('abc'))), 'none'],
  ['NFLOG of another version', 239, concat([2, 1, 0, 5], nflogField(9, hello)), 'none'],
  [
    'NFLOG of ARP',
    239,
    concat([3, 0, 0, 5], nflogField(1, Uint8Array.of(8, 6, 0, 0)), nflogField(9, hello)),
    'none',
  ],
  [
    'NFLOG with a field shorter than its header',
    239,
    nflog(Uint8Array.of(3, 0, 1, 0)),
    'linkHeaderMalformed',
  ],
  ['ARP over InfiniBand', 242, concat([8, 6, 0, 0], zeros(60)), 'none'],
  ['the first packet of a message of InfiniBand', 247, infiniband(0x00, ipoib(hello)), 'none'],
  ['a reliable datagram of InfiniBand', 247, infiniband(0x44, ipoib(hello)), 'none'],
  ['management over InfiniBand', 247, infiniband(0x64, concat(zeros(8), [1, 1, 1, 1], zeros(60))), 'none'],
  ['another record of PKTAP', 258, concat(u32le(12), u32le(2), u32le(1), ethernet(hello)), 'none'],
  [
    'PKTAP shorter than its fields',
    258,
    concat(u32le(11), u32le(1), u32le(1), ethernet(hello)),
    'linkHeaderMalformed',
  ],
  [
    'PKTAP longer than the frame',
    258,
    concat(u32le(500), u32le(1), u32le(1), ethernet(hello)),
    'linkHeaderMalformed',
  ],
  ['a part of an mPacket', 274, concat([0x55, 0x55, 0x61], ethernet(hello)), 'partialFrames'],
]

const none = {
  encryptedFrames: 0,
  partialFrames: 0,
  damagedFrames: 0,
  linkHeaderMalformed: 0,
  linkHeaderTruncated: 0,
}

describe('link layers', () => {
  it.each(cases)('find no packet in %s, and say why', (_name, linkType, frame, reason) => {
    const decoder = new FrameDecoder()
    const { status } = decoder.decode(frame, { linkType })
    expect(status).toBe(reason.startsWith('linkHeader') ? 'malformed' : 'notIp')
    const { notIp, malformed } = decoder.decoder
    expect({ ...notIp, ...malformed }).toMatchObject({
      ...none,
      ...(reason === 'none' ? {} : { [reason]: 1 }),
    })
    expect(decoder.decoder.unknownLinkTypes.size).toBe(0)
  })
})
