import { describe, it } from 'vitest'
import { concat } from '../../support/frames.js'
import { erspan2, erspan3, gre } from '../../support/tunnel-frames.js'
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
const I_II = { type: 0x88be, sequence: 1 }
const III = { type: 0x22eb, sequence: 1 }

// As in tcpdump/erspan-type-i-1.pcap, tcpdump/erspan-type-ii-2.pcap, tcpdump/erspan-type-iii-ft-0.pcap and -ft-7.
describe('decodeErspan()', () => {
  const inside: InsideCase[] = [
    ['type I', overIp(GRE, gre({ type: 0x88be }, taggedFrame)), ['erspan'], [77]],
    ['type II', overIp(GRE, gre(I_II, erspan2(1023, 5, 0, frame4))), ['erspan:1023']],
    ['type II that took off a tag', overIp(GRE, gre(I_II, erspan2(1, 5, 2, frame4))), ['erspan:1'], [5]],
    [
      'type II that took off an ISL header',
      overIp(GRE, gre(I_II, erspan2(1, 6, 1, frame4))),
      ['erspan:1'],
      [6],
    ],
    ['type II that left the tag', overIp(GRE, gre(I_II, erspan2(1, 77, 3, taggedFrame))), ['erspan:1'], [77]],
    ['type III', overIp(GRE, gre(III, erspan3(2, 0, frame4))), ['erspan:2']],
    [
      'type III with a subheader',
      overIp(GRE, gre(III, erspan3(2, 0, frame4, [1, 2, 3, 4, 5, 6, 7, 8]))),
      ['erspan:2'],
    ],
    ['type III of an IP packet', overIp(GRE, gre(III, erspan3(2, 2, inside4))), ['erspan:2']],
    ['type III with the type of II', overIp(GRE, gre(I_II, erspan3(2, 0, frame4))), ['erspan:2']],
  ]
  it.each(inside)('finds the packet in ERSPAN %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, Uint8Array][] = [
    ['type III of another kind of frame', gre(III, erspan3(2, 7, frame4))],
    ['of another version', gre(I_II, concat([0x30], erspan2(1, 5, 0, frame4).subarray(1)))],
    ['that ends in the header of II', gre(I_II, erspan2(1, 5, 0, new Uint8Array(0)).subarray(0, 7))],
    ['that ends in the header of III', gre(III, erspan3(1, 0, new Uint8Array(0)).subarray(0, 11))],
    ['that ends in the subheader', gre(III, erspan3(1, 0, new Uint8Array(0), [1, 2, 3]))],
  ]
  it.each(outside)('leaves ERSPAN %s as it is', (_name, payload) => {
    expectOutside(overIp(GRE, payload), payload)
  })
})
