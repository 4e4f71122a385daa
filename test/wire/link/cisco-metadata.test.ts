import { describe, expect, it } from 'vitest'
import { concat, ethernet, vlan } from '../../support/frames.js'
import { decodeFrame } from '../frame-decoder.js'
import { expectInside, inside4, inside6 } from '../tunnels/tunnel-cases.js'

const METADATA = { etherType: 0x8909 }

// As in tcpdump/various_gre.pcap, there in GRE.
describe('decodeCiscoMetadata()', () => {
  const group = [0, 1, 0x03, 0xe7]
  it.each<[string, Uint8Array, number[]]>([
    ['IPv4', ethernet(concat([1, 1], group, [8, 0], inside4), METADATA), []],
    ['IPv6 and two options', ethernet(concat([1, 2], group, group, [0x86, 0xdd], inside6), METADATA), []],
    ['no option', ethernet(concat([1, 0], [8, 0], inside4), METADATA), []],
    ['a VLAN tag', ethernet(concat([1, 1], group, [0x81, 0], vlan(5, inside4)), METADATA), [5]],
  ])('finds the packet behind it with %s', (_name, frame, vlanIds) => {
    expectInside(frame, [], vlanIds)
  })

  it.each([
    ['another version', concat([2, 1], group, [8, 0], inside4), 'notIp'],
    ['a length for a type', concat([1, 1], group, [0, 99], inside4), 'notIp'],
    ['half a header', new Uint8Array([1]), 'malformed'],
    ['half an option', concat([1, 1], group), 'malformed'],
  ])('finds nothing behind it with %s', (_name, content, status) => {
    expect(decodeFrame(ethernet(content, METADATA)).status).toBe(status)
  })
})
