import { describe, expect, it } from 'vitest'
import {
  authenticationHeader,
  concat,
  ETHER_TYPE,
  ethernet,
  fragmentHeader,
  icmp,
  ipv4,
  ipv6,
  mpls,
  pppoe,
  tcp,
  text,
  udp,
  vlan,
} from '../../../test/support/frames.js'
import { compileFilter } from '../src/compile-filter.js'

const ETHERNET = 1

async function matches(
  expression: string,
  packet: Uint8Array,
  linkType = ETHERNET,
  wireLength = packet.length,
) {
  const filter = await compileFilter(expression)
  return filter.forLinkType(linkType)(packet, 0, packet.length, wireLength)
}

const web = ethernet(
  ipv4(
    { protocol: 6, src: '10.1.2.3', dst: '192.168.0.5' },
    tcp({ srcPort: 1234, dstPort: 80, flags: 2 }, text('GET ')),
  ),
)
const lookup = ethernet(ipv4({ protocol: 17 }, udp({ srcPort: 53, dstPort: 40_000 }, text('answer'))))
const web6 = ethernet(ipv6({ protocol: 6, src: '2001:db8::5' }, tcp({ srcPort: 443, dstPort: 5000 })))
const arp = ethernet(concat([0, 1, 8, 0, 6, 4, 0, 1], new Uint8Array(6), [10, 1, 2, 3], new Uint8Array(10)), {
  etherType: ETHER_TYPE.ARP,
})

describe('compileFilter()', () => {
  // [expression, packet, matches]
  it.each([
    ['tcp port 80', web, true],
    ['tcp port 80', web6, false],
    ['port 443', web6, true],
    ['src port 80', web, false],
    ['dst port 80', web, true],
    ['portrange 50-60', lookup, true],
    ['portrange 60-50 and tcp', lookup, false],
    ['port 80 or 53', lookup, true],
    ['net 10.0.0.0/8', web, true],
    ['net 10 and host 192.168.0.5', web, true],
    ['src net 192.168', web, false],
    ['host 10.1.2.3', arp, true],
    ['ip host 10.1.2.3', arp, false],
    ['net 2001:db8::/32', web6, true],
    ['ether src 2:0:0:0:0:2', web, true],
    ['ether host 2:0:0:0:0:3', web, false],
    ['ether proto 0x0806', arp, true],
    ['arp[6:2] = 1', arp, true],
    ['tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn', web, true],
    ['tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420', web, true],
    ['tcp[0] = 1', web6, false],
    ['len > 200 or less 61', web, true],
    ['not ip', arp, true],
    ['', arp, true],
  ])('answers "%s"', async (expression, packet, expected) => {
    expect(await matches(expression, packet)).toBe(expected)
  })

  const encapsulated: readonly [string, Uint8Array, boolean][] = [
    ['tcp port 80', ethernet(vlan(5, web.subarray(14)), { etherType: ETHER_TYPE.VLAN }), false],
    ['vlan 5 and tcp port 80', ethernet(vlan(5, web.subarray(14)), { etherType: ETHER_TYPE.VLAN }), true],
    ['vlan 6', ethernet(vlan(5, web.subarray(14)), { etherType: ETHER_TYPE.VLAN }), false],
    [
      'vlan and vlan 7 and ip',
      ethernet(vlan(5, vlan(7, web.subarray(14)), ETHER_TYPE.VLAN), { etherType: ETHER_TYPE.QINQ }),
      true,
    ],
    // Once a tag was named, what follows looks behind it, whatever "or" says.
    ['vlan or tcp', web, false],
    ['tcp or vlan', web, true],
    [
      'mpls 100 and mpls 200 and host 10.1.2.3',
      ethernet(mpls([100, 200], web.subarray(14)), { etherType: ETHER_TYPE.MPLS }),
      true,
    ],
    ['mpls 200', ethernet(mpls([100, 200], web.subarray(14)), { etherType: ETHER_TYPE.MPLS }), false],
    ['pppoes 9 and tcp port 80', ethernet(pppoe(9, web.subarray(14)), { etherType: ETHER_TYPE.PPPOE }), true],
    ['pppoes 8', ethernet(pppoe(9, web.subarray(14)), { etherType: ETHER_TYPE.PPPOE }), false],
    [
      'geneve 3 and tcp port 80',
      ethernet(
        ipv4(
          { protocol: 17 },
          udp({ dstPort: 6081 }, concat([1, 0, 0x65, 0x58, 0, 0, 3, 0, 9, 9, 9, 9], web)),
        ),
      ),
      true,
    ],
    [
      'geneve and host 10.1.2.3',
      ethernet(
        ipv6({ protocol: 17 }, udp({ dstPort: 6081 }, concat([0, 0, 8, 0, 0, 0, 3, 0], web.subarray(14)))),
      ),
      true,
    ],
    [
      'geneve 4',
      ethernet(ipv4({ protocol: 17 }, udp({ dstPort: 6081 }, concat([0, 0, 0x65, 0x58, 0, 0, 3, 0], web)))),
      false,
    ],
  ]
  it.each(encapsulated)('looks into what "%s" names', async (expression, packet, expected) => {
    expect(await matches(expression, packet)).toBe(expected)
  })

  it('takes later fragments for no port, and those of IPv6 by what the fragment header says', async () => {
    const later = ethernet(ipv4({ protocol: 6, fragmentOffset: 8 }, tcp({ dstPort: 80 }).bytes))
    expect(await matches('port 80', later)).toBe(false)
    expect(await matches('tcp', later)).toBe(true)
    const six = ethernet(ipv6({ protocol: 17, extensions: [fragmentHeader(1, 0, true)] }, udp({}).bytes))
    expect(await matches('udp', six)).toBe(true)
    expect(await matches('port 53', six)).toBe(false)
  })

  it('finds a protocol behind other headers', async () => {
    const behind = ethernet(
      ipv6({ protocol: 58, extensions: [fragmentHeader(1, 0, false)] }, icmp(128, 0, text('x'), true)),
    )
    expect(await matches('ip6 protochain 58', behind)).toBe(true)
    expect(await matches('ip6 protochain 6', behind)).toBe(false)
    const { bytes } = authenticationHeader(17)
    expect(
      await matches('ip protochain 51', ethernet(ipv4({ protocol: 51 }, concat(bytes, udp({}).bytes)))),
    ).toBe(true)
  })

  it('refuses a packet at the first byte that is missing, whatever else it would match', async () => {
    const short = web.subarray(0, 30)
    expect(await matches('ip[50] = 1 or tcp', short)).toBe(false)
    expect(await matches('tcp or ip[50] = 1', short)).toBe(true)
    expect(await matches('not tcp port 80', short)).toBe(false)
    expect(await matches('not arp', new Uint8Array(0))).toBe(false)
  })

  it('compares lengths on the wire, not as captured', async () => {
    expect(await matches('len = 1500', web, ETHERNET, 1500)).toBe(true)
    expect(await matches('greater 1500 and less 1500', web, ETHERNET, 1500)).toBe(true)
    expect(await matches('less 100', web, ETHERNET, 1500)).toBe(false)
  })

  it('makes one test for each link type', async () => {
    const filter = await compileFilter('tcp port 80')
    expect(filter.forLinkType(1)).toBe(filter.forLinkType(1))
    expect(filter.forLinkType(101)).not.toBe(filter.forLinkType(1))
    const packet = web.subarray(14)
    expect(filter.forLinkType(101)(packet, 0, packet.length, packet.length)).toBe(true)
  })

  it('takes loopback headers in the byte order of the machine that wrote them', async () => {
    const filter = await compileFilter('ip')
    expect(filter.forLinkType(0)(Uint8Array.of(2, 0, 0, 0), 0, 4, 4)).toBe(true)
    expect(filter.forLinkType(0, true)(Uint8Array.of(2, 0, 0, 0), 0, 4, 4)).toBe(false)
    expect(filter.forLinkType(0, true)(Uint8Array.of(0, 0, 0, 2), 0, 4, 4)).toBe(true)
  })

  it('is refused for a link type that has not what it asks for, again and again', async () => {
    const filter = await compileFilter('tcp and wlan type data or ether host 1:2:3:4:5:6')
    for (let i = 0; i < 2; i++) {
      expect(() => filter.forLinkType(1)).toThrow(expect.objectContaining({ column: 9, problem: 'linkType' }))
    }
    expect(filter.forLinkType(105)).toBeTypeOf('function')
    expect(() => filter.forLinkType(101)).toThrow(expect.objectContaining({ column: 9, problem: 'linkType' }))
    expect(() => filter.forLinkType(5000)).toThrow(expect.objectContaining({ problem: 'linkType' }))
  })

  it('says where no packet of the link type can match', async () => {
    const filter = await compileFilter('ip6')
    expect(() => filter.forLinkType(228)).toThrow(expect.objectContaining({ problem: 'rejectsAll' }))
    expect(filter.forLinkType(229)).toBeTypeOf('function')
  })

  // [expression, column, what is said]
  it.each([
    ['tcp port', 9, 'expected an address'],
    ['tcp and port 70000', 14, '70000 is not a port'],
    ['host 10.1.2.300', 6, '"10.1.2.300" is not an IPv4 address'],
    ['net 10.0.0.1/8', 5, 'has bits outside the mask'],
    ['host nosuchhost', 6, 'no address is known for host "nosuchhost"'],
    ['ether host foo', 12, 'such names are not looked up'],
    ['net foo', 5, '"foo" is not a known network'],
    ['port nosuchservice', 6, '"nosuchservice" is not a known service'],
    ['udp port ssh', 10, '"ssh" is a tcp port'],
    ['tcp or proto \\nosuch', 14, '"nosuch" is not a known protocol over IP'],
    ['gateway foo', 1, '"gateway" is not supported'],
    ['tcp host 10.1.2.3', 1, '"tcp" cannot qualify an IPv4 address'],
    ['ip6 and not (src net 10.1 or 10.2.3.4/33)', 30, 'at most 32 bits'],
    ['tcp src port http or 70000', 22, '70000 is not a port'],
    ['tcp[0:3] = 1', 1, 'an accessor reads 1, 2 or 4 bytes'],
    ['ip[0] / 0 = 1', 9, 'division by zero'],
    ['vlan 5000', 6, '5000 is not a VLAN id'],
    ['ip and mpls (1048576)', 13, '1048576 is not an MPLS label'],
    [
      'ip[0] + (ip[1] + (ip[2] + (ip[3] + (ip[4] + (ip[5] + (ip[6] + (ip[7] + (ip[8] + (ip[9] + (ip[10] + (ip[11] + (ip[12] + (ip[13] + (ip[14] + (ip[15] + ip[16]))))))))))))))) = 1',
      141,
      'more than 16 values',
    ],
  ])('refuses "%s" before it meets a packet', async (expression, column, reason) => {
    await expect(compileFilter(expression)).rejects.toMatchObject({
      name: 'FilterSyntaxError',
      column,
      message: expect.stringContaining(reason),
    })
  })

  it('looks each host name up once, and takes all its addresses', async () => {
    const asked: string[] = []
    const filter = await compileFilter('host web or ip6 host web and not ip host web', {
      resolveHost: async (name) => {
        asked.push(name)
        return ['10.1.2.3', '2001:db8::5%eth0', 'nonsense']
      },
    })
    expect(asked).toEqual(['web'])
    const test = filter.forLinkType(1)
    expect(test(web6, 0, web6.length, web6.length)).toBe(true)
    expect(test(web, 0, web.length, web.length)).toBe(false)
    expect(test(lookup, 0, lookup.length, lookup.length)).toBe(false)
  })

  it('looks up 256 host names at once, and no more', async () => {
    const list = (count: number) => Array.from({ length: count }, (_, i) => `host n${i}.test`).join(' or ')
    let asked = 0
    let answer = () => {}
    const allAsked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const resolveHost = async () => {
      asked += 1
      if (asked === 256) answer()
      await allAsked
      return ['10.0.0.1']
    }
    await compileFilter(list(256), { resolveHost })
    expect(asked).toBe(256)
    await expect(compileFilter(list(257), { resolveHost })).rejects.toThrow('more than 256 host names')
    expect(asked).toBe(256)
  })

  it('takes the network mask for "ip broadcast"', async () => {
    const filter = await compileFilter('ip broadcast', { netmask: 0xffffff00 })
    const to = (dst: string) => ethernet(ipv4({ protocol: 17, dst }, udp({})))
    const ask = (packet: Uint8Array) => filter.forLinkType(1)(packet, 0, packet.length, packet.length)
    expect([ask(to('10.0.0.255')), ask(to('10.0.0.0')), ask(to('10.0.0.7'))]).toEqual([true, true, false])
    await expect(compileFilter('ip broadcast', { netmask: 0xffffffff })).rejects.toThrow(
      'needs a network mask',
    )
  })

  it('compiles long lists, and refuses what is too long for a program', async () => {
    const ask = async (expression: string, packet: Uint8Array) => {
      const filter = await compileFilter(expression)
      return filter.forLinkType(1)(packet, 0, packet.length, packet.length)
    }
    const hosts = Array.from({ length: 2_000 }, (_, i) => `10.${i >> 8}.${i & 255}.3`).join(' or ')
    expect(await ask(`host ${hosts}`, web)).toBe(true)
    expect(await ask(`dst host ${hosts}`, web)).toBe(false)
    expect(await ask(`tcp and not (src host ${hosts} or arp)`, web)).toBe(false)
    const ports = Array.from({ length: 2_000 }, (_, i) => `port ${i}`).join(' or ')
    expect(await ask(ports, web)).toBe(true)
    expect(await ask(ports.replace('port 80 ', 'port 79 ').replaceAll('port 1234 ', 'port 7 '), web)).toBe(
      false,
    )
    const ranges = Array.from({ length: 3_500 }, (_, i) => `portrange ${i}-${i + 1}`).join(' or ')
    await expect(compileFilter(ranges)).rejects.toThrow('more than 100000 tests')
    await expect(compileFilter('tcp'.padEnd(100_001))).rejects.toThrow('more than 100000 characters')
  })
})
