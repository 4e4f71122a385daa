import { describe, expect, it } from 'vitest'
import { concat, ethernet, mpls } from '../../support/frames.js'
import { nsh } from '../../support/tunnel-frames.js'
import { decodeFrame } from '../frame-decoder.js'
import { expectInside, frame4, type InsideCase, inside4, inside6, overIp } from '../tunnels/tunnel-cases.js'

const inEthernet = { etherType: 0x894f }
const IN_IP = 145

// As in tcpdump/nsh.pcap, tcpdump/nsh-over-vxlan-gpe.pcap.
describe('decodeNsh()', () => {
  const inside: InsideCase[] = [
    ['IPv4', ethernet(nsh(8, 1, inside4), inEthernet), ['nsh:8']],
    ['IPv6', ethernet(nsh(0xffffff, 2, inside6), inEthernet), ['nsh:16777215']],
    ['a frame and no metadata', ethernet(nsh(8, 3, frame4, []), inEthernet), ['nsh:8']],
    ['another one', ethernet(nsh(8, 4, nsh(9, 1, inside4)), inEthernet), ['nsh:8', 'nsh:9']],
    ['MPLS', ethernet(nsh(8, 5, mpls([16], inside4)), inEthernet), ['nsh:8', 'mpls:16']],
    ['IP around it', overIp(IN_IP, nsh(8, 1, inside4)), ['nsh:8']],
  ]
  it.each(inside)('finds the packet in NSH with %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  const header = nsh(8, 1, inside4)
  it.each([
    ['another protocol', nsh(8, 9, inside4), 'notIp'],
    ['another version', concat([0x4f], header.subarray(1)), 'notIp'],
    ['a length below its own', concat([header[0]!, 0xc1], header.subarray(2)), 'notIp'],
    ['half a header', header.subarray(0, 7), 'malformed'],
    ['half of the metadata', header.subarray(0, 20), 'malformed'],
  ])('finds nothing in NSH with %s', (_name, content, status) => {
    expect(decodeFrame(ethernet(content, inEthernet)).status).toBe(status)
  })
})
