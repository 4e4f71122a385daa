import { toFile } from '../../fixtures/generator/byte-output.mjs'
import { PcapWriter } from '../../fixtures/generator/capture-writers.mjs'
import { START_SEC } from '../../fixtures/generator/generate.mjs'
import { ACK, TCP, UDP } from '../../fixtures/generator/packets.mjs'

/** @typedef {import('../../fixtures/generator/byte-output.mjs').ByteOutputType} ByteOutput */

const ETHERNET_BYTES = 14
const IPV4_BYTES = 20
const IPV6_BYTES = 40
const TCP_BYTES = 20
const UDP_BYTES = 8
const FRAGMENT_HEADER = 44
const STEP_NS = 1_000
const NSEC = 1_000_000_000

/**
 * Fields of a hostile packet. Addresses are numbers (IPv4) or 16 bytes (IPv6).
 *
 * @typedef {object} PacketFields
 * @property {number | Uint8Array} [src]
 * @property {number | Uint8Array} [dst]
 * @property {number} [srcPort]
 * @property {number} [dstPort]
 * @property {number} [seq]
 * @property {number} [ack]
 * @property {number} [flags]
 */

/** Writes pcap records with frames built in place. Checksums stay 0, because nobody verifies them. */
export class Frames {
  /** @param {ByteOutput} output */
  constructor(output) {
    this.output = output
    this.writer = new PcapWriter(output, { nanoseconds: true })
    this.packets = 0
    this.sec = START_SEC
    this.nsec = 0
    /** Byte value of the payload. */
    this.fill = 0x61
  }

  /** Advances the time. @param {number} nsec negative to go back */
  pass(nsec) {
    const all = this.nsec + nsec
    this.sec += Math.floor(all / NSEC)
    this.nsec = ((all % NSEC) + NSEC) % NSEC
  }

  /** @param {PacketFields} fields @param {number} payloadBytes */
  tcp({ srcPort = 1025, dstPort = 80, seq = 0, ack = 0, flags = ACK, ...ends }, payloadBytes) {
    const from = this.writer.begin()
    const at = this.ip(from + ETHERNET_BYTES, TCP, TCP_BYTES + payloadBytes, ends)
    const { bytes, view } = this.output
    view.setUint16(at, srcPort)
    view.setUint16(at + 2, dstPort)
    view.setUint32(at + 4, seq)
    view.setUint32(at + 8, ack)
    view.setUint16(at + 12, 0x5000 | flags)
    view.setUint16(at + 14, 0xffff)
    view.setUint32(at + 16, 0)
    bytes.fill(this.fill, at + TCP_BYTES, at + TCP_BYTES + payloadBytes)
    this.end(from, at + TCP_BYTES + payloadBytes)
  }

  /** @param {PacketFields} fields @param {number} payloadBytes */
  udp({ srcPort = 1025, dstPort = 7, ...ends }, payloadBytes) {
    const from = this.writer.begin()
    const at = this.ip(from + ETHERNET_BYTES, UDP, UDP_BYTES + payloadBytes, ends)
    const { bytes, view } = this.output
    view.setUint16(at, srcPort)
    view.setUint16(at + 2, dstPort)
    view.setUint16(at + 4, UDP_BYTES + payloadBytes)
    view.setUint16(at + 6, 0)
    bytes.fill(this.fill, at + UDP_BYTES, at + UDP_BYTES + payloadBytes)
    this.end(from, at + UDP_BYTES + payloadBytes)
  }

  /**
   * Writes a fragment of a UDP datagram.
   *
   * @param {PacketFields & { id: number, offset: number, isLast?: boolean }} fields `offset` in bytes
   * @param {number} payloadBytes
   */
  fragment({ id, offset, isLast = false, ...ends }, payloadBytes) {
    const from = this.writer.begin()
    const isIpv6 = typeof ends.src === 'object'
    const { bytes, view } = this.output
    let at = this.ip(
      from + ETHERNET_BYTES,
      isIpv6 ? FRAGMENT_HEADER : UDP,
      payloadBytes + (isIpv6 ? 8 : 0),
      ends,
    )
    if (isIpv6) {
      view.setUint16(at, UDP << 8)
      view.setUint16(at + 2, offset | (isLast ? 0 : 1))
      view.setUint32(at + 4, id)
      at += 8
    } else {
      view.setUint16(at - IPV4_BYTES + 4, id)
      view.setUint16(at - IPV4_BYTES + 6, (offset >> 3) | (isLast ? 0 : 0x2000))
    }
    bytes.fill(this.fill, at, at + payloadBytes)
    this.end(from, at + payloadBytes)
  }

  /** Writes a given frame. @param {Uint8Array} frame */
  raw(frame) {
    const from = this.writer.begin()
    this.output.bytes.set(frame, from)
    this.end(from, from + frame.length)
  }

  /**
   * Writes Ethernet and IP headers.
   *
   * @param {number} at
   * @param {number} protocol
   * @param {number} payloadBytes
   * @param {PacketFields} ends
   * @returns {number} offset of the IP payload
   */
  ip(at, protocol, payloadBytes, { src = 0x0a000001, dst = 0x0a000002 }) {
    const { bytes, view } = this.output
    bytes.fill(2, at - ETHERNET_BYTES, at - 2)
    if (typeof src === 'object') {
      view.setUint16(at - 2, 0x86dd)
      view.setUint32(at, 0x6000_0000)
      view.setUint16(at + 4, payloadBytes)
      view.setUint16(at + 6, (protocol << 8) | 64)
      bytes.set(src, at + 8)
      if (typeof dst === 'object') bytes.set(dst, at + 24)
      return at + IPV6_BYTES
    }
    view.setUint16(at - 2, 0x0800)
    view.setUint16(at, 0x4500)
    view.setUint16(at + 2, IPV4_BYTES + payloadBytes)
    view.setUint32(at + 4, 0x4000)
    view.setUint32(at + 8, (64 << 24) | (protocol << 16))
    view.setUint32(at + 12, src)
    if (typeof dst === 'number') view.setUint32(at + 16, dst)
    return at + IPV4_BYTES
  }

  /** @param {number} from @param {number} to of the frame */
  end(from, to) {
    this.writer.end(to - from, this.sec, this.nsec)
    this.packets += 1
    this.pass(STEP_NS)
  }
}

/** @param {string} path @param {(frames: Frames) => void} write */
export function writeFrames(path, write) {
  toFile(path, (output) => write(new Frames(output)))
}
