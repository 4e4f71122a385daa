import { describe, expect, it } from 'vitest'
import { concat, ethernet, vlan } from '../../support/frames.js'
import { decodeFrame } from '../frame-decoder.js'
import { expectInside, inside4, inside6 } from '../tunnels/tunnel-cases.js'

const TIMESTAMP = { etherType: 0xd28b }
const zeros = (bytes: number) => new Uint8Array(bytes)

describe('decodeAristaTimestamp()', () => {
  it.each<[string, Uint8Array, number[]]>([
    ['64 bits', concat([0, 1, 0, 0x10], zeros(8), [8, 0], inside4), []],
    ['48 bits', concat([0, 1, 0, 0x20], zeros(6), [0x86, 0xdd], inside6), []],
    ['64 bits of UTC', concat([0, 1, 1, 0x10], zeros(8), [8, 0], inside4), []],
    ['48 bits of UTC and a VLAN tag', concat([0, 1, 1, 0x20], zeros(6), [0x81, 0], vlan(5, inside4)), [5]],
  ])('finds the packet behind a time of %s', (_name, content, vlanIds) => {
    expectInside(ethernet(content, TIMESTAMP), [], vlanIds)
  })

  it.each([
    ['another subtype', concat([0, 2, 0, 0x10], zeros(8), [8, 0], inside4), 'notIp'],
    ['another version', concat([0, 1, 0, 0x30], zeros(8), [8, 0], inside4), 'notIp'],
    ['half a header', zeros(3), 'malformed'],
    ['half a time', concat([0, 1, 0, 0x10], zeros(9)), 'malformed'],
  ])('finds nothing behind %s', (_name, content, status) => {
    expect(decodeFrame(ethernet(content, TIMESTAMP)).status).toBe(status)
  })
})
