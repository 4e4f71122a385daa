import { toFile } from '../../fixtures/generator/byte-output.mjs'

/** @typedef {import('../../fixtures/generator/byte-output.mjs').ByteOutputType} ByteOutput */

const SECTION = 0x0a0d0d0a
export const INTERFACE = 1
export const PACKET = 6
const TIME_HIGH = 0x00061000

/** Writes pcapng blocks, little-endian. */
class Blocks {
  /** @param {ByteOutput} output */
  constructor(output) {
    this.output = output
    this.time = 0
  }

  /** @param {number} type @param {number} bodyBytes a multiple of 4 @returns {number} offset of the body */
  block(type, bodyBytes) {
    this.output.reserve()
    const { view, bytes, at } = this.output
    view.setUint32(at, type, true)
    view.setUint32(at + 4, bodyBytes + 12, true)
    bytes.fill(0, at + 8, at + 8 + bodyBytes)
    view.setUint32(at + 8 + bodyBytes, bodyBytes + 12, true)
    this.output.at += bodyBytes + 12
    return at + 8
  }

  section() {
    const at = this.block(SECTION, 16)
    this.output.view.setUint32(at, 0x1a2b3c4d, true)
    this.output.view.setUint16(at + 4, 1, true)
    this.output.bytes.fill(0xff, at + 8, at + 16)
  }

  /** @param {number} linkType @param {number} [offsetEra] offset of times in units of 2^32 s */
  interface(linkType, offsetEra = 0) {
    const { view } = this.output
    const at = this.block(INTERFACE, offsetEra === 0 ? 8 : 24)
    view.setUint16(at, linkType, true)
    if (offsetEra === 0) return
    view.setUint16(at + 8, 14, true)
    view.setUint16(at + 10, 8, true)
    view.setUint32(at + 16, offsetEra, true)
  }

  /** Writes a UDP datagram of one byte. @param {number} interfaceId */
  packet(interfaceId) {
    const at = this.block(PACKET, 20 + 44)
    const { view } = this.output
    view.setUint32(at, interfaceId, true)
    view.setUint32(at + 4, TIME_HIGH, true)
    view.setUint32(at + 8, this.time++, true)
    view.setUint32(at + 12, 43, true)
    view.setUint32(at + 16, 43, true)
    const ip = at + 34
    view.setUint16(ip - 2, 0x0800)
    view.setUint16(ip, 0x4500)
    view.setUint16(ip + 2, 29)
    view.setUint16(ip + 8, (64 << 8) | 17)
    view.setUint32(ip + 12, 0x0a000001)
    view.setUint32(ip + 16, 0x0a000002)
    view.setUint16(ip + 20, 1025)
    view.setUint16(ip + 22, 7)
    view.setUint16(ip + 24, 9)
  }
}

/** @param {string} path @param {(blocks: Blocks) => void} write */
export function writeBlocks(path, write) {
  toFile(path, (output) => write(new Blocks(output)))
}
