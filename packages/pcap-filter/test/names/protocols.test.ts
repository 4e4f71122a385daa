import { describe, expect, it } from 'vitest'
import { ipProtocolNumber } from '../../src/names/protocols.js'

describe('ipProtocolNumber', () => {
  it.each([
    ['a name', 'tcp', 6],
    ['the same as the registry writes it', 'TCP', 6],
    ['a name of the file that the registry has not', 'ospf', 89],
    ['its alias', 'OSPFIGP', 89],
    ['the second alias', 'CPHB', 73],
    ['number 0 under its first name', 'ip', 0],
    ['a name with a dot', 'ax.25', 93],
    ['a name with hyphens', 'ipv6-icmp', 58],
    ['a name of a number beyond one byte', 'mptcp', 262],
  ])('knows %s', (_, name, number) => {
    expect(ipProtocolNumber(name)).toBe(number)
  })

  it.each([
    ['no protocol', 'no-such-protocol'],
    ['a mixture of cases', 'Tcp'],
    ['a number', '6'],
    ['nothing', ''],
    ["a name of JavaScript's objects", 'toString'],
  ])('does not know %s', (_, name) => {
    expect(ipProtocolNumber(name)).toBeNull()
  })
})
