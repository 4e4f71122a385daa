import type { CapturedPacket } from '../capture/captured-packet.js'
import type { Limits } from '../config/config.js'
import type { EncapWriter } from './encap-table.js'
import type { FragmentTable, ReassembledSpace } from './fragments.js'
import { blankFrameCursor, type FrameCursor, Layer } from './frame-cursor.js'
import type { FrameTrail } from './frame-trail.js'
import { IpDecoder, MAX_LAYERS } from './ip-decoder.js'
import { innerLayer } from './link/layers.js'
import { linkLayer } from './link/link-layers.js'
import type { DecodeStatus, TransportPacket } from './transport-packet.js'
import type { DecodeAs } from './tunnels/tunnel-names.js'

/** Counts of malformed packets by reason. */
export interface MalformedCounts {
  /** The captured bytes end inside a header below IP. */
  linkHeaderTruncated: number
  /** A length in a header below IP is impossible. */
  linkHeaderMalformed: number
  /** More headers below IP than the decoder follows. */
  tooManyLayers: number
  /** The captured bytes end inside the IP header or an extension header. */
  ipHeaderTruncated: number
  /** Another IP version, or an impossible length. */
  ipHeaderMalformed: number
  /** A fragment that is empty, extends beyond the largest datagram, or has an impossible length. */
  fragmentMalformed: number
  /** The captured bytes end inside the transport header. */
  transportHeaderTruncated: number
  /** The packet ends inside the transport header, or the header length is impossible. */
  transportHeaderMalformed: number
}

/** Counts by reason of frames that may carry IP but count as not IP. */
export interface NotIpCounts {
  /** Encrypted by the link layer. */
  encryptedFrames: number
  /** One part of a packet that the link layer split. */
  partialFrames: number
  /** Received damaged, according to the capture. */
  damagedFrames: number
}

export interface PacketDecoderOptions {
  /** Whether to look inside tunnels over IP. */
  readonly decap: boolean
  readonly limits: Limits
  readonly encaps: EncapWriter
  readonly space: ReassembledSpace
  /** Link type of all frames instead of the capture's; null to use the capture's. */
  readonly linkType: number | null
  /** Ports that stand for another tunnel than theirs; absent: none. */
  readonly decodeAs?: readonly DecodeAs[]
  /** Copies of fragments are told from others that come so long after the first; absent or 0: they are fragments. */
  readonly copyNsec?: number
}

/** Decodes captured frames in place, from the link layer to the transport payload. */
export class PacketDecoder {
  // Invariants: `#cursor` is valid only for the frame being decoded. Only the fragment table and the counters persist
  // between frames.
  /** Link type of all frames; null: as the capture says. */
  linkType: number | null
  readonly #cursor: FrameCursor
  readonly #ips: IpDecoder
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

  constructor(options: PacketDecoderOptions) {
    this.linkType = options.linkType
    this.#cursor = blankFrameCursor(options.encaps)
    this.#ips = new IpDecoder(
      options.decap,
      options.limits,
      options.space,
      options.decodeAs ?? [],
      options.copyNsec ?? 0,
    )
  }

  /** Fragments and their counters. */
  get fragments(): FragmentTable {
    return this.#ips.fragments
  }

  /** Number of packets by link type for link types that cannot be decoded. These packets count as not IP. */
  get unknownLinkTypes(): ReadonlyMap<number, number> {
    return this.#unknownLinkTypes
  }

  get malformed(): Readonly<MalformedCounts> {
    return this.#malformed
  }

  get notIp(): Readonly<NotIpCounts> {
    return this.#notIp
  }

  /** Packets beyond the first in frames that hold several. */
  get aggregatedPackets(): number {
    return this.#aggregatedPackets
  }

  /** True when the frame decoded last holds another packet, which `decodeNext()` decodes. */
  get hasMore(): boolean {
    return this.#cursor.moreAt >= 0
  }

  /**
   * Decodes the frame `bytes[packet.from, packet.to)`.
   *
   * @param out Complete when the result is `'delivered'`, otherwise undefined. Its offsets refer to `bytes`, either to
   *            the frame or to the reassembled space.
   */
  decode(bytes: Uint8Array, packet: CapturedPacket, out: TransportPacket): DecodeStatus {
    const cursor = this.#cursor
    cursor.at = packet.from
    cursor.to = packet.to
    cursor.wireTo = packet.from + packet.originalBytes
    cursor.moreAt = -1
    cursor.encaps.clear()

    const linkType = this.linkType ?? packet.linkType
    out.linkType = linkType
    const decodeLink = linkLayer(linkType)
    if (decodeLink === undefined) return this.#countUnknown(linkType)
    return this.#walk(decodeLink(bytes, cursor), bytes, packet, out)
  }

  /** Decodes the next packet of the last frame, as `decode()` does. Call it only if `hasMore`. */
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

  /** Has the frames of datagrams remembered. */
  set trail(trail: FrameTrail) {
    this.fragments.trail = trail
  }

  /** Gives up incomplete datagrams at the end of the capture. */
  finish(): void {
    this.fragments.finish()
  }

  #walk(outermost: number, bytes: Uint8Array, packet: CapturedPacket, out: TransportPacket): DecodeStatus {
    let layer = outermost
    for (let depth = 1; layer > Layer.IP; depth++) {
      if (depth === MAX_LAYERS) return this.#countMalformed('tooManyLayers')
      layer = innerLayer(layer)(bytes, this.#cursor)
    }
    if (layer !== Layer.IP) return this.#countEnd(layer)
    if (this.#cursor.encaps.isOverfull) return this.#countMalformed('tooManyLayers')
    const status = this.#ips.decode(bytes, this.#cursor, packet, out)
    if (status === 'delivered' || status === 'fragment' || status === 'copy') return status
    return this.#countMalformed(status)
  }

  #countUnknown(linkType: number): DecodeStatus {
    this.#unknownLinkTypes.set(linkType, (this.#unknownLinkTypes.get(linkType) ?? 0) + 1)
    return 'notIp'
  }

  /** Counts a frame in which no IP packet was found. */
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

  #countMalformed(reason: keyof MalformedCounts): DecodeStatus {
    this.#malformed[reason] += 1
    return 'malformed'
  }
}
