import { expect } from 'vitest'
import { ethernet, ipv4, ipv6, text, udp, vlan } from '../../support/frames.js'
import { decodeFrame, payloadText } from '../frame-decoder.js'

export const UDP = 17
const ends = { srcPort: 5000, dstPort: 6000 }

/** The packets that tunnels of the tests carry. */
export const inside4 = ipv4({ protocol: UDP, src: '192.0.2.1', dst: '192.0.2.2' }, udp(ends, text('inside')))
export const inside6 = ipv6({ protocol: UDP }, udp(ends, text('inside')))
/** The same in Ethernet frames. */
export const frame4 = ethernet(inside4)
export const frame6 = ethernet(inside6)
export const taggedFrame = ethernet(vlan(77, inside4), { etherType: 0x8100 })

/** A frame with a packet of this protocol, in IPv6 when asked. */
export function overIp(protocol: number, content: Uint8Array, version: 4 | 6 = 4): Uint8Array {
  return ethernet(version === 4 ? ipv4({ protocol }, content) : ipv6({ protocol }, content))
}

/** A frame with a datagram to this port. */
export function overUdp(dstPort: number, payload: Uint8Array, srcPort = 49_152): Uint8Array {
  return ethernet(ipv4({ protocol: UDP }, udp({ srcPort, dstPort }, payload)))
}

/** [name, frame, `tunnel`, `vlan`] */
export type InsideCase = [string, Uint8Array, string[], number[]?]

/** Holds a frame to be decoded to the packet inside its tunnels. */
export function expectInside(
  frame: Uint8Array,
  tunnel: readonly string[],
  vlanIds: readonly number[] = [],
): void {
  const { status, packet } = decodeFrame(frame)
  expect(status).toBe('delivered')
  expect(packet).toMatchObject({ protocol: UDP, ...ends, originalPayloadBytes: 6 })
  expect(payloadText(packet)).toBe('inside')
  expect(packet?.encap).toEqual({ vlan: vlanIds, tunnel })
}

/** Holds a frame to be decoded to its outermost packet, with all that the tunnel's decoder has looked at as payload. */
export function expectOutside(frame: Uint8Array, payload: Uint8Array): void {
  const { status, packet } = decodeFrame(frame)
  expect(status).toBe('delivered')
  expect(packet).toMatchObject({ src: '10.0.0.1', dst: '10.0.0.2', encap: { vlan: [], tunnel: [] } })
  expect(packet?.payload).toEqual(payload)
}
