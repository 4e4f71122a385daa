import type { CapturedPacket } from '../../capture/captured-packet.js'
import { EncapTable, EncapWriter } from '../encap-table.js'
import { blankFrameCursor, Layer } from '../frame-cursor.js'
import { fittingIp } from '../tunnels/ip-claim.js'
import { innerLayer } from './layers.js'
import { linkLayer } from './link-layers.js'

/** Link types that frames are tried as: raw IP, Ethernet, cooked (v1, v2), loopback. */
const CANDIDATES = [101, 1, 113, 276, 0] as const
const MAX_LAYERS = 16
/** The capture's own link type is doubted below this share of IP packets, another is believed above that one. */
const MOST_DOUBTED = 0.05
const LEAST_BELIEVED = 0.95

/** Takes outer headers, which nobody reads. */
const UNREAD_ENCAPS = new EncapWriter(EncapTable.allocate(1))

/** Finds out whether the first packets of a capture have another link type than the capture says. */
export class LinkGuess {
  // Invariant: of #packets frames, #asSaid have IP as the capture says, and #asOther[i] as CANDIDATES[i].
  readonly #cursor = blankFrameCursor(UNREAD_ENCAPS)
  readonly #asOther = CANDIDATES.map(() => 0)
  #packets = 0
  #asSaid = 0

  get packets(): number {
    return this.#packets
  }

  /** Looks at a frame. Returns true when it has an IP packet as the capture says. */
  add(bytes: Uint8Array, packet: CapturedPacket): boolean {
    this.#packets += 1
    const isAsSaid = this.#hasIp(bytes, packet, packet.linkType)
    if (isAsSaid) this.#asSaid += 1
    for (const [index, linkType] of CANDIDATES.entries()) {
      if (linkType !== packet.linkType && this.#hasIp(bytes, packet, linkType))
        this.#asOther[index] = (this.#asOther[index] ?? 0) + 1
    }
    return isAsSaid
  }

  /** The link type that nearly all frames have in truth; null: the capture's own, or none that is known. */
  result(): number | null {
    if (this.#packets === 0 || this.#asSaid >= MOST_DOUBTED * this.#packets) return null
    return CANDIDATES.find((_, index) => this.#asOther[index]! > LEAST_BELIEVED * this.#packets) ?? null
  }

  #hasIp(bytes: Uint8Array, { from, to, originalBytes }: CapturedPacket, linkType: number): boolean {
    const cursor = this.#cursor
    cursor.at = from
    cursor.to = to
    cursor.wireTo = from + originalBytes
    cursor.moreAt = -1
    cursor.encaps.clear()
    let layer = linkLayer(linkType)?.(bytes, cursor) ?? Layer.NOT_IP
    for (let depth = 1; layer > Layer.IP && depth < MAX_LAYERS; depth++)
      layer = innerLayer(layer)(bytes, cursor)
    return layer === Layer.IP && fittingIp(bytes, cursor.at, cursor.to, cursor.wireTo)
  }
}
