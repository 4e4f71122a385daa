import { describe, it } from 'vitest'
import { concat } from '../../support/frames.js'
import { expectInside, expectOutside, frame4, type InsideCase, overIp, taggedFrame } from './tunnel-cases.js'

const ETHER_IP = 97
const ETHERNET = 143

// The captures at hand have none.
describe('Ethernet in IP', () => {
  const inside: InsideCase[] = [
    ['EtherIP', overIp(ETHER_IP, concat([0x30, 0], taggedFrame)), ['etherip'], [77]],
    ['EtherIP in IPv6', overIp(ETHER_IP, concat([0x30, 0], frame4), 6), ['etherip']],
    ['a frame in IPv6', overIp(ETHERNET, frame4, 6), ['ethernet']],
  ]
  it.each(inside)('is opened: %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, number, Uint8Array][] = [
    ['EtherIP of another version', ETHER_IP, concat([0x40, 0], frame4)],
    ['EtherIP with reserved bits', ETHER_IP, concat([0x30, 1], frame4)],
    ['half of the header of EtherIP', ETHER_IP, new Uint8Array([0x30])],
    ['half a frame', ETHERNET, frame4.subarray(0, 13)],
  ]
  it.each(outside)('is left as it is: %s', (_name, protocol, payload) => {
    expectOutside(overIp(protocol, payload), payload)
  })
})
