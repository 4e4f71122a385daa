import type { CapturedPacket } from '../capture/captured-packet.js'
import type { Limits } from '../config.js'
import type { EncapWriter } from './encap-table.js'
import { FragmentTable, type ReassembledSpace } from './fragments.js'
import { blankFrameCursor, type FrameCursor, Layer } from './frame-cursor.js'
import { blankIpHeader, type HeaderStatus, type IpHeader } from './ip-header.js'
import { decodeIpv4 } from './ipv4.js'
import { decodeIpv6, walkExtensionHeaders } from './ipv6.js'
import { innerLayer } from './link/layers.js'
import { linkLayer } from './link/link-layers.js'
import { decodeTcp } from './tcp.js'
import { decodeOtherThanTcp } from './transport.js'
import { type DecodeStatus, IpProtocol, type TransportPacket } from './transport-packet.js'

/** Most headers from the outermost to the IP header. */
const MAX_LAYERS = 16

/** Malformed packets by what was wrong with them. */
export interface MalformedCounts {
  /** The captured bytes end inside a header below IP. */
  linkHeaderTruncated: number
  /** A length in a header below IP cannot be. */
  linkHeaderMalformed: number
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

/** Frames that may have carried IP but count as not IP, by the reason. */
export interface NotIpCounts {
  /** Encrypted by the link layer. */
  encryptedFrames: number
  /** A part of a packet that the link layer cut. */
  partialFrames: number
  /** Received damaged, as the capture itself says. */
  damagedFrames: number
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
    linkHeaderMalformed: 0,
    tooManyLayers: 0,
    ipHeaderTruncated: 0,
    ipHeaderMalformed: 0,
    fragmentMalformed: 0,
    transportHeaderTruncated: 0,
    transportHeaderMalformed: 0,
  }

  readonly #notIp: NotIpCounts = { encryptedFrames: 0, partialFrames: 0, damagedFrames: 0 }
  #aggregatedPackets = 0

  /** Fragments and their counters. */
  readonly fragments: FragmentTable

  constructor(options: PacketDecoderOptions) {
    this.#linkType = options.linkType
    this.#cursor = blankFrameCursor(options.encaps)
    this.fragments = new FragmentTable(options.limits, options.space)
  }

  /** Packets of link types that cannot be decoded, by link type; they count as not IP. */
  get unknownLinkTypes(): ReadonlyMap<number, number> {
    return this.#unknownLinkTypes
  }

  get malformed(): Readonly<MalformedCounts> {
    return this.#malformed
  }

  get notIp(): Readonly<NotIpCounts> {
    return this.#notIp
  }

  /** Packets of frames that hold several, without the first of each. */
  get aggregatedPackets(): number {
    return this.#aggregatedPackets
  }

  /** True when the frame decoded last holds another packet: `decodeNext()` decodes it. */
  get hasMore(): boolean {
    return this.#cursor.moreAt >= 0
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
    cursor.moreAt = -1
    cursor.encaps.clear()

    const linkType = this.#linkType ?? packet.linkType
    const decodeLink = linkLayer(linkType)
    if (decodeLink === undefined) return this.#countUnknown(linkType)
    return this.#walk(decodeLink(bytes, cursor), bytes, packet, out)
  }

  /** Decodes the next packet of the frame that was decoded last, which has more; the rest as in `decode()`. */
  decodeNext(bytes: Uint8Array, packet: CapturedPacket, out: TransportPacket): DecodeStatus {
    const cursor = this.#cursor
    cursor.at = cursor.moreAt
    cursor.to = cursor.moreTo
    cursor.wireTo = cursor.moreWireTo
    cursor.moreAt = -1
    cursor.encaps.clear()
    this.#aggregatedPackets += 1
    return this.#walk(Layer.AMSDU, bytes, packet, out)
  }

  /** Gives up the datagrams whose fragments did not all come: no packet follows. */
  finish(): void {
    this.fragments.finish()
  }

  #walk(outermost: number, bytes: Uint8Array, packet: CapturedPacket, out: TransportPacket): DecodeStatus {
    let layer = outermost
    for (let depth = 1; layer > Layer.IP; depth++) {
      if (depth === MAX_LAYERS) return this.#countMalformed('tooManyLayers')
      layer = innerLayer(layer)(bytes, this.#cursor)
    }
    return layer === Layer.IP ? this.#decodeIp(bytes, packet, out) : this.#countEnd(layer)
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

  #countUnknown(linkType: number): DecodeStatus {
    this.#unknownLinkTypes.set(linkType, (this.#unknownLinkTypes.get(linkType) ?? 0) + 1)
    return 'notIp'
  }

  /** Counts a frame in which there is no IP to be had. */
  #countEnd(layer: number): DecodeStatus {
    switch (layer) {
      case Layer.TRUNCATED:
        return this.#countMalformed('linkHeaderTruncated')
      case Layer.MALFORMED:
        return this.#countMalformed('linkHeaderMalformed')
      case Layer.ENCRYPTED:
        this.#notIp.encryptedFrames += 1
        return 'notIp'
      case Layer.PART:
        this.#notIp.partialFrames += 1
        return 'notIp'
      case Layer.DAMAGED:
        this.#notIp.damagedFrames += 1
        return 'notIp'
      case Layer.UNKNOWN:
        return this.#countUnknown(this.#cursor.linkType)
      default:
        return 'notIp'
    }
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
