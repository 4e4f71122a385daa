import { hash } from 'node:crypto'
import { ConnectionFlag, type ConnectionTable } from '../../flow/connection-table.js'
import { IpProtocol } from '../../wire/transport-packet.js'

const WORDS = 4

/** Protocols whose ports are part of the hash. ICMP has message types instead. */
const HAS_PORTS: ReadonlySet<number> = new Set([
  IpProtocol.ICMP,
  IpProtocol.TCP,
  IpProtocol.UDP,
  IpProtocol.IPV6_ICMP,
  IpProtocol.SCTP,
])

/** Message types that answer each other, both ways. */
function pairs(...list: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(list.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]))
}

// Echo, router advertisement and solicitation, timestamp, information, address mask.
const ICMP_PAIRS = pairs([8, 0], [9, 10], [13, 14], [15, 16], [17, 18])
// Echo, listener query and report, router and neighbor solicitation and advertisement, node information, home agent.
const ICMPV6_PAIRS = pairs([128, 129], [130, 131], [133, 134], [135, 136], [139, 140], [144, 145])

/**
 * Computes Community ID version 1 with seed 0: a hash of the 5-tuple that many tools share.
 *
 * Source: https://github.com/corelight/community-id-spec
 */
export class CommunityIdMaker {
  // Seed (2), two addresses, protocol, padding, two ports.
  readonly #bytes = Buffer.alloc(2 + 32 + 2 + 4)

  communityId(table: ConnectionTable, connection: number): string {
    const { address, port, flags } = table
    const protocol = table.protocol[connection] ?? 0
    const isIpv6 = ((flags[connection] ?? 0) & ConnectionFlag.IPV6) !== 0
    let firstPort = port[2 * connection] ?? 0
    let secondPort = port[2 * connection + 1] ?? 0
    let isOneWay = false
    if (protocol === IpProtocol.ICMP || protocol === IpProtocol.IPV6_ICMP) {
      const type = (table.icmpType[connection] ?? 0) >> 8
      const answer = (protocol === IpProtocol.ICMP ? ICMP_PAIRS : ICMPV6_PAIRS).get(type)
      isOneWay = answer === undefined
      firstPort = type
      secondPort = answer ?? (table.icmpType[connection] ?? 0) & 0xff
    }
    let first = 2 * WORDS * connection
    let second = first + WORDS
    const order = compareAddresses(address, first, second) || firstPort - secondPort
    if (order > 0 && !isOneWay) {
      ;[first, second] = [second, first]
      ;[firstPort, secondPort] = [secondPort, firstPort]
    }
    const words = isIpv6 ? WORDS : 1
    let at = 2
    for (let i = 0; i < words; i++) at = this.#bytes.writeUInt32BE(address[first + i] ?? 0, at)
    for (let i = 0; i < words; i++) at = this.#bytes.writeUInt32BE(address[second + i] ?? 0, at)
    at = this.#bytes.writeUInt8(protocol, at)
    at = this.#bytes.writeUInt8(0, at)
    if (HAS_PORTS.has(protocol)) {
      at = this.#bytes.writeUInt16BE(firstPort, at)
      at = this.#bytes.writeUInt16BE(secondPort, at)
    }
    return `1:${hash('sha1', this.#bytes.subarray(0, at), 'base64')}`
  }
}

// Compares bytes. The words of an IPv4 address after the first are 0.
function compareAddresses(address: Uint32Array, a: number, b: number): number {
  for (let i = 0; i < WORDS; i++) {
    const difference = (address[a + i] ?? 0) - (address[b + i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
