import { describe, it } from 'vitest'
import { concat } from '../../support/frames.js'
import { capwap, snapIpv4, wlan } from '../../support/tunnel-frames.js'
import {
  expectInside,
  expectOutside,
  frame4,
  type InsideCase,
  inside4,
  overUdp,
  taggedFrame,
} from './tunnel-cases.js'

const PORT = 5247
const NATIVE = 0x100
const FRAGMENT = 0x80
const KEEP_ALIVE = 0x08
const llc = snapIpv4(inside4)

// As in nDPI/default__capwap.pcap.
describe('decodeCapwap()', () => {
  const native = { flags: NATIVE, headerBytes: 16 }
  const inside: InsideCase[] = [
    ['an Ethernet frame', overUdp(PORT, capwap({}, taggedFrame)), ['capwap'], [77]],
    ['an answer', overUdp(49_152, capwap({ headerBytes: 12 }, frame4), PORT), ['capwap']],
    ['a wireless frame', overUdp(PORT, capwap(native, wlan([0x08, 0x01], llc))), ['capwap']],
    [
      'a wireless frame with quality of service',
      overUdp(PORT, capwap(native, wlan([0x88, 0x02], llc, 2))),
      ['capwap'],
    ],
    [
      'a wireless frame with swapped bytes',
      overUdp(PORT, capwap(native, wlan([0x01, 0x08], llc))),
      ['capwap'],
    ],
    ['one with quality of service', overUdp(PORT, capwap(native, wlan([0x02, 0x88], llc, 2))), ['capwap']],
    ['one with four addresses', overUdp(PORT, capwap(native, wlan([0x03, 0x08], llc, 6))), ['capwap']],
  ]
  it.each(inside)('finds the packet in CAPWAP with %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, Uint8Array][] = [
    ['is encrypted', capwap({ preamble: 1 }, frame4)],
    ['is a fragment', capwap({ flags: FRAGMENT }, frame4)],
    ['keeps alive', capwap({ flags: KEEP_ALIVE }, frame4)],
    ['has a header that is too short', capwap({ headerBytes: 4 }, frame4)],
    ['ends in its first bytes', capwap({}, new Uint8Array(0)).subarray(0, 7)],
    ['ends in its header', capwap({ headerBytes: 16 }, new Uint8Array(0)).subarray(0, 12)],
    ['carries frames of another technology', capwap({ flags: NATIVE, binding: 3 }, wlan([0x08, 0x01], llc))],
    ['carries a management frame', capwap(native, wlan([0x80, 0], llc))],
    ['carries one with swapped bytes', capwap(native, wlan([0x01, 0x80], llc))],
    ['carries an encrypted frame', capwap(native, wlan([0x41, 0x08], llc))],
    ['carries a part of a frame', capwap(native, wlan([0x05, 0x08], llc))],
    ['carries half a wireless header', capwap(native, wlan([0x01, 0x08], new Uint8Array(0)).subarray(0, 23))],
    ['carries a frame of several packets', capwap(native, amsdu())],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(PORT, payload), payload)
  })
})

/** Two subframes in a frame with quality of service. */
function amsdu(): Uint8Array {
  const subframe = concat(new Uint8Array(12), [0, llc.length], llc)
  const padding = new Uint8Array((4 - (subframe.length % 4)) % 4)
  return concat([0x88, 0x01], new Uint8Array(22), [0x80, 0], subframe, padding, subframe)
}
