import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/config/config.js'
import { UnopenedTunnels } from '../../src/inspect/unopened-tunnels.js'
import { EncapTable, EncapWriter } from '../../src/wire/encap-table.js'
import { PacketDecoder } from '../../src/wire/packet-decoder.js'
import { blankTransportPacket } from '../../src/wire/transport-packet.js'
import type { DecodeAs } from '../../src/wire/tunnels/tunnel-names.js'
import { ethernet, ipv4, ipv6, text, udp, vlan } from '../support/frames.js'
import { geneve, gtpU, vxlan } from '../support/tunnel-frames.js'

const inner = ipv4({ protocol: 17 }, udp({}, text('inner')))
const inner6 = ipv6({ protocol: 17 }, udp({}, text('inner')))
const onPort = (dstPort: number, payload: Uint8Array) =>
  ethernet(ipv4({ protocol: 17 }, udp({ srcPort: 40_000, dstPort }, payload)))
const onVxlan = (port: number) => onPort(port, vxlan(5, ethernet(inner)))
const onGeneve = (port: number) => onPort(port, geneve(5, 0x6558, ethernet(inner)))

function suggested(frames: readonly Uint8Array[], decodeAs: readonly DecodeAs[] = []): string | null {
  const encaps = new EncapWriter(EncapTable.allocate(16))
  const space = { reserve: () => 0 }
  const decoder = new PacketDecoder({ decap: true, limits: DEFAULT_LIMITS, encaps, space, linkType: null })
  const packet = blankTransportPacket()
  const tunnels = new UnopenedTunnels()
  for (const frame of frames) {
    const captured = {
      tsSec: 1,
      tsNsec: 0,
      isNanosecond: false,
      linkType: 1,
      interfaceId: 0,
      recordFrom: 0,
      from: 0,
      to: frame.length,
      originalBytes: frame.length,
    }
    expect(decoder.decode(frame, captured, packet)).toBe('delivered')
    tunnels.add(frame, packet)
  }
  return tunnels.text('a.pcap', decodeAs)
}

describe('tunnels on other ports', () => {
  it.each([
    ['vxlan', vxlan(5, ethernet(inner))],
    ['vxlan', vxlan(5, ethernet(vlan(7, inner6, 0x86dd), { etherType: 0x8100 }))],
    ['geneve', geneve(5, 0x6558, ethernet(inner))],
    ['geneve', geneve(5, 0x0800, inner, { options: [1, 2, 3, 4] })],
    ['gtpu', gtpU({ teid: 9 }, inner)],
  ])('are named: %s %#', (name, payload) => {
    expect(suggested([onPort(9000, payload)])).toBe(
      `"a.pcap" has datagrams that look like tunnels on other ports: --decode-as udp:9000=${name} opens them`,
    )
  })

  it.each([
    ['their own port', onPort(4789, vxlan(5, ethernet(inner)))],
    ['a reserved bit', onPort(9000, vxlan(5, ethernet(inner), { flags: 0x0801 }))],
    ['no IP inside', onPort(9000, vxlan(5, ethernet(text('x'.repeat(60)), { etherType: 0x88cc })))],
    ['an inner length that does not fit', onPort(9000, vxlan(5, ethernet(inner.subarray(0, -3))))],
    ['a GTP-U length that does not fit', onPort(9000, gtpU({ teid: 9, length: 7 }, inner))],
    ['text', onPort(9000, text('hello'))],
  ])('are not seen in %s', (_, frame) => {
    expect(suggested([frame])).toBeNull()
  })

  it('are those of nearly all datagrams of a port, the lowest ports first', () => {
    const others = (count: number) => Array.from({ length: count }, () => onPort(8473, text('other')))
    const tunnels = Array.from({ length: 100 }, () => onVxlan(8473))
    expect(suggested([onGeneve(9000), ...tunnels, ...others(5)])).toContain(
      ': --decode-as udp:8473=vxlan --decode-as udp:9000=geneve open them',
    )
    expect(suggested([...tunnels, ...others(6)])).toBeNull()
  })

  it('are not named where an option says what the port stands for', () => {
    const port = { protocol: 'udp', port: 9000, tunnel: 'none' } as const
    expect(suggested([onVxlan(9000)], [port])).toBeNull()
    expect(suggested([onVxlan(9000)], [{ ...port, protocol: 'tcp' }])).toContain('udp:9000=vxlan')
  })

  it('are looked for on 4,096 ports, and 10 are named', () => {
    const ports = Array.from({ length: 4096 }, (_, i) => onPort(10_000 + i, text('x')))
    expect(suggested([...ports, onVxlan(9000)])).toBeNull()
    expect(suggested([...ports.slice(1), onVxlan(9000)])).toContain('udp:9000=vxlan')
    const many = Array.from({ length: 12 }, (_, i) => onVxlan(20_000 + i))
    expect(suggested(many)?.match(/udp:/g)).toHaveLength(10)
  })
})
