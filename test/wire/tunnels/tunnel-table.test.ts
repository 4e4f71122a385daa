import { describe, expect, it } from 'vitest'
import { decodeGre } from '../../../src/wire/tunnels/gre.js'
import { decodeGtpU } from '../../../src/wire/tunnels/gtp-u.js'
import { decode4In4, decode4In6, decode6In4, decode6In6 } from '../../../src/wire/tunnels/ip-in-ip.js'
import { tunnelOfPorts, tunnelOfProtocol } from '../../../src/wire/tunnels/tunnel-table.js'
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
    expect(tunnels).toEqual([4, 41, 47, 97, 103, 115, 137, 143, 145])
    expect(tunnels.every((protocol) => tunnelOfProtocol(6, protocol) !== null)).toBe(true)
  })
})

describe('tunnelOfPorts()', () => {
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
      1701, 2152, 3544, 4341, 4342, 4789, 4790, 5247, 6081, 6635, 8472,
    ])
    expect(ports.filter((port) => tunnelOfPorts(port, 0) !== null)).toEqual([1701, 2152, 3544, 4342, 5247])
  })
})
