import type { LayerDecoder } from '../frame-cursor.js'
import { decodeNsh } from '../link/nsh.js'
import { IpProtocol } from '../transport-packet.js'
import { decodeAyiya } from './ayiya.js'
import { decodeCapwap } from './capwap.js'
import { decodeEsp } from './esp.js'
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
import { type DecodeAs, TUNNEL_NAMES, type TunnelName } from './tunnel-names.js'
import { decodeTzspInUdp } from './tzsp.js'
import { decodeVxlan, decodeVxlanGpe } from './vxlan.js'

// [IANA protocol number, decoder in IPv4, decoder in IPv6]
const BY_PROTOCOL: readonly (readonly [protocol: number, inIpv4: LayerDecoder, inIpv6: LayerDecoder])[] = [
  [IpProtocol.IPV4, decode4In4, decode4In6],
  [IpProtocol.IPV6, decode6In4, decode6In6],
  [IpProtocol.GRE, decodeGre, decodeGre],
  [IpProtocol.ESP, decodeEsp, decodeEsp],
  [IpProtocol.ETHER_IP, decodeEtherIp, decodeEtherIp],
  [IpProtocol.PIM, decodePimRegister, decodePimRegister],
  [IpProtocol.L2TP, decodeL2tpV3, decodeL2tpV3],
  [IpProtocol.MPLS_IN_IP, decodeMplsInIp, decodeMplsInIp],
  [IpProtocol.ETHERNET, decodeEthernetInIp, decodeEthernetInIp],
  [IpProtocol.NSH, decodeNsh, decodeNsh],
]

const DECODERS: Readonly<Record<Exclude<TunnelName, 'none'>, LayerDecoder>> = {
  ayiya: decodeAyiya,
  capwap: decodeCapwap,
  esp: decodeEsp,
  geneve: decodeGeneve,
  gre: decodeGre,
  gtpu: decodeGtpU,
  l2tp: decodeL2tp,
  lisp: decodeLisp,
  'lisp-control': decodeLispControl,
  mpls: decodeMplsInUdp,
  teredo: decodeTeredo,
  tzsp: decodeTzspInUdp,
  vxlan: decodeVxlan,
  'vxlan-gpe': decodeVxlanGpe,
}

/** Which port of a datagram identifies the tunnel: either, or only the destination's. */
type PortSide = 'either' | 'destination'

const BY_PORT: readonly (readonly [port: number, side: PortSide, tunnel: TunnelName])[] = [
  [1701, 'either', 'l2tp'],
  [2152, 'either', 'gtpu'],
  [3544, 'either', 'teredo'],
  [4341, 'destination', 'lisp'],
  [4342, 'either', 'lisp-control'],
  [4500, 'either', 'esp'], // RFC 3948
  [4754, 'destination', 'gre'], // RFC 8086
  [4789, 'destination', 'vxlan'],
  [4790, 'destination', 'vxlan-gpe'],
  [5072, 'either', 'ayiya'],
  [5247, 'either', 'capwap'],
  [6081, 'destination', 'geneve'],
  [6635, 'destination', 'mpls'],
  [8472, 'destination', 'vxlan'], // Linux's port before IANA assigned one
  [37_008, 'destination', 'tzsp'],
]

const IPV6_ROWS = 256
const byProtocol = new Array<LayerDecoder | null>(2 * IPV6_ROWS).fill(null)
for (const [protocol, inIpv4, inIpv6] of BY_PROTOCOL) {
  byProtocol[protocol] = inIpv4
  byProtocol[IPV6_ROWS + protocol] = inIpv6
}

/** The decoder of the tunnel with this IP protocol; null if the protocol is not a tunnel. */
export function tunnelOfProtocol(ipVersion: 4 | 6, protocol: number): LayerDecoder | null {
  return byProtocol[ipVersion === 4 ? protocol : IPV6_ROWS + protocol]!
}

const byNumber: readonly (LayerDecoder | null)[] = [
  null,
  ...TUNNEL_NAMES.map((name) => (name === 'none' ? null : DECODERS[name])),
]

/** Tunnels by the ports of UDP, or of TCP. */
export class PortTunnels {
  // By port: 1 + index in TUNNEL_NAMES, or 0 for no tunnel.
  readonly #ofDstPort = new Uint8Array(0x1_0000)
  readonly #ofSrcPort = new Uint8Array(0x1_0000)

  /** @param decodeAs Ports of this protocol that stand for another tunnel than theirs, or for none, on either side. */
  constructor(protocol: 'udp' | 'tcp', decodeAs: readonly DecodeAs[] = []) {
    for (const [port, side, tunnel] of protocol === 'udp' ? BY_PORT : []) this.#set(port, tunnel, side)
    for (const row of decodeAs) if (row.protocol === protocol) this.#set(row.port, row.tunnel, 'either')
  }

  /** The decoder of the tunnel on a packet's ports, destination port first; null if neither is a tunnel's. */
  of(srcPort: number, dstPort: number): LayerDecoder | null {
    return byNumber[this.#ofDstPort[dstPort]! || this.#ofSrcPort[srcPort]!]!
  }

  #set(port: number, tunnel: TunnelName, side: PortSide): void {
    const number = tunnel === 'none' ? 0 : TUNNEL_NAMES.indexOf(tunnel) + 1
    this.#ofDstPort[port] = number
    this.#ofSrcPort[port] = side === 'either' ? number : 0
  }
}
