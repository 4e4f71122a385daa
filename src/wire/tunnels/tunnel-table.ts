import type { LayerDecoder } from '../frame-cursor.js'
import { decodeNsh } from '../link/nsh.js'
import { IpProtocol } from '../transport-packet.js'
import { decodeCapwap } from './capwap.js'
import { decodeEtherIp, decodeEthernetInIp } from './ether-ip.js'
import { decodeGeneve } from './geneve.js'
import { decodeGre } from './gre.js'
import { decodeGtpU } from './gtp-u.js'
import { decode4In4, decode4In6, decode6In4, decode6In6 } from './ip-in-ip.js'
import { decodeL2tp } from './l2tp.js'
import { decodeL2tpV3 } from './l2tp-v3.js'
import { decodeLisp, decodeLispControl } from './lisp.js'
import { decodeMplsInIp, decodeMplsInUdp } from './mpls-over-ip.js'
import { decodePimRegister } from './pim.js'
import { decodeTeredo } from './teredo.js'
import { decodeVxlan, decodeVxlanGpe } from './vxlan.js'

// [IANA protocol number, decoder in IPv4, decoder in IPv6]
const BY_PROTOCOL: readonly (readonly [protocol: number, inIpv4: LayerDecoder, inIpv6: LayerDecoder])[] = [
  [IpProtocol.IPV4, decode4In4, decode4In6],
  [IpProtocol.IPV6, decode6In4, decode6In6],
  [IpProtocol.GRE, decodeGre, decodeGre],
  [IpProtocol.ETHER_IP, decodeEtherIp, decodeEtherIp],
  [IpProtocol.PIM, decodePimRegister, decodePimRegister],
  [IpProtocol.L2TP, decodeL2tpV3, decodeL2tpV3],
  [IpProtocol.MPLS_IN_IP, decodeMplsInIp, decodeMplsInIp],
  [IpProtocol.ETHERNET, decodeEthernetInIp, decodeEthernetInIp],
  [IpProtocol.NSH, decodeNsh, decodeNsh],
]

/** Which port of a datagram identifies the tunnel: either, or only the destination's. */
type PortSide = 'either' | 'destination'

const BY_PORT: readonly (readonly [port: number, side: PortSide, decoder: LayerDecoder])[] = [
  [1701, 'either', decodeL2tp],
  [2152, 'either', decodeGtpU],
  [3544, 'either', decodeTeredo],
  [4341, 'destination', decodeLisp],
  [4342, 'either', decodeLispControl],
  [4789, 'destination', decodeVxlan],
  [4790, 'destination', decodeVxlanGpe],
  [5247, 'either', decodeCapwap],
  [6081, 'destination', decodeGeneve],
  [6635, 'destination', decodeMplsInUdp],
  [8472, 'destination', decodeVxlan], // Linux's port before IANA assigned one
]

const IPV6_ROWS = 256
const byProtocol = new Array<LayerDecoder | null>(2 * IPV6_ROWS).fill(null)
for (const [protocol, inIpv4, inIpv6] of BY_PROTOCOL) {
  byProtocol[protocol] = inIpv4
  byProtocol[IPV6_ROWS + protocol] = inIpv6
}

// By port: 1 + index in BY_PORT, or 0 for no tunnel.
const rowOfDstPort = new Uint8Array(0x1_0000)
const rowOfSrcPort = new Uint8Array(0x1_0000)
for (const [index, [port, side]] of BY_PORT.entries()) {
  rowOfDstPort[port] = 1 + index
  if (side === 'either') rowOfSrcPort[port] = 1 + index
}

/** The decoder of the tunnel with this IP protocol; null if the protocol is not a tunnel. */
export function tunnelOfProtocol(ipVersion: 4 | 6, protocol: number): LayerDecoder | null {
  return byProtocol[ipVersion === 4 ? protocol : IPV6_ROWS + protocol]!
}

/** The decoder of the tunnel on a UDP datagram's ports, destination port first; null if neither is a tunnel's. */
export function tunnelOfPorts(srcPort: number, dstPort: number): LayerDecoder | null {
  const row = rowOfDstPort[dstPort]! || rowOfSrcPort[srcPort]!
  return row === 0 ? null : BY_PORT[row - 1]![2]
}
