import { describe, it } from 'vitest'
import { concat, text } from '../../support/frames.js'
import { lisp } from '../../support/tunnel-frames.js'
import { expectInside, expectOutside, type InsideCase, inside4, inside6, overUdp } from './tunnel-cases.js'

const DATA = 4341
const CONTROL = 4342

// As in PcapPlusPlus/Tests__ExamplesTest__pcap_examples__ipv6.pcapng.
describe('decodeLisp()', () => {
  const inside: InsideCase[] = [
    ['IPv4', overUdp(DATA, lisp(null, inside4, 0)), ['lisp']],
    ['IPv6 and a nonce', overUdp(DATA, lisp(null, inside6)), ['lisp']],
    ['an instance', overUdp(DATA, lisp(0xabcdef, inside4)), ['lisp:11259375']],
  ]
  it.each(inside)('finds the packet in LISP data with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, Uint8Array][] = [
    ['has the reserved bit', lisp(null, inside4, 0x84)],
    ['has more behind the packet', lisp(null, concat(inside4, text('more')))],
    ['has no packet', lisp(null, text('something else'))],
    ['ends in its header', lisp(null, new Uint8Array(0)).subarray(0, 7)],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(DATA, payload), payload)
  })
})

describe('decodeLispControl()', () => {
  it('finds the packet in an encapsulated control message', () => {
    expectInside(overUdp(CONTROL, concat([0x80, 0, 0, 0], inside4), CONTROL), ['lisp-control'])
    expectInside(overUdp(CONTROL, concat([0x84, 0, 0, 0], inside6)), ['lisp-control'])
  })

  const outside: [string, Uint8Array][] = [
    ['is another message', concat([0x30, 0, 0, 0], inside4)],
    ['has security data', concat([0x88, 0, 0, 0], inside4)],
    ['ends in its header', new Uint8Array([0x80, 0, 0])],
    ['has half a packet', concat([0x80, 0, 0, 0], inside4.subarray(0, 30))],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(CONTROL, payload), payload)
  })
})
