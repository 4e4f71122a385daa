import { blankCapturedPacket } from '../../src/capture/captured-packet.js'
import { DEFAULT_LIMITS, type Limits } from '../../src/config/config.js'
import { type EncapDescription, EncapTable, EncapWriter } from '../../src/wire/encap-table.js'
import { MAX_REASSEMBLED_BYTES, MAX_REASSEMBLED_DATAGRAMS } from '../../src/wire/fragments.js'
import { PacketDecoder } from '../../src/wire/packet-decoder.js'
import { blankTransportPacket, type DecodeStatus, type PacketTuple } from '../../src/wire/transport-packet.js'
import type { DecodeAs } from '../../src/wire/tunnels/tunnel-names.js'

/** A 5-tuple with addresses as text, IPv6 in eight groups. */
export interface Tuple {
  protocol: number
  src: string
  dst: string
  srcPort: number
  dstPort: number
}

/** A delivered packet, copied out of the buffer. */
export interface Delivered extends Tuple {
  payload: Uint8Array
  originalPayloadBytes: number
  seq: number
  ack: number
  tcpFlags: number
  window: number
  ipBytes: number
  encap: EncapDescription
  quoted: (Tuple & { seq: number | null }) | null
}

/** What became of a packet, and the packet when it was delivered. */
export interface Outcome {
  readonly status: DecodeStatus
  readonly packet: Delivered | null
}

export interface FrameOptions {
  readonly linkType?: number
  /** Bytes of the frame that were captured; without it all. */
  readonly capturedBytes?: number
  readonly tsSec?: number
  readonly tsNsec?: number
}

export interface DecoderSettings {
  /** Look inside tunnels; without it true. */
  readonly decap?: boolean
  /** Ports that stand for another tunnel than theirs. */
  readonly decodeAs?: readonly DecodeAs[]
  /** Throw when the decoder reads a byte outside of the frame and of reassembled datagrams. */
  readonly isWatched?: boolean
  /** Look for copies of fragments; without it no. */
  readonly copyNsec?: number
}

const FRAME_AT = 1000
const FRAME_ROOM = 256 * 1024
const SPACE_AT = FRAME_AT + FRAME_ROOM

/** Feeds frames to a decoder, in a buffer that is spoiled after every frame. */
export class FrameDecoder {
  readonly decoder: PacketDecoder
  readonly encaps: EncapWriter
  readonly #bytes = new Uint8Array(SPACE_AT + MAX_REASSEMBLED_DATAGRAMS * MAX_REASSEMBLED_BYTES)
  /** What the decoder gets: the bytes, or a view of them that knows where a frame ends. */
  readonly #view: Uint8Array
  #frameTo = FRAME_AT
  readonly #table: EncapTable
  readonly #captured = blankCapturedPacket()
  readonly #packet = blankTransportPacket()
  #reserved = 0
  /** Bytes of each datagram that the decoder has asked room for. */
  readonly #reservedBytes: number[] = []

  constructor(
    limits: Partial<Limits> = {},
    linkType: number | null = null,
    { decap = true, decodeAs = [], isWatched = false, copyNsec = 0 }: DecoderSettings = {},
  ) {
    this.#bytes.fill(0xee)
    this.#view = isWatched ? this.#watchedView() : this.#bytes
    const shared = EncapTable.allocate(limits.encaps ?? 100)
    this.#table = new EncapTable(shared)
    this.encaps = new EncapWriter(shared)
    this.decoder = new PacketDecoder({
      decap,
      decodeAs,
      limits: { ...DEFAULT_LIMITS, ...limits },
      encaps: this.encaps,
      space: {
        reserve: (bytes) => {
          if (bytes > MAX_REASSEMBLED_BYTES) throw new Error(`asked for ${bytes} bytes`)
          if (this.#reserved === MAX_REASSEMBLED_DATAGRAMS) throw new Error('asked for too many datagrams')
          this.#reservedBytes[this.#reserved] = bytes
          this.#reserved += 1
          return SPACE_AT + (this.#reserved - 1) * MAX_REASSEMBLED_BYTES
        },
      },
      linkType,
      copyNsec,
    })
  }

  /** What became of the frame, and the packet when it was delivered: the first one of a frame that holds several. */
  decode(frame: Uint8Array, options: FrameOptions = {}): Outcome {
    return this.#decode(frame, options, 1)[0]!
  }

  /** What became of each packet of the frame. */
  decodeAll(frame: Uint8Array, options: FrameOptions = {}): Outcome[] {
    return this.#decode(frame, options, Infinity)
  }

  #decode(frame: Uint8Array, options: FrameOptions, limit: number): Outcome[] {
    const captured = this.#captured
    const capturedBytes = Math.min(options.capturedBytes ?? frame.length, frame.length)
    this.#bytes.set(frame.subarray(0, capturedBytes), FRAME_AT)
    captured.linkType = options.linkType ?? 1
    captured.from = FRAME_AT
    captured.to = FRAME_AT + capturedBytes
    this.#frameTo = captured.to
    captured.originalBytes = frame.length
    captured.tsSec = options.tsSec ?? 1_000_000_000
    captured.tsNsec = options.tsNsec ?? 0
    const outcomes: Outcome[] = []
    const add = (status: DecodeStatus) =>
      outcomes.push({ status, packet: status === 'delivered' ? this.#copy(captured.to) : null })
    this.#reserved = 0
    add(this.decoder.decode(this.#view, captured, this.#packet))
    while (this.decoder.hasMore && outcomes.length < limit) {
      this.#reserved = 0
      add(this.decoder.decodeNext(this.#bytes, captured, this.#packet))
    }
    this.#bytes.fill(0xee)
    return outcomes
  }

  #watchedView(): Uint8Array {
    return new Proxy(this.#bytes, {
      get: (bytes, key) => {
        const at = typeof key === 'string' ? Number(key) : Number.NaN
        if (Number.isInteger(at)) {
          const isInFrame = at >= FRAME_AT && at < this.#frameTo
          if (!isInFrame && at < SPACE_AT) throw new Error(`read of byte ${at - FRAME_AT} of the frame`)
          return bytes[at]
        }
        const value: unknown = Reflect.get(bytes, key, bytes)
        return typeof value === 'function' ? value.bind(bytes) : value
      },
    })
  }

  #copy(frameTo: number): Delivered {
    const { payloadFrom, payloadBytes, ...packet } = this.#packet
    const payloadTo = payloadFrom + payloadBytes
    const end = payloadFrom >= SPACE_AT ? this.#spaceEnd(payloadFrom) : frameTo
    if (payloadFrom < FRAME_AT || payloadBytes < 0 || payloadTo > end) throw new Error('payload out of range')
    if (packet.originalPayloadBytes < payloadBytes) throw new Error('captured more than was sent')
    return {
      ...this.#tuple(packet),
      payload: this.#bytes.slice(payloadFrom, payloadTo),
      originalPayloadBytes: packet.originalPayloadBytes,
      seq: packet.seq,
      ack: packet.ack,
      tcpFlags: packet.tcpFlags,
      window: packet.window,
      ipBytes: packet.ipBytes,
      encap: this.#table.describe(packet.encapId),
      quoted: packet.hasQuote
        ? { ...this.#tuple(packet.quoted), seq: packet.quoted.hasSeq ? packet.quoted.seq : null }
        : null,
    }
  }

  /** Where the room of the datagram ends that has a position. */
  #spaceEnd(at: number): number {
    const datagram = Math.floor((at - SPACE_AT) / MAX_REASSEMBLED_BYTES)
    return SPACE_AT + datagram * MAX_REASSEMBLED_BYTES + (this.#reservedBytes[datagram] ?? 0)
  }

  #tuple(tuple: PacketTuple): Tuple {
    const { protocol, srcPort, dstPort } = tuple
    return {
      protocol,
      src: this.#address(tuple, tuple.src),
      dst: this.#address(tuple, tuple.dst),
      srcPort,
      dstPort,
    }
  }

  #address(tuple: PacketTuple, value: number): string {
    if (tuple.ipVersion === 4) return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.')
    if (value < FRAME_AT || value + 16 > this.#bytes.length) throw new Error('address out of range')
    const words = Array.from(
      { length: 8 },
      (_, i) => (this.#bytes[value + 2 * i]! << 8) | this.#bytes[value + 2 * i + 1]!,
    )
    return words.map((word) => word.toString(16)).join(':')
  }
}

/** Decodes one frame with a decoder of its own. */
export function decodeFrame(frame: Uint8Array, options: FrameOptions = {}): Outcome {
  return new FrameDecoder().decode(frame, options)
}

const decoder = new TextDecoder('latin1')

export function payloadText(packet: Delivered | null): string | undefined {
  return packet === null ? undefined : decoder.decode(packet.payload)
}
