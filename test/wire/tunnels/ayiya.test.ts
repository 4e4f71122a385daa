import { describe, it } from 'vitest'
import { concat } from '../../support/frames.js'
import { expectInside, expectOutside, type InsideCase, inside4, inside6, overUdp } from './tunnel-cases.js'

const zeros = (bytes: number) => new Uint8Array(bytes)
/** An identity of 16 bytes and a signature of 20 (SHA-1), as aiccu sends it. */
const ayiya = (nextHeader: number, content: Uint8Array, opcode = 1) =>
  concat([0x41, 0x52, 0x10 | opcode, nextHeader], zeros(4), zeros(16), zeros(20), content)

describe('decodeAyiya()', () => {
  const inside: InsideCase[] = [
    ['IPv6', overUdp(5072, ayiya(41, inside6)), ['ayiya']],
    ['IPv4', overUdp(5072, ayiya(4, inside4)), ['ayiya']],
    ['an answer', overUdp(50_000, ayiya(41, inside6), 5072), ['ayiya']],
  ]
  it.each(inside)('finds the packet in AYIYA with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const outside: [string, Uint8Array][] = [
    ['is a heartbeat', ayiya(59, zeros(0), 0)],
    ['has another opcode', ayiya(41, inside6, 3)],
    ['carries another version', ayiya(4, inside6)],
    ['carries no packet', ayiya(59, inside6)],
    ['ends in its header', zeros(7)],
    ['ends in its signature', ayiya(41, zeros(0)).subarray(0, -1)],
    ['carries a packet longer than itself', ayiya(41, inside6.subarray(0, -1))],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(5072, payload), payload)
  })
})
