import { describe, it } from 'vitest'
import { concat } from '../../support/frames.js'
import { expectInside, expectOutside, type InsideCase, inside4, inside6, overIp } from './tunnel-cases.js'

const PIM = 103

// As in tcpdump/pim-packet-assortment.pcap.
describe('decodePimRegister()', () => {
  const register = [0x21, 0, 0xde, 0xff, 0, 0, 0, 0]
  const inside: InsideCase[] = [
    ['an IPv4 packet', overIp(PIM, concat(register, inside4)), ['pim-register']],
    ['an IPv6 packet', overIp(PIM, concat(register, inside6), 6), ['pim-register']],
    ['a border bit', overIp(PIM, concat([0x21, 0, 0, 0, 0x80, 0, 0, 0], inside4)), ['pim-register']],
  ]
  it.each(inside)('finds the packet in a register message with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, Uint8Array][] = [
    ['a null register', concat([0x21, 0, 0, 0, 0x40, 0, 0, 0], inside4)],
    ['another message', concat([0x23, 0, 0, 0, 0, 0, 0, 0], inside4)],
    ['another version', concat([0x11, 0, 0, 0, 0, 0, 0, 0], inside4)],
    ['a register that ends in its header', new Uint8Array(register).subarray(0, 7)],
    ['a register with half a packet', concat(register, inside4.subarray(0, 30))],
  ]
  it.each(outside)('leaves %s as it is', (_name, payload) => {
    expectOutside(overIp(PIM, payload), payload)
  })
})
