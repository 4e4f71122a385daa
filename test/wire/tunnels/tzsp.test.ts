import { describe, it } from 'vitest'
import { concat } from '../../support/frames.js'
import {
  expectInside,
  expectOutside,
  frame4,
  type InsideCase,
  inside6,
  overUdp,
  taggedFrame,
} from './tunnel-cases.js'

const tzsp = (type: number, protocol: number, tags: readonly number[], content: Uint8Array) =>
  concat([1, type, 0, protocol], tags, content)

describe('decodeTzspInUdp()', () => {
  const inside: InsideCase[] = [
    ['a frame', overUdp(37_008, tzsp(0, 1, [1], frame4)), ['tzsp']],
    ['a frame to be sent', overUdp(37_008, tzsp(1, 1, [1], taggedFrame)), ['tzsp'], [77]],
    ['tags', overUdp(37_008, tzsp(0, 1, [10, 1, 0xcc, 0, 41, 2, 1, 2, 1], frame4)), ['tzsp']],
    ['IP', overUdp(37_008, tzsp(0, 7, [1], inside6)), ['tzsp']],
  ]
  it.each(inside)('finds the packet in TZSP with %s', (_name, frame, tunnel, vlanIds) => {
    expectInside(frame, tunnel, vlanIds)
  })

  const outside: [string, Uint8Array][] = [
    ['has another version', concat([2, 0, 0, 1, 1], frame4)],
    ['keeps a port open', tzsp(4, 1, [1], frame4)],
    ['carries another protocol', tzsp(0, 99, [1], frame4)],
    ['ends in its tags', tzsp(0, 1, [10, 9], new Uint8Array(3))],
    ['is empty', new Uint8Array(0)],
    ['carries a packet longer than itself', tzsp(0, 1, [1], frame4.subarray(0, -1))],
  ]
  it.each(outside)('leaves a datagram that %s as it is', (_name, payload) => {
    expectOutside(overUdp(37_008, payload), payload)
  })
})
