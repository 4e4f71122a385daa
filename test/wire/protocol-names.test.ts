import { describe, expect, it } from 'vitest'
import { protocolKeyword, protocolName } from '../../src/wire/protocol-names.js'

describe('protocolKeyword() and protocolName()', () => {
  it.each([
    [0, 'HOPOPT', 'hopopt'],
    [1, 'ICMP', 'icmp'],
    [4, 'IPV4', 'ipv4'],
    [6, 'TCP', 'tcp'],
    [17, 'UDP', 'udp'],
    [33, 'DCCP', 'dccp'],
    [47, 'GRE', 'gre'],
    [50, 'ESP', 'esp'],
    [58, 'IPV6-ICMP', 'ipv6-icmp'],
    [61, 'IP(61)', 'ip(61)'],
    [89, 'OSPFIGP', 'ospfigp'],
    [99, 'IP(99)', 'ip(99)'],
    [103, 'PIM', 'pim'],
    [107, 'A-N', 'a-n'],
    [112, 'VRRP', 'vrrp'],
    [124, 'ISIS-OVER-IPV4', 'isis-over-ipv4'],
    [132, 'SCTP', 'sctp'],
    [135, 'MOBILITY-HEADER', 'mobility-header'],
    [136, 'UDPLITE', 'udplite'],
    [147, 'BIT-EMU', 'bit-emu'],
    [148, 'IP(148)', 'ip(148)'],
    [255, 'IP(255)', 'ip(255)'],
  ])('name %d', (protocol, keyword, name) => {
    expect(protocolKeyword(protocol)).toBe(keyword)
    expect(protocolName(protocol)).toBe(name)
  })

  it('give every protocol a name of its own that can stand in a file name', () => {
    const keywords = Array.from({ length: 256 }, (_, protocol) => protocolKeyword(protocol))
    expect(new Set(keywords).size).toBe(256)
    for (const keyword of keywords) expect(keyword).toMatch(/^[A-Z0-9()+.-]+$/)
  })
})
