import type { CapturedPacket } from '../capture/captured-packet.js'

const LINKTYPE_ETHERNET = 1
const LINKTYPE_LINUX_SLL = 113
const FIRST_ETHER_TYPE = 0x600
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])
/** Most VLAN tags skipped. */
const MAX_TAGS = 4

// Names of frame contents other than IP, by EtherType (IANA registry "IEEE 802 Numbers").
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x0800, 'invalid IPv4'],
  [0x0806, 'ARP'],
  [0x0842, 'Wake-on-LAN'],
  [0x22f3, 'TRILL'],
  [0x22f4, 'IS-IS over TRILL'],
  [0x6558, 'Transparent Ethernet'],
  [0x8035, 'RARP'],
  [0x809b, 'AppleTalk'],
  [0x80f3, 'AARP'],
  [0x8137, 'IPX'],
  [0x86dd, 'invalid IPv6'],
  [0x8808, 'MAC control'],
  [0x8809, 'Slow protocols'],
  [0x8847, 'MPLS'],
  [0x8848, 'MPLS multicast'],
  [0x8863, 'PPPoE discovery'],
  [0x8864, 'PPPoE session'],
  [0x886d, 'Intel ANS'],
  [0x888e, 'EAPOL'],
  [0x8892, 'PROFINET'],
  [0x889a, 'HyperSCSI'],
  [0x88a2, 'ATA over Ethernet'],
  [0x88a4, 'EtherCAT'],
  [0x88ab, 'Ethernet POWERLINK'],
  [0x88b8, 'GOOSE'],
  [0x88ba, 'Sampled values'],
  [0x88cc, 'LLDP'],
  [0x88e1, 'HomePlug AV'],
  [0x88e5, 'MACsec'],
  [0x88f7, 'PTP'],
  [0x8902, 'CFM'],
  [0x8906, 'FCoE'],
  [0x8914, 'FCoE initialization'],
  [0x8915, 'RoCE'],
  [0x892f, 'HSR'],
  [0x9000, 'Ethernet loopback'],
])

/** The EtherType after any VLAN tags. A value below 0x600 is the length of an LLC frame. Null when unknown. */
export function etherTypeOf(bytes: Uint8Array, packet: CapturedPacket, linkType: number): number | null {
  if (linkType !== LINKTYPE_ETHERNET && linkType !== LINKTYPE_LINUX_SLL) return null
  let at = packet.from + (linkType === LINKTYPE_ETHERNET ? 12 : 14)
  for (let tags = 0; tags <= MAX_TAGS; tags++) {
    const high = bytes[at]
    const low = bytes[at + 1]
    if (at + 2 > packet.to || high === undefined || low === undefined) return null
    const etherType = (high << 8) | low
    if (!VLAN_TAGS.has(etherType)) return etherType
    at += 4
  }
  return null
}

/** Names the content of a frame that is not IP. @param etherType As `etherTypeOf()` returns it. */
export function etherTypeName(etherType: number | null): string {
  if (etherType === null) return 'not IP'
  if (etherType < FIRST_ETHER_TYPE) return 'LLC'
  return NAMES.get(etherType) ?? `EtherType 0x${etherType.toString(16).padStart(4, '0')}`
}
