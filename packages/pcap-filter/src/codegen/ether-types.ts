// Protocols by EtherType or, for values up to 1500, by LLC service access point (IEEE 802.3, 802.2).
export const MAX_LENGTH = 1500

const NS = 0x0600
export const IP = 0x0800
export const ARP = 0x0806
export const MOPDL = 0x6001
export const MOPRC = 0x6002
export const DECNET = 0x6003
export const LAT = 0x6004
export const SCA = 0x6007
/** Transparent Ethernet bridging. */
export const TEB = 0x6558
export const RARP = 0x8035
export const ATALK = 0x809b
export const AARP = 0x80f3
export const VLAN = 0x8100
export const IPX = 0x8137
export const IPV6 = 0x86dd
export const MPLS = 0x8847
export const PPPOED = 0x8863
export const PPPOES = 0x8864
export const PROVIDER_BRIDGE = 0x88a8
export const LOOPBACK = 0x9000
export const QINQ = 0x9100

export const SAP_IP = 0x06
export const SAP_STP = 0x42
export const SAP_SNAP = 0xaa
export const SAP_IPX = 0xe0
export const SAP_NETBEUI = 0xf0
export const SAP_ISO = 0xfe

const PPP_PROTOCOLS: Readonly<Record<number, number>> = {
  [IP]: 0x0021,
  [SAP_ISO]: 0x0023,
  [NS]: 0x0025,
  [DECNET]: 0x0027,
  [ATALK]: 0x0029,
  [SAP_IPX]: 0x002b,
  [SAP_STP]: 0x0031,
  [IPV6]: 0x0057,
}
export const PPP_IP = 0x0021
/** Van Jacobson compressed and uncompressed TCP/IP. */
export const PPP_VJC = 0x002d
export const PPP_VJNC = 0x002f
export const PPP_MPLS = 0x0281

/** Maps an EtherType to its PPP protocol number (RFC 1661). Returns other values unchanged. */
export function pppProtocolOf(type: number): number {
  return PPP_PROTOCOLS[type] ?? type
}
