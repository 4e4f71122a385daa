import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../../src/flow/connection-table.js'
import { CommunityIdMaker } from '../../../src/output/index/community-id.js'
import { addConnection, type TestConnection } from '../support.js'

type Case = [string, TestConnection & { icmp?: [number, number] }, string]

// Packets of the captures of https://github.com/corelight/community-id-spec, with the values published there; those
// of RSVP and ICMPv6 but neighbor solicitation as Wireshark 4 computes them.
const CASES: Case[] = [
  [
    'TCP',
    { protocol: 6, orig: '128.232.110.120', origPort: 34855, resp: '66.35.250.204', respPort: 80 },
    '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
  ],
  [
    'UDP',
    { protocol: 17, orig: '192.168.1.52', origPort: 54585, resp: '8.8.8.8', respPort: 53 },
    '1:d/FP5EW3wiY1vCndhwleRRKHowQ=',
  ],
  [
    'SCTP',
    { protocol: 132, orig: '192.168.170.8', origPort: 7, resp: '192.168.170.56', respPort: 80 },
    '1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=',
  ],
  [
    'ICMP echo',
    { protocol: 1, orig: '192.168.0.89', resp: '192.168.0.1', origPort: 0, respPort: 0, icmp: [8, 0] },
    '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
  ],
  [
    'ICMP echo, the reply first',
    { protocol: 1, orig: '192.168.0.1', resp: '192.168.0.89', origPort: 0, respPort: 0, icmp: [0, 0] },
    '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
  ],
  [
    'ICMPv6 neighbor solicitation',
    {
      protocol: 58,
      orig: 'fe80:0:0:0:200:86ff:fe05:80da',
      resp: 'fe80:0:0:0:260:97ff:fe07:69ea',
      origPort: 0,
      respPort: 0,
      icmp: [135, 0],
    },
    '1:dGHyGvjMfljg6Bppwm3bg0LO8TY=',
  ],
  [
    'RSVP',
    { protocol: 46, orig: '10.1.12.1', resp: '10.1.12.2', origPort: 0, respPort: 0 },
    '1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=',
  ],
  [
    'ICMP time exceeded',
    { protocol: 1, orig: '10.0.0.1', resp: '10.0.0.2', origPort: 0, respPort: 0, icmp: [11, 0] },
    '1:YHxtAirCG//0OzkcVAukqKQN9xM=',
  ],
  [
    'TCP over IPv6',
    {
      protocol: 6,
      orig: '2001:470:e5bf:dead:4957:2174:e82c:4887',
      origPort: 63943,
      resp: '2607:f8b0:400c:0c03:0:0:0:1a',
      respPort: 25,
    },
    '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=',
  ],
  [
    'ICMPv6 neighbor advertisement',
    {
      protocol: 58,
      orig: 'fe80:0:0:0:200:86ff:fe05:80da',
      resp: 'fe80:0:0:0:260:97ff:fe07:69ea',
      origPort: 0,
      respPort: 0,
      icmp: [136, 0],
    },
    '1:zavyT/cezQr1fmImYCwYnMXbgck=',
  ],
  [
    'ICMPv6 echo',
    {
      protocol: 58,
      orig: '3ffe:507:0:1:200:86ff:fe05:80da',
      resp: '3ffe:501:0:1001:0:0:0:2',
      origPort: 0,
      respPort: 0,
      icmp: [128, 0],
    },
    '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=',
  ],
  [
    'ICMPv6 echo reply',
    {
      protocol: 58,
      orig: '3ffe:501:0:1001:0:0:0:2',
      resp: '3ffe:507:0:1:200:86ff:fe05:80da',
      origPort: 0,
      respPort: 0,
      icmp: [129, 0],
    },
    '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=',
  ],
  [
    'ICMPv6 router solicitation',
    {
      protocol: 58,
      orig: 'fe80:0:0:0:200:86ff:fe05:80da',
      resp: 'ff02:0:0:0:0:0:0:2',
      origPort: 0,
      respPort: 0,
      icmp: [133, 0],
    },
    '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=',
  ],
  [
    'ICMPv6 router advertisement',
    {
      protocol: 58,
      orig: 'fe80:0:0:0:260:97ff:fe07:69ea',
      resp: 'ff02:0:0:0:0:0:0:1',
      origPort: 0,
      respPort: 0,
      icmp: [134, 0],
    },
    '1:pkvHqCL88/tg1k4cPigmZXUtL00=',
  ],
  [
    'ICMPv6 time exceeded',
    {
      protocol: 58,
      orig: '3ffe:501:1800:2345:0:0:0:2',
      resp: '3ffe:507:0:1:200:86ff:fe05:80da',
      origPort: 0,
      respPort: 0,
      icmp: [3, 0],
    },
    '1:2ObVBgIn28oZvibYZhZMBgh7WdQ=',
  ],
  [
    'ICMPv6 port unreachable',
    {
      protocol: 58,
      orig: '3ffe:501:410:0:2c0:dfff:fe47:33e',
      resp: '3ffe:507:0:1:200:86ff:fe05:80da',
      origPort: 0,
      respPort: 0,
      icmp: [1, 4],
    },
    '1:hLZd0XGWojozrvxqE0dWB1iM6R0=',
  ],
]

function idOf(given: Case[1]): string {
  const table = new ConnectionTable()
  addConnection(table)
  const connection = addConnection(table, given)
  if (given.icmp !== undefined) table.icmpType[connection] = (given.icmp[0] << 8) | given.icmp[1]
  return new CommunityIdMaker().communityId(table, connection)
}

const swapped = (given: TestConnection): TestConnection => ({
  ...given,
  orig: given.resp!,
  resp: given.orig!,
  origPort: given.respPort!,
  respPort: given.origPort!,
})

describe('communityId()', () => {
  it.each(CASES)('has the published value: %s', (_name, given, id) => {
    expect(idOf(given)).toBe(id)
  })

  it.each(CASES.filter(([, given]) => given.icmp === undefined))(
    'is the same in both directions: %s',
    (_name, given, id) => {
      expect(idOf(swapped(given))).toBe(id)
    },
  )

  it('keeps the direction of messages that have no answer', () => {
    const unreachable: Case[1] = {
      protocol: 1,
      orig: '192.168.0.89',
      resp: '192.168.0.1',
      origPort: 0,
      respPort: 0,
      icmp: [3, 1],
    }
    expect(idOf(unreachable)).not.toBe(idOf({ ...swapped(unreachable), icmp: [3, 1] }))
  })
})
