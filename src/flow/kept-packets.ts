import type { HeldStore } from '../stream/held-store.js'
import { blankFlowPacket, type FlowPacket } from './flow-packet.js'

/** Packets that a worker keeps at most: about 32 MiB beside their bytes. */
const MAX_PACKETS = 65_536

/** A packet that is kept. What it points at is in the store; its addresses are those of the connections on its 5-tuple. */
export interface KeptPacket {
  readonly packet: FlowPacket
  /** Direction in its group. */
  readonly side: 0 | 1
  readonly stored: number
  readonly storedBytes: number
}

/** Keeps packets in a {@link HeldStore}: the frame where somebody asks for it, transport header and payload. */
export class KeptPackets {
  readonly #store: HeldStore
  readonly #hasFrames: boolean
  #count = 0

  /** @param hasFrames Somebody asks for the frames of packets. */
  constructor(store: HeldStore, hasFrames: boolean) {
    this.#store = store
    this.#hasFrames = hasFrames
  }

  /** True when there is no memory for more. */
  get isFull(): boolean {
    return this.#count >= MAX_PACKETS || this.#store.isFull
  }

  keep(side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): KeptPacket {
    this.#count += 1
    const kept = Object.assign(blankFlowPacket(), packet)
    const { transportFrom, payloadFrom, payloadBytes } = packet
    const frameBytes = this.#hasFrames ? packet.frameBytes : 0
    const transportBytes = payloadFrom - transportFrom + payloadBytes
    // A reassembled packet's transport header and payload are not in its frame.
    const content = new Uint8Array(frameBytes + transportBytes)
    content.set(bytes.subarray(packet.frameFrom, packet.frameFrom + frameBytes))
    content.set(bytes.subarray(transportFrom, transportFrom + transportBytes), frameBytes)
    kept.inputBase += packet.frameFrom
    kept.frameFrom = 0
    kept.frameBytes = frameBytes
    kept.ipFrom = packet.ipFrom - packet.frameFrom
    kept.transportFrom = frameBytes
    kept.payloadFrom = frameBytes + payloadFrom - transportFrom
    const storedBytes = content.length
    const stored = storedBytes === 0 ? 0 : this.#store.keep(content, 0, storedBytes)
    return { packet: kept, side, stored, storedBytes }
  }

  /** Gives a packet back, and what it points at in memory of its own; it is kept no more. */
  take({ stored, storedBytes }: KeptPacket): Uint8Array {
    this.#count -= 1
    if (storedBytes === 0) return new Uint8Array(0)
    const { bytes, from, to } = this.#store.locate(stored, 0, storedBytes)
    const content = Uint8Array.from(bytes.subarray(from, to))
    this.#store.drop(stored, storedBytes)
    return content
  }
}
