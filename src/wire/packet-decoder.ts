import type { CapturedPacket } from '../capture/captured-packet.js'
import type { Limits } from '../config.js'
import type { EncapWriter } from './encap-table.js'
import { FragmentTable, type ReassembledSpace } from './fragments.js'
import { type FrameCursor, Layer } from './frame-cursor.js'
import { blankIpHeader, type HeaderStatus, type IpHeader } from './ip-header.js'
import { decodeIpv4 } from './ipv4.js'
import { decodeIpv6, walkExtensionHeaders } from './ipv6.js'
import { innerLayer, linkLayer } from './link/layers.js'
import { decodeTcp } from './tcp.js'
import { decodeOtherThanTcp } from './transport.js'
import { type DecodeStatus, IpProtocol, type TransportPacket } from './transport-packet.js'

/** Most headers from the outermost to the IP header. */
const MAX_LAYERS = 16

/** Malformed packets by what was wrong with them. */
export interface MalformedCounts {
  /** The captured bytes end inside a header below IP. */
  linkHeaderTruncated: number
  /** More headers below IP than the decoder follows. */
  tooManyLayers: number
  /** The captured bytes end inside the IP header or an extension header. */
  ipHeaderTruncated: number
  /** Another IP version, or lengths that cannot be. */
  ipHeaderMalformed: number
  /** A fragment without bytes, beyond the largest datagram, or of a length that cannot be. */
  fragmentMalformed: number
  /** The captured bytes end inside the transport header. */
  transportHeaderTruncated: number
  /** The packet ends inside the transport header, or its header length cannot be. */
  transportHeaderMalformed: number
}

export interface PacketDecoderOptions {
  /** Look inside tunnels over IP. */
  readonly decap: boolean
  readonly limits: Limits
  readonly encaps: EncapWriter
  readonly space: ReassembledSpace
  /** Link type of all frames, whatever the capture says; null: as the capture says. */
  readonly linkType: number | null
}

/** Turns captured frames into transport packets, in place: from the link layer to the payload, from the outside in. */
export class PacketDecoder {
  // Invariants: `#cursor` and `#ip` belong to the frame being decoded only; the fragment table and the counters
  // are all that stays from one frame to the next.
  readonly #linkType: number | null
  readonly #cursor: FrameCursor
  readonly #ip: IpHeader = blankIpHeader()
  readonly #unknownLinkTypes = new Map<number, number>()
  readonly #malformed: MalformedCounts = {
    linkHeaderTruncated: 0,
    tooManyLayers: 0,
    ipHeaderTruncated: 0,
    ipHeaderMalformed: 0,
    fragmentMalformed: 0,
    transportHeaderTruncated: 0,
    transportHeaderMalformed: 0,
  }

  /** Fragments and their counters. */
  readonly fragments: FragmentTable

  constructor(options: PacketDecoderOptions) {
    this.#linkType = options.linkType
    this.#cursor = { at: 0, to: 0, wireTo: 0, encaps: options.encaps }
    this.fragments = new FragmentTable(options.limits, options.space)
  }

  /** Packets of link types that cannot be decoded, by link type; they count as not IP. */
  get unknownLinkTypes(): ReadonlyMap<number, number> {
    return this.#unknownLinkTypes
  }

  get malformed(): Readonly<MalformedCounts> {
    return this.#malformed
  }

  /**
   * Decodes the frame `bytes[packet.from, packet.to)`.
   *
   * @param out Complete when the result is `'delivered'`, otherwise in no defined state. Its positions are in
   *            `bytes`: in the frame, or in the reassembled space.
   */
  decode(bytes: Uint8Array, packet: CapturedPacket, out: TransportPacket): DecodeStatus {
    const cursor = this.#cursor
    cursor.at = packet.from
    cursor.to = packet.to
    cursor.wireTo = packet.from + packet.originalBytes
    cursor.encaps.clear()

    const linkType = this.#linkType ?? packet.linkType
    const decodeLink = linkLayer(linkType)
    if (decodeLink === undefined) {
      this.#unknownLinkTypes.set(linkType, (this.#unknownLinkTypes.get(linkType) ?? 0) + 1)
      return 'notIp'
    }
    let layer = decodeLink(bytes, cursor)
    for (let depth = 1; layer !== Layer.IP; depth++) {
      if (layer === Layer.NOT_IP) return 'notIp'
      if (layer === Layer.TRUNCATED) return this.#countMalformed('linkHeaderTruncated')
      if (depth === MAX_LAYERS) return this.#countMalformed('tooManyLayers')
      layer = innerLayer(layer)(bytes, cursor)
    }
    return this.#decodeIp(bytes, packet, out)
  }

  /** Gives up the datagrams whose fragments did not all come: no packet follows. */
  finish(): void {
    this.fragments.finish()
  }

  #decodeIp(bytes: Uint8Array, packet: CapturedPacket, out: TransportPacket): DecodeStatus {
    const cursor = this.#cursor
    const ip = this.#ip
    const status = decodeIp(bytes, cursor.at, cursor.to, cursor.wireTo, ip)
    if (status !== 'ok') return this.#countIp(status)
    if (ip.isFragment) {
      const fragment = this.fragments.add(bytes, ip, packet.tsSec, packet.tsNsec)
      if (fragment === 'held') return 'fragment'
      if (fragment === 'malformed') return this.#countMalformed('fragmentMalformed')
      const chain = walkExtensionHeaders(bytes, ip)
      if (chain !== 'ok') return this.#countIp(chain)
      if (ip.isFragment) return this.#countMalformed('fragmentMalformed')
    } else if (ip.protocol === IpProtocol.AH) {
      const chain = walkExtensionHeaders(bytes, ip)
      if (chain !== 'ok') return this.#countIp(chain)
    }

    out.protocol = ip.protocol
    out.ipVersion = ip.version
    out.src = ip.src
    out.dst = ip.dst
    out.ipBytes = ip.ipBytes
    out.hasQuote = false
    const transport =
      ip.protocol === IpProtocol.TCP ? decodeTcp(bytes, ip, out) : decodeOtherThanTcp(bytes, ip, out)
    if (transport === 'ok') {
      out.encapId = cursor.encaps.intern()
      return 'delivered'
    }
    return this.#countMalformed(
      transport === 'truncated' ? 'transportHeaderTruncated' : 'transportHeaderMalformed',
    )
  }

  #countIp(status: 'truncated' | 'malformed'): DecodeStatus {
    return this.#countMalformed(status === 'truncated' ? 'ipHeaderTruncated' : 'ipHeaderMalformed')
  }

  #countMalformed(reason: keyof MalformedCounts): DecodeStatus {
    this.#malformed[reason] += 1
    return 'malformed'
  }
}

function decodeIp(bytes: Uint8Array, from: number, to: number, wireTo: number, ip: IpHeader): HeaderStatus {
  if (from >= to) return 'truncated'
  const version = bytes[from]! >> 4
  if (version === 4) return decodeIpv4(bytes, from, to, wireTo, ip)
  return version === 6 ? decodeIpv6(bytes, from, to, wireTo, ip) : 'malformed'
}
