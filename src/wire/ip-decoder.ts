import type { CapturedPacket } from '../capture/captured-packet.js'
import { EncapKind } from './encap-table.js'
import type { FragmentLimits, ReassembledSpace } from './fragments.js'
import { FragmentTable, MAX_REASSEMBLED_DATAGRAMS } from './fragments.js'
import { type FrameCursor, Layer, type LayerDecoder } from './frame-cursor.js'
import { blankIpHeader, type HeaderStatus, type IpHeader } from './ip-header.js'
import { decodeIpv4 } from './ipv4.js'
import { decodeIpv6, walkExtensionHeaders } from './ipv6.js'
import { innerLayer } from './link/layers.js'
import { decodeTcp } from './tcp.js'
import { decodeOtherThanTcp } from './transport.js'
import { IpProtocol, type TransportPacket } from './transport-packet.js'
import { openEspTransport } from './tunnels/esp.js'
import { fittingIp } from './tunnels/ip-claim.js'
import type { DecodeAs } from './tunnels/tunnel-names.js'
import { PortTunnels, tunnelOfProtocol } from './tunnels/tunnel-table.js'

/** Most headers below the first IP header, or between two IP headers. */
export const MAX_LAYERS = 16

/** Result for an IP packet: delivered, kept as a fragment, or what is wrong with it. */
export type IpStatus =
  | 'delivered'
  | 'fragment'
  | 'copy'
  | 'ipHeaderTruncated'
  | 'ipHeaderMalformed'
  | 'fragmentMalformed'
  | 'transportHeaderTruncated'
  | 'transportHeaderMalformed'

/** Result for the content of a tunnel. `'closed'`: it is not IP, or has more headers than the decoder follows. */
type InsideStatus = IpStatus | 'closed'

/** Decodes IP packets in place, from the IP header through tunnels to the transport payload. */
export class IpDecoder {
  // Invariants: `#ip` and `#inside` are valid only for the packet being decoded, `#reassembled` only for its frame.
  readonly #decap: boolean
  readonly #udpTunnels: PortTunnels
  /** Null: no port of TCP was named. */
  readonly #tcpTunnels: PortTunnels | null
  #ip: IpHeader = blankIpHeader()
  #inside: IpHeader = blankIpHeader()
  #reassembled = 0

  /** Fragments and their counters. */
  readonly fragments: FragmentTable

  /**
   * @param decap    Whether to look inside tunnels.
   * @param decodeAs Ports that stand for another tunnel than theirs.
   * @param copyNsec See `FragmentTable`.
   */
  constructor(
    decap: boolean,
    limits: FragmentLimits,
    space: ReassembledSpace,
    decodeAs: readonly DecodeAs[],
    copyNsec: number,
  ) {
    this.#decap = decap
    this.#udpTunnels = new PortTunnels('udp', decodeAs)
    const hasTcp = decodeAs.some(({ protocol }) => protocol === 'tcp')
    this.#tcpTunnels = hasTcp ? new PortTunnels('tcp', decodeAs) : null
    this.fragments = new FragmentTable(limits, space, copyNsec)
  }

  /**
   * Decodes the IP packet at the cursor. If the content of a tunnel cannot be decoded, it stays the payload of the
   * packet around it.
   *
   * @param packet Provides the time, for fragments.
   * @param out    Complete when the result is `'delivered'`, otherwise undefined. Its offsets refer to `bytes`, either
   *               to the frame or to the reassembled space.
   */
  decode(bytes: Uint8Array, cursor: FrameCursor, packet: CapturedPacket, out: TransportPacket): IpStatus {
    this.#reassembled = 0
    const header = this.#decodeHeader(bytes, cursor, packet, this.#ip)
    if (header !== 'delivered') return header
    const transport = decodeTransport(bytes, this.#ip, out)
    if (transport !== 'delivered') return transport
    if (this.#decap && (out.protocol !== IpProtocol.TCP || this.#tcpTunnels !== null)) {
      const decodeTunnel = this.#tunnelOf(out)
      if (decodeTunnel !== null) {
        const status = this.#open(decodeTunnel, bytes, cursor, packet, out)
        if (status === 'fragment' || status === 'copy') return status
      }
    }
    out.encapId = cursor.encaps.intern()
    return 'delivered'
  }

  /** Opens the tunnel in `out` and the tunnels inside it. `out` becomes the innermost packet that can be decoded. */
  #open(
    outermost: LayerDecoder,
    bytes: Uint8Array,
    cursor: FrameCursor,
    packet: CapturedPacket,
    out: TransportPacket,
  ): IpStatus {
    const { encaps, moreAt } = cursor
    // The loop ends because each tunnel pushes a header and the stack is limited.
    for (let decodeTunnel: LayerDecoder | null = outermost; decodeTunnel !== null; ) {
      const { depth } = encaps
      cursor.moreAt = -1
      const status = this.#decodeInside(decodeTunnel, bytes, cursor, packet, out)
      cursor.moreAt = moreAt
      if (status === 'fragment' || status === 'copy') return status
      if (status !== 'delivered') {
        encaps.truncate(depth)
        decodeTransport(bytes, this.#ip, out)
        break
      }
      const inside = this.#inside
      this.#inside = this.#ip
      this.#ip = inside
      decodeTunnel = this.#tunnelOf(out)
    }
    return 'delivered'
  }

  /** Decodes the content of the tunnel in `out` into `#inside` and `out`. */
  #decodeInside(
    decodeTunnel: LayerDecoder,
    bytes: Uint8Array,
    cursor: FrameCursor,
    packet: CapturedPacket,
    out: TransportPacket,
  ): InsideStatus {
    const isKnownByPort = out.protocol === IpProtocol.UDP || out.protocol === IpProtocol.TCP
    cursor.at = out.payloadFrom
    cursor.to = out.payloadFrom + out.payloadBytes
    cursor.wireTo = out.payloadFrom + out.originalPayloadBytes
    let layer = decodeTunnel(bytes, cursor)
    for (let depth = 1; layer > Layer.IP; depth++) {
      if (depth === MAX_LAYERS) return 'closed'
      layer = innerLayer(layer)(bytes, cursor)
    }
    // Frames of several packets are not supported inside a tunnel.
    if (layer !== Layer.IP || cursor.encaps.isOverfull || cursor.moreAt >= 0) return 'closed'
    if (isKnownByPort && !fittingIp(bytes, cursor.at, cursor.to, cursor.wireTo)) return 'closed'
    const header = this.#decodeHeader(bytes, cursor, packet, this.#inside)
    return header === 'delivered' ? decodeTransport(bytes, this.#inside, out) : header
  }

  /** Decodes the IP header at the cursor and its extension headers. A fragment that completes a datagram becomes it. */
  #decodeHeader(bytes: Uint8Array, cursor: FrameCursor, packet: CapturedPacket, ip: IpHeader): IpStatus {
    const status = decodeIp(bytes, cursor.at, cursor.to, cursor.wireTo, ip)
    if (status !== 'ok') return ipStatus(status)
    if (ip.isFragment) {
      if (this.#reassembled === MAX_REASSEMBLED_DATAGRAMS) return 'fragmentMalformed'
      ip.tunnelHash = cursor.encaps.tunnelHash()
      const fragment = this.fragments.add(bytes, ip, packet.tsSec, packet.tsNsec)
      if (fragment === 'held') return 'fragment'
      if (fragment === 'copy') return 'copy'
      if (fragment === 'malformed') return 'fragmentMalformed'
      this.#reassembled += 1
      const chain = walkExtensionHeaders(bytes, ip)
      if (chain !== 'ok') return ipStatus(chain)
      if (ip.isFragment) return 'fragmentMalformed'
    } else if (ip.protocol === IpProtocol.AH) {
      const chain = walkExtensionHeaders(bytes, ip)
      if (chain !== 'ok') return ipStatus(chain)
    }
    if (ip.protocol === IpProtocol.ESP && this.#decap && openEspTransport(bytes, ip)) {
      cursor.encaps.push(EncapKind.ESP, 0)
    }
    return 'delivered'
  }

  #tunnelOf({ protocol, ipVersion, srcPort, dstPort }: TransportPacket): LayerDecoder | null {
    switch (protocol) {
      case IpProtocol.UDP:
        return this.#udpTunnels.of(srcPort, dstPort)
      case IpProtocol.TCP:
        return this.#tcpTunnels === null ? null : this.#tcpTunnels.of(srcPort, dstPort)
      default:
        return tunnelOfProtocol(ipVersion, protocol)
    }
  }
}

function decodeTransport(bytes: Uint8Array, ip: IpHeader, out: TransportPacket): IpStatus {
  out.protocol = ip.protocol
  out.ipVersion = ip.version
  out.src = ip.src
  out.dst = ip.dst
  out.ipBytes = ip.ipBytes
  out.ipFrom = ip.from
  out.transportFrom = ip.at
  out.identification = ip.identification
  out.hopLimit = ip.hopLimit
  out.hasQuote = false
  const status =
    ip.protocol === IpProtocol.TCP ? decodeTcp(bytes, ip, out) : decodeOtherThanTcp(bytes, ip, out)
  if (status === 'ok') return 'delivered'
  return status === 'truncated' ? 'transportHeaderTruncated' : 'transportHeaderMalformed'
}

function decodeIp(bytes: Uint8Array, from: number, to: number, wireTo: number, ip: IpHeader): HeaderStatus {
  if (from >= to) return 'truncated'
  const version = bytes[from]! >> 4
  if (version === 4) return decodeIpv4(bytes, from, to, wireTo, ip)
  return version === 6 ? decodeIpv6(bytes, from, to, wireTo, ip) : 'malformed'
}

function ipStatus(status: 'truncated' | 'malformed'): IpStatus {
  return status === 'truncated' ? 'ipHeaderTruncated' : 'ipHeaderMalformed'
}
