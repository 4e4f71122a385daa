import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import { ConfigError } from '../../../src/errors.js'
import { PacketFilter } from '../../../src/pipeline/line/packet-filter.js'

const LINKTYPE_NULL = 0
const LINKTYPE_RAW = 101
const LINKTYPE_USER0 = 147

const IPV4 = [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]

/** True when the filter takes the frame, which stands in the middle of other bytes. */
function takes(
  filter: PacketFilter,
  linkType: number,
  frame: readonly number[],
  isBigEndian = false,
): boolean {
  const bytes = Uint8Array.of(9, 9, 9, ...frame, 9, 9)
  const packet = {
    ...blankCapturedPacket(),
    linkType,
    from: 3,
    to: 3 + frame.length,
    originalBytes: frame.length,
  }
  return filter.matches(bytes, packet, isBigEndian)
}

describe('PacketFilter', () => {
  it("reads a header in the byte order of the capture's machine", async () => {
    const filter = await PacketFilter.compile('ip host 10.0.0.1', null)
    const little = [2, 0, 0, 0, ...IPV4]
    const big = [0, 0, 0, 2, ...IPV4]
    expect(takes(filter, LINKTYPE_NULL, little, false)).toBe(true)
    expect(takes(filter, LINKTYPE_NULL, big, true)).toBe(true)
    expect(takes(filter, LINKTYPE_NULL, big, false)).toBe(false)
    expect(takes(filter, LINKTYPE_NULL, little, true)).toBe(false)
    expect(takes(filter, LINKTYPE_NULL, little, false)).toBe(true)
  })

  it('takes the link type that overrides the captures', async () => {
    const filter = await PacketFilter.compile('udp', LINKTYPE_RAW)
    expect(takes(filter, LINKTYPE_USER0, IPV4)).toBe(true)
  })

  it('takes no packet of a link type that the expression cannot be used with, and says so once for each file', async () => {
    const filter = await PacketFilter.compile('udp or type mgt', null)
    expect(takes(filter, LINKTYPE_RAW, IPV4)).toBe(false)
    expect(takes(filter, LINKTYPE_RAW, IPV4)).toBe(false)
    const messages = filter.takeProblems('a.pcap').map(({ message }) => message)
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(
      /^Cannot filter packets of link type RAW \(101\) in "a\.pcap" \(none was taken\): .*column 8/,
    )
    expect(filter.takeProblems('b.pcap')).toEqual([])
    expect(takes(filter, LINKTYPE_RAW, IPV4)).toBe(false)
    expect(filter.takeProblems('c.pcap')).toHaveLength(1)
  })

  it('names a hundred link types that the expression cannot be used with, and counts the others', async () => {
    const filter = await PacketFilter.compile('udp port 7', null)
    for (let linkType = 1_000; linkType < 1_250; linkType++) takes(filter, linkType, IPV4)
    const messages = filter.takeProblems('a.pcap').map(({ message }) => message)
    expect(messages).toHaveLength(101)
    expect(messages[100]).toBe('Cannot filter packets of 150 more link types in "a.pcap" (none was taken)')
  })

  it('takes nothing, without a problem, where no packet of the link type can match', async () => {
    const filter = await PacketFilter.compile('arp', null)
    expect(takes(filter, LINKTYPE_RAW, IPV4)).toBe(false)
    expect(filter.takeProblems('a.pcap')).toEqual([])
  })

  it('looks up the names of hosts', async () => {
    const filter = await PacketFilter.compile('host localhost', null)
    expect(takes(filter, LINKTYPE_RAW, [...IPV4.slice(0, 16), 127, 0, 0, 1])).toBe(true)
    expect(takes(filter, LINKTYPE_RAW, IPV4)).toBe(false)
  })

  it.each([
    ['tcp port', null],
    ['host no-such-host.invalid', null],
    ['1 = 2', null],
    ['ip and ip6', null],
    ['ip6', 228],
    ['type mgt', LINKTYPE_RAW],
  ])('refuses "%s" for link type %s at once, naming option and column', async (expression, linkType) => {
    const compiled = PacketFilter.compile(expression, linkType)
    await expect(compiled).rejects.toThrow(ConfigError)
    await expect(compiled).rejects.toThrow(/^Cannot use -e\/--filter ".*": column \d+: /)
  })

  it.each([
    ['tcp and udp', 113, 'column 1: no packet of this link type can match (link type LINUX_SLL (113))'],
    ['udp and type mgt', 1, 'column 9: the link type has no 802.11 frames (link type ETHERNET (1))'],
    ['port 70000', 1, 'column 6: 70000 is not a port: the highest is 65535'],
    ['ip and ip6', null, 'column 1: no packet can match'],
  ])('names the link type where it matters: %s for %s', async (expression, linkType, reason) => {
    await expect(PacketFilter.compile(expression, linkType)).rejects.toThrow(
      new ConfigError(`Cannot use -e/--filter "${expression}": ${reason}`),
    )
  })
})
