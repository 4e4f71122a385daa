import type { Protocol } from '../keywords.js'
import type { AddressKind, Direction } from '../syntax-tree.js'
import { and, type Block, or } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import { inDirection } from './directions.js'
import * as ether from './ether-types.js'
import { linkTypeIs } from './link-type-test.js'
import { equal, oneOf } from './loads.js'

/** Offsets of the addresses in the network header. */
const IP = { type: ether.IP, src: 12, dst: 16 }
const ARP = { type: ether.ARP, src: 14, dst: 24 }
const RARP = { type: ether.RARP, src: 14, dst: 24 }
const IPV6 = { type: ether.IPV6, src: 8, dst: 24 }

/**
 * Matches packets from or to an IPv4 address or network; without a protocol also ARP and RARP packets about it.
 *
 * @param address One uint32, or several.
 * @param mask uint32, bits of the address to compare.
 */
export function ipv4Host(
  cx: CodeContext,
  address: number | ReadonlySet<number>,
  mask: number,
  protocol: Protocol | null,
  direction: Direction | null,
  kind: AddressKind | null,
): Block {
  const test = (place: typeof IP) =>
    inDirection(
      direction,
      (end) =>
        and(
          linkTypeIs(cx, place.type),
          typeof address === 'number'
            ? equal(cx, 'network', place[end], bpf.W, address, mask)
            : oneOf(cx, 'network', place[end], bpf.W, address, mask),
        ),
      (other) => onlyWlan(cx, other),
    )
  switch (protocol) {
    case null: {
      const ip = test(IP)
      if (cx.labelDepth > 0) return ip
      const arp = or(ip, test(ARP))
      return or(arp, test(RARP))
    }
    case 'ip':
      return test(IP)
    case 'arp':
      return test(ARP)
    case 'rarp':
      return test(RARP)
    case 'decnet':
      if (typeof address !== 'number') throw new Error('bug: DECnet addresses are not joined')
      return decnetHost(cx, address, direction)
    default:
      throw cx.refuse(`"${protocol}" cannot qualify an IPv4 ${kind === 'net' ? 'network' : 'address'}`)
  }
}

/** The same for IPv6. @param address 16 bytes. @param mask 16 bytes. */
export function ipv6Host(
  cx: CodeContext,
  address: Uint8Array,
  mask: Uint8Array,
  protocol: Protocol | null,
  direction: Direction | null,
  kind: AddressKind | null,
): Block {
  if (protocol !== null && protocol !== 'ip6') {
    throw cx.refuse(`"${protocol}" cannot qualify an IPv6 ${kind === 'net' ? 'network' : 'address'}`)
  }
  return inDirection(
    direction,
    (end) => {
      // Built from the last word to the first, so that the first is tested first.
      let whole: Block | null = null
      for (let word = 12; word >= 0; word -= 4) {
        const part = equal(cx, 'network', IPV6[end] + word, bpf.W, wordAt(address, word), wordAt(mask, word))
        whole = whole === null ? part : and(part, whole)
      }
      if (whole === null) throw new Error('bug: an IPv6 address without words')
      return and(linkTypeIs(cx, ether.IPV6), whole)
    },
    (other) => onlyWlan(cx, other),
  )
}

function wordAt(bytes: Uint8Array, from: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(from)
}

function onlyWlan(cx: CodeContext, direction: Direction): Error {
  return cx.refuse(`"${direction}" can only qualify 802.11 addresses`)
}

/** Matches DECnet Phase IV data packets with long or short header, with or without a padding byte. */
function decnetHost(cx: CodeContext, address: number, direction: Direction | null): Block {
  const node = swapped(address)
  return inDirection(
    direction,
    (end) => {
      const long = end === 'src' ? 15 : 7
      const short = end === 'src' ? 3 : 1
      const isDecnet = linkTypeIs(cx, ether.DECNET)
      const packet = (flags: () => Block, offset: number) =>
        and(flags(), equal(cx, 'network', offset, bpf.H, node))
      const padded = (flags: number) => () => equal(cx, 'network', 2, bpf.H, 0x8100 | flags, 0xff07)
      const plain = (flags: number) => () => equal(cx, 'network', 2, bpf.B, flags, 0x07)
      const whole = packet(padded(0x06), 3 + long)
      or(packet(plain(0x06), 2 + long), whole)
      or(packet(padded(0x02), 3 + short), whole)
      or(packet(plain(0x02), 2 + short), whole)
      return and(isDecnet, whole)
    },
    (other) => onlyWlan(cx, other),
  )
}

// DECnet numbers are little-endian.
function swapped(address: number): number {
  return ((address & 0xff) << 8) | ((address >> 8) & 0xff)
}
