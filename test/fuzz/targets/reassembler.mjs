import { blankFlowPacket } from '../../../dist/flow/flow-packet.js'
import { TcpFlag } from '../../../dist/wire/tcp.js'
import { mutateBytes, pick, readUint } from '../lib/mutate-bytes.mjs'
import { mustAgree, mustHold } from '../lib/properties.mjs'
import { TrackerBench } from '../lib/tracker-bench.mjs'
import { trackerOptions } from './tracker.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

// A segment of an input: side and connection, flags, distance from the side's number, length, content, time, acknowledgment.
const SEGMENT_BYTES = 10
const MAX_SEGMENTS = 600
const FAR = [0x7fff_ffff, 0x8000_0000, 0x4000_0000, 0xffff_0000, 70_000, 1_100_000]
const MAX_PAYLOAD = 2048
const RESPONDER_PORT = 80

/** @type {import('../lib/target.mjs').TargetMaker} */
export const reassembler = () => ({
  name: 'reassembler',
  unitBytes: SEGMENT_BYTES,
  make: (random) => {
    const segments = conversation(random, random.between(1, random.chance(0.2) ? MAX_SEGMENTS : 60))
    return random.chance(0.5) ? mutateBytes(random, segments, conversation(random, 10)) : segments
  },
  run: (input, random) => {
    const options = trackerOptions(random)
    const firstSeqs = [random.u32(), pick(random, [0, 0xffff_fff0, 0x7fff_fff0])]
    const sweepEvery = pick(random, [1, 13, 1_000_000])
    const hasMemory = random.chance(0.5)
    const model = new FedBytes()
    /** @type {TrackerBench} */
    const bench = new TrackerBench(options, hasMemory, (half, bytes, from, to) =>
      model.check(
        bench.table.port[half] === RESPONDER_PORT ? 1 : 0,
        Math.max(bench.table.port[half] ?? 0, bench.table.port[half ^ 1] ?? 0),
        bench.table.nextSeq[half] ?? 0,
        bytes,
        from,
        to,
      ),
    )
    let number = 0
    for (const segment of segmentsOf(input, firstSeqs)) {
      number += 1
      const { bytes, packet, isCut } = flowPacketOf(segment, number)
      if (segment.payloadBytes + segment.cutBytes > 0) model.feed(segment.side, packet, bytes, isCut)
      bench.packet(bytes, packet)
      bytes.fill(0x21) // the slab is used again
      if (number % sweepEvery === 0) bench.tracker.sweep(packet.tsSec)
    }
    bench.finish()
    model.balance(bench)
  },
})

/** Segments mostly in order, as bytes. @param {Random} random @param {number} count */
function conversation(random, count) {
  const input = new Uint8Array(count * SEGMENT_BYTES)
  const disorder = pick(random, [0, 0.1, 0.5])
  const at = [0, 0]
  const isMidStream = random.chance(0.3)
  for (let i = 0; i < count; i++) {
    const side = random.below(random.chance(0.5) ? 1 : 2)
    const length = random.chance(0.2) ? 0 : random.chance(0.1) ? 1 : random.below(80)
    /** @type {number} */
    let flags = TcpFlag.ACK
    if (i < 2 && !isMidStream) flags = i === 0 ? TcpFlag.SYN : TcpFlag.SYN | TcpFlag.ACK
    if (random.chance(0.03)) flags |= pick(random, [TcpFlag.FIN, TcpFlag.RST, TcpFlag.SYN])
    const here = at[side] ?? 0
    const distance = random.chance(disorder) ? here + random.between(-100, 100) : here
    if (distance === here) at[side] = here + length
    const far = random.chance(0.01) ? 1 + random.below(FAR.length) : 0
    const content = random.chance(0.1) ? 1 : 0
    const place = Math.max(0, distance)
    input.set(
      [
        side | (random.chance(0.03) ? 2 : 0),
        flags,
        place >> 8,
        place & 255,
        length,
        content | (far << 4),
        random.chance(0.05) ? random.below(256) : random.below(3),
        random.below(4),
        0,
        0,
      ],
      i * SEGMENT_BYTES,
    )
  }
  return input
}

/**
 * @typedef {object} Segment
 * @property {0 | 1} side
 * @property {number} port of side 0: which connection
 * @property {number} flags
 * @property {number} seq
 * @property {number} ack
 * @property {number} payloadBytes
 * @property {number} cutBytes
 * @property {number} version of the content
 * @property {number} tenths time
 */

/** @param {Uint8Array} input @param {readonly number[]} firstSeqs of the sides @returns {Segment[]} */
function segmentsOf(input, firstSeqs) {
  /** @type {Segment[]} */
  const segments = []
  let tenths = 0
  for (
    let at = 0;
    at + SEGMENT_BYTES <= input.length && segments.length < MAX_SEGMENTS;
    at += SEGMENT_BYTES
  ) {
    const u8 = (/** @type {number} */ place) => input[at + place] ?? 0
    const side = /** @type {0 | 1} */ (u8(0) & 1)
    const base = firstSeqs[side] ?? 0
    const peerBase = firstSeqs[side ^ 1] ?? 0
    const far = FAR[(u8(5) >> 4) - 1] ?? 0
    const flags = u8(1) & 63
    // Time goes back now and then.
    tenths = Math.max(0, tenths + (u8(6) < 3 ? u8(6) : u8(6) - 100))
    const isSyn = (flags & TcpFlag.SYN) !== 0
    segments.push({
      side,
      port: u8(0) & 2 ? 2000 : 1000,
      flags,
      seq: (base + far + (isSyn ? u8(8) : 1 + readUint(input, at + 2, 2, false))) | 0,
      ack: (peerBase + 1 + u8(7) * 40 + u8(8)) | 0,
      payloadBytes: u8(9) === 255 ? MAX_PAYLOAD : u8(4),
      cutBytes: u8(9) >= 250 ? u8(8) : 0,
      version: u8(5) & 15,
      tenths,
    })
  }
  return segments
}

/** @param {Segment} segment @param {number} number */
function flowPacketOf(segment, number) {
  const { side, port, flags, seq, ack, payloadBytes, cutBytes, version, tenths } = segment
  const dataSeq = flags & TcpFlag.SYN ? (seq + 1) >>> 0 : seq
  const bytes = new Uint8Array(payloadBytes + 32).fill(0x21)
  for (let i = 0; i < payloadBytes; i++) bytes[16 + i] = contentAt((dataSeq + i) >>> 0, version)
  const ends = [
    { address: 0x0a00_0001, port },
    { address: 0x0a00_0002, port: RESPONDER_PORT },
  ]
  const [src, dst] = side === 0 ? [ends[0], ends[1]] : [ends[1], ends[0]]
  const packet = Object.assign(blankFlowPacket(), {
    protocol: 6,
    ipVersion: /** @type {const} */ (4),
    src: src?.address ?? 0,
    dst: dst?.address ?? 0,
    srcPort: src?.port ?? 0,
    dstPort: dst?.port ?? 0,
    payloadFrom: 16,
    payloadBytes,
    lastByte: bytes[15 + payloadBytes] ?? 0,
    originalPayloadBytes: payloadBytes + cutBytes,
    seq,
    ack,
    tcpFlags: flags,
    window: 1000,
    ipBytes: 40 + payloadBytes + cutBytes,
    hash: port,
    number,
    tsSec: 1_700_000_000 + Math.floor(tenths / 10),
    tsNsec: (tenths % 10) * 100_000_000,
  })
  return { bytes, packet, isCut: cutBytes > 0 }
}

/** The byte with a sequence number, in one of its versions. @param {number} seq @param {number} version */
function contentAt(seq, version) {
  return ((Math.imul(seq, 0x9e37_79b1) >>> 24) + 16 * version) & 255
}

/** A sequence number of one of the connections. @param {number} port @param {number} seq */
function keyOf(port, seq) {
  return port * 2 ** 32 + seq
}

/** What was sent, by sequence number: an obviously correct model of what may be delivered. */
class FedBytes {
  constructor() {
    /** Bit sets of versions, by sequence number. @type {[Map<number, number>, Map<number, number>]} */
    this.versions = [new Map(), new Map()]
    /** The version that was sent first. @type {[Map<number, number>, Map<number, number>]} */
    this.firsts = [new Map(), new Map()]
    this.laterCopies = 0
    /** @type {Set<number>} */
    this.ports = new Set()
    this.bytes = 0
    this.hasCut = false
  }

  /**
   * @param {0 | 1} side
   * @param {import('../../../dist/flow/flow-packet.js').FlowPacket} packet
   * @param {Uint8Array} bytes
   * @param {boolean} isCut
   */
  feed(side, packet, bytes, isCut) {
    const { payloadBytes, payloadFrom, tcpFlags } = packet
    const dataSeq = tcpFlags & TcpFlag.SYN ? (packet.seq + 1) >>> 0 : packet.seq
    const known = this.versions[side]
    for (let i = 0; i < payloadBytes; i++) {
      const seq = (dataSeq + i) >>> 0
      const version = (((bytes[payloadFrom + i] ?? 0) - contentAt(seq, 0)) & 255) >> 4
      const key = keyOf(Math.max(packet.srcPort, packet.dstPort), seq)
      known.set(key, (known.get(key) ?? 0) | (1 << version))
      if (!this.firsts[side].has(key)) this.firsts[side].set(key, version)
    }
    this.bytes += payloadBytes
    this.ports.add(Math.max(packet.srcPort, packet.dstPort))
    this.hasCut ||= isCut
    // Keep-alives are not data, and a reset's payload tells about the reset.
  }

  /**
   * @param {number} side
   * @param {number} port of the originator
   * @param {number} seq of the first byte
   * @param {Uint8Array} bytes
   * @param {number} from
   * @param {number} to
   */
  check(side, port, seq, bytes, from, to) {
    const which = side === 0 ? 0 : 1
    for (let at = from; at < to; at++) {
      const place = (seq + at - from) >>> 0
      const shift = ((bytes[at] ?? 0) - contentAt(place, 0)) & 255
      const key = keyOf(port, place)
      const wasSent = shift % 16 === 0 && (((this.versions[which].get(key) ?? 0) >> (shift >> 4)) & 1) === 1
      mustHold(wasSent, () => `Byte ${bytes[at]} of side ${side} at sequence number ${place} was never sent`)
      if (this.firsts[which].get(key) !== shift >> 4) this.laterCopies += 1
    }
  }

  /** Every captured byte is delivered or counted, once. @param {TrackerBench} bench */
  balance({ tracker, sink, options }) {
    const { captured, payload, repeated, conflicts } = tracker.rows.totals
    const outside = tracker.reassembler.delivery.outsideBytes.reduce((sum, bytes) => sum + bytes, 0)
    mustAgree(captured, this.bytes, 'Bytes that were counted where they came in, and those sent,')
    mustAgree(
      payload + repeated + conflicts + outside,
      captured,
      'Bytes that were accounted for, and those captured,',
    )
    // Nothing was left out, and no connection came after another one: the first copy of each byte must have won.
    if (!this.hasCut && outside === 0 && !options.lastWins && sink.opens <= this.ports.size)
      mustHold(this.laterCopies === 0, () => `${this.laterCopies} bytes are later copies`)
  }
}
