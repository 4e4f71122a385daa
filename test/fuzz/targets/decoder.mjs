import { blankCapturedPacket } from '../../../dist/capture/captured-packet.js'
import { DEFAULT_LIMITS } from '../../../dist/config/config.js'
import { EncapTable, EncapWriter } from '../../../dist/wire/encap-table.js'
import { FLOW_HASH_KEY_WORDS, flowHash } from '../../../dist/wire/flow-hash.js'
import { linkLayer } from '../../../dist/wire/link/link-layers.js'
import { PacketDecoder } from '../../../dist/wire/packet-decoder.js'
import { blankTransportPacket } from '../../../dist/wire/transport-packet.js'
import { anatomyOf, writePcapng } from '../lib/capture-parts.mjs'
import { pick } from '../lib/mutate-bytes.mjs'
import { hostilePackets } from '../lib/mutate-capture.mjs'
import { hashBytes, mustAgree, mustHold } from '../lib/properties.mjs'

const HASH_KEY = Uint32Array.from({ length: FLOW_HASH_KEY_WORDS }, (_, i) => Math.imul(i + 1, 0x9e3779b1))

/** @typedef {import('../../../dist/wire/transport-packet.js').PacketTuple} PacketTuple */

const LINK_TYPES = Array.from({ length: 300 }, (_, type) => type).filter(
  (type) => linkLayer(type) !== undefined,
)
const FRAME_ROOM = 200 * 1024
const SPACE_BYTES = 1024 * 1024
const GUARD_BYTES = 96
const SMALL_LIMITS = { ...DEFAULT_LIMITS, fragmentTrackers: 3, fragmentBytes: 12_000, encaps: 4 }

/** @type {import('../lib/target.mjs').TargetMaker} */
export const decoder = ({ captures }) => ({
  name: 'decoder',
  make: (random) => writePcapng(hostilePackets(random, captures)),
  run: (input, random) => {
    const options = {
      decap: random.chance(0.9),
      limits: random.chance(0.3) ? SMALL_LIMITS : DEFAULT_LIMITS,
      linkType: random.chance(0.6) ? null : pick(random, LINK_TYPES),
    }
    // The same frames among other bytes, at other places: nothing may depend on what is around a frame.
    const benches = [new DecoderBench(options, 1024, 0x00), new DecoderBench(options, 7777, 0xff)]
    for (const packet of anatomyOf(input)?.packets ?? []) {
      const [first, second] = benches.map((bench) => bench.decode(packet))
      mustAgree(first, second, 'What is decoded wherever the frame stands')
    }
    for (const bench of benches) bench.finish()
  },
})

/** A decoder with its memory: a place for frames, and behind it the space for datagrams. */
class DecoderBench {
  /**
   * @param {{ decap: boolean, limits: typeof DEFAULT_LIMITS, linkType: number | null }} options
   * @param {number} frameAt
   * @param {number} spoil what stands around frames
   */
  constructor(options, frameAt, spoil) {
    this.bytes = memory(spoil)
    this.frameAt = frameAt
    this.spoil = spoil
    this.limits = options.limits
    this.captured = blankCapturedPacket()
    this.packet = blankTransportPacket()
    /** Ranges given out for the packet that is being decoded. @type {[from: number, to: number][]} */
    this.reserved = []
    this.spaceAt = FRAME_ROOM
    this.frameEnd = frameAt
    this.decoder = new PacketDecoder({
      ...options,
      encaps: new EncapWriter(EncapTable.allocate(options.limits.encaps)),
      space: { reserve: (bytes) => this.reserve(bytes) },
    })
    this.statuses = { delivered: 0, notIp: 0, malformed: 0, fragment: 0, copy: 0 }
    this.frames = 0
  }

  /** @param {number} bytes */
  reserve(bytes) {
    if (this.spaceAt + bytes + 2 * GUARD_BYTES > FRAME_ROOM + SPACE_BYTES) this.spaceAt = FRAME_ROOM
    const from = this.spaceAt + GUARD_BYTES
    this.spaceAt = from + bytes + GUARD_BYTES
    this.bytes.fill(this.spoil, from - GUARD_BYTES, this.spaceAt)
    this.reserved.push([from, from + bytes])
    return from
  }

  /** @param {import('../lib/capture-parts.mjs').Packet} given */
  decode(given) {
    const { bytes, captured, frameAt, decoder } = this
    const { frame } = given
    this.frameEnd = frameAt + frame.length
    bytes.fill(this.spoil, frameAt - GUARD_BYTES, this.frameEnd + GUARD_BYTES)
    bytes.set(frame, frameAt)
    Object.assign(captured, {
      from: frameAt,
      to: this.frameEnd,
      originalBytes: given.originalBytes,
      linkType: given.linkType,
      tsSec: given.tsSec,
      tsNsec: given.tsNsec,
    })
    this.reserved = []
    const results = [this.outcome(decoder.decode(bytes, captured, this.packet))]
    while (decoder.hasMore) {
      mustHold(
        results.length <= frame.length,
        () => `More packets than the ${frame.length} bytes of the frame`,
      )
      results.push(this.outcome(decoder.decodeNext(bytes, captured, this.packet)))
    }
    this.checkMemory(frame)
    return results
  }

  /** @param {import('../../../dist/wire/transport-packet.js').DecodeStatus} status */
  outcome(status) {
    this.statuses[status] += 1
    this.frames += 1
    if (status !== 'delivered') return status
    const { packet, bytes } = this
    const to = packet.payloadFrom + packet.payloadBytes
    this.checkRange(packet.payloadFrom, to, 'Payload')
    mustHold(
      packet.payloadBytes >= 0 && packet.originalPayloadBytes >= packet.payloadBytes,
      () => `Payload of ${packet.payloadBytes} of ${packet.originalPayloadBytes} bytes`,
    )
    for (const name of /** @type {const} */ ([
      'tcpFlags',
      'window',
      'ipBytes',
      'encapId',
      'originalPayloadBytes',
    ]))
      mustHold(
        Number.isInteger(packet[name]) && packet[name] >= 0 && packet[name] < 2 ** 32,
        () => `${name} is ${packet[name]}`,
      )
    for (const name of /** @type {const} */ (['seq', 'ack']))
      mustHold(packet[name] === (packet[name] | 0), () => `${name} is ${packet[name]}`)
    const { src, dst, srcPort, dstPort } = packet
    const hash = flowHash(bytes, packet, HASH_KEY)
    mustAgree(
      hash,
      flowHash(bytes, { ...packet, src: dst, dst: src, srcPort: dstPort, dstPort: srcPort }, HASH_KEY),
      'The hashes of both directions',
    )
    const { protocol, ipVersion, originalPayloadBytes, seq, ack, tcpFlags, window, ipBytes, encapId } = packet
    return [
      hash,
      protocol,
      ipVersion,
      originalPayloadBytes,
      seq,
      ack,
      tcpFlags,
      window,
      ipBytes,
      encapId,
      this.tuple(packet),
      packet.payloadBytes,
      hashBytes(bytes, packet.payloadFrom, to),
      packet.hasQuote ? this.tuple(packet.quoted) : null,
    ]
  }

  /** @param {PacketTuple} tuple */
  tuple({ protocol, ipVersion, src, dst, srcPort, dstPort }) {
    for (const port of [srcPort, dstPort])
      mustHold(Number.isInteger(port) && port >= 0 && port <= 65_535, () => `Port is ${port}`)
    mustHold(Number.isInteger(protocol) && protocol >= 0 && protocol <= 255, () => `Protocol is ${protocol}`)
    if (ipVersion === 4) {
      for (const address of [src, dst]) mustHold(address === (address | 0), () => `Address is ${address}`)
      return [protocol, src, dst, srcPort, dstPort]
    }
    for (const address of [src, dst]) this.checkRange(address, address + 16, 'Address')
    return [
      protocol,
      hashBytes(this.bytes, src, src + 16),
      hashBytes(this.bytes, dst, dst + 16),
      srcPort,
      dstPort,
    ]
  }

  /** @param {number} from @param {number} to @param {string} what */
  checkRange(from, to, what) {
    const isInFrame = from >= this.frameAt && to <= this.frameEnd
    const isReserved = this.reserved.some((range) => from >= range[0] && to <= range[1])
    mustHold(
      from <= to && (isInFrame || isReserved),
      () =>
        `${what} ${from} to ${to} must be in the frame (${this.frameAt} to ${this.frameEnd}) or in reserved space`,
    )
  }

  /** Nothing was written but what was asked for. @param {Uint8Array} frame */
  checkMemory(frame) {
    const { bytes, frameAt, frameEnd } = this
    mustHold(
      Buffer.compare(bytes.subarray(frameAt, frameEnd), frame) === 0,
      () => 'The frame must not be changed',
    )
    const guards = [
      [frameAt - GUARD_BYTES, frameAt],
      [frameEnd, frameEnd + GUARD_BYTES],
    ]
    for (const [from, to] of this.reserved) guards.push([from - GUARD_BYTES, from], [to, to + GUARD_BYTES])
    for (const [from = 0, to = 0] of guards)
      mustHold(
        bytes.subarray(from, to).every((byte) => byte === this.spoil),
        () => `Bytes ${from} to ${to} must not be written`,
      )
    const { heldBytes } = this.decoder.fragments
    mustHold(
      heldBytes >= 0 && heldBytes <= this.limits.fragmentBytes,
      () => `${heldBytes} bytes of fragments held`,
    )
  }

  finish() {
    const { decoder, statuses } = this
    decoder.finish()
    mustAgree(decoder.fragments.heldBytes, 0, 'Bytes of fragments held at the end')
    const malformed = Object.values(decoder.malformed).reduce((sum, count) => sum + count, 0)
    mustAgree(malformed, statuses.malformed, 'Malformed packets and their reasons')
    const sum = Object.values(statuses).reduce((total, count) => total + count, 0)
    mustAgree(sum, this.frames, 'Frames and what became of them')
  }
}

/** @type {Map<number, Uint8Array>} */
const memories = new Map()

/** One for each spoil, used again. @param {number} spoil */
function memory(spoil) {
  const bytes = memories.get(spoil) ?? new Uint8Array(FRAME_ROOM + SPACE_BYTES).fill(spoil)
  memories.set(spoil, bytes)
  return bytes
}
