import { describe, expect, it } from 'vitest'
import { ethernet, ipv4, tcp, text } from '../../support/frames.js'
import { gre, vxlan } from '../../support/tunnel-frames.js'
import { FrameDecoder } from '../frame-decoder.js'
import { frame4, inside4, overUdp } from './tunnel-cases.js'

const decoder = new FrameDecoder({}, null, {
  decodeAs: [
    { protocol: 'udp', port: 8473, tunnel: 'vxlan' },
    { protocol: 'udp', port: 4789, tunnel: 'none' },
    { protocol: 'tcp', port: 99, tunnel: 'gre' },
  ],
})
const overTcp = (dstPort: number, payload: Uint8Array) =>
  ethernet(ipv4({ protocol: 6 }, tcp({ srcPort: 50_000, dstPort, flags: 0x10 }, payload)))

describe('ports that stand for another tunnel', () => {
  it.each([
    ['UDP', overUdp(8473, vxlan(42, frame4)), ['vxlan:42']],
    ['UDP, an answer', overUdp(9, vxlan(42, frame4), 8473), ['vxlan:42']],
    ['TCP', overTcp(99, gre({ type: 0x0800 }, inside4)), ['gre']],
  ])('are opened: %s', (_name, frame, tunnel) => {
    const { packet } = decoder.decode(frame)
    expect(packet).toMatchObject({ srcPort: 5000, dstPort: 6000, encap: { tunnel } })
  })

  it.each([
    ['of a tunnel that was taken away', overUdp(4789, vxlan(42, frame4)), 4789],
    ['of another protocol', overUdp(99, gre({ type: 0x0800 }, inside4)), 99],
    ['without a tunnel', overTcp(99, text('GET / HTTP/1.1')), 99],
    ['of TCP that nobody named', overTcp(98, gre({ type: 0x0800 }, inside4)), 98],
  ])('stay closed: %s', (_name, frame, dstPort) => {
    expect(decoder.decode(frame).packet).toMatchObject({ dstPort, encap: { tunnel: [] } })
  })
})
