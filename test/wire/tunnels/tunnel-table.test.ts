import { describe, expect, it } from 'vitest'
import { decodeGre } from '../../../src/wire/tunnels/gre.js'
import { decodeGtpU } from '../../../src/wire/tunnels/gtp-u.js'
import { decode4In4, decode4In6, decode6In4, decode6In6 } from '../../../src/wire/tunnels/ip-in-ip.js'
import { TUNNEL_NAMES } from '../../../src/wire/tunnels/tunnel-names.js'
import { PortTunnels, tunnelOfProtocol } from '../../../src/wire/tunnels/tunnel-table.js'
import { decodeVxlan } from '../../../src/wire/tunnels/vxlan.js'

describe('tunnelOfProtocol()', () => {
  it('knows protocols by the version around them', () => {
    expect([tunnelOfProtocol(4, 4), tunnelOfProtocol(6, 4)]).toEqual([decode4In4, decode4In6])
    expect([tunnelOfProtocol(4, 41), tunnelOfProtocol(6, 41)]).toEqual([decode6In4, decode6In6])
    expect([tunnelOfProtocol(4, 47), tunnelOfProtocol(6, 47)]).toEqual([decodeGre, decodeGre])
  })

  it('knows no other protocol', () => {
    const tunnels = Array.from({ length: 256 }, (_, protocol) => protocol).filter(
      (protocol) => tunnelOfProtocol(4, protocol) !== null,
    )
    expect(tunnels).toEqual([4, 41, 47, 50, 97, 103, 115, 137, 143, 145])
    expect(tunnels.every((protocol) => tunnelOfProtocol(6, protocol) !== null)).toBe(true)
  })
})

describe('PortTunnels', () => {
  const udp = new PortTunnels('udp')
  const tunnelOfPorts = (srcPort: number, dstPort: number) => udp.of(srcPort, dstPort)

  it('knows some tunnels by either port, others by the destination only', () => {
    expect([tunnelOfPorts(2152, 9), tunnelOfPorts(9, 2152)]).toEqual([decodeGtpU, decodeGtpU])
    expect([tunnelOfPorts(4789, 9), tunnelOfPorts(9, 4789)]).toEqual([null, decodeVxlan])
  })

  it('prefers the destination', () => {
    expect(tunnelOfPorts(2152, 4789)).toBe(decodeVxlan)
  })

  it('knows no other port', () => {
    const ports = Array.from({ length: 65_536 }, (_, port) => port)
    expect(ports.filter((port) => tunnelOfPorts(0, port) !== null)).toEqual([
      1701, 2152, 3544, 4341, 4342, 4500, 4754, 4789, 4790, 5072, 5247, 6081, 6635, 8472, 37008,
    ])
    expect(ports.filter((port) => tunnelOfPorts(port, 0) !== null)).toEqual([
      1701, 2152, 3544, 4342, 4500, 5072, 5247,
    ])
  })

  it('takes ports for what it is told, on either side', () => {
    const asked = new PortTunnels('udp', [
      { protocol: 'udp', port: 8473, tunnel: 'vxlan' },
      { protocol: 'udp', port: 2152, tunnel: 'none' },
      { protocol: 'tcp', port: 99, tunnel: 'gre' },
    ])
    expect([asked.of(8473, 9), asked.of(9, 8473)]).toEqual([decodeVxlan, decodeVxlan])
    expect([asked.of(2152, 9), asked.of(9, 2152), asked.of(9, 99)]).toEqual([null, null, null])
  })

  it('knows no port of TCP but those that it is told', () => {
    const tcp = new PortTunnels('tcp', [{ protocol: 'tcp', port: 99, tunnel: 'gre' }])
    const ports = Array.from({ length: 65_536 }, (_, port) => port)
    expect(ports.filter((port) => tcp.of(0, port) !== null)).toEqual([99])
  })

  it('has a decoder for every name', () => {
    for (const tunnel of TUNNEL_NAMES) {
      const decoder = new PortTunnels('udp', [{ protocol: 'udp', port: 7, tunnel }]).of(7, 0)
      expect(decoder === null).toBe(tunnel === 'none')
    }
  })
})
