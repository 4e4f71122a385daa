import { type ByteOrder, type CaptureDescription, CommentLog } from './capture-description.js'
import { MAX_RECORD_BYTES } from './capture-reader.js'
import { type CapturedPacket, cutFcs } from './captured-packet.js'
import {
  BlockType,
  type CaptureInterface,
  forEachComment,
  paddedTo4,
  readDroppedPackets,
  readInterface,
  readSectionTexts,
  type SectionTexts,
  sectionByteOrder,
} from './pcapng-blocks.js'
import { PcapngInterfaces } from './pcapng-interfaces.js'
import * as problems from './pcapng-problems.js'
import { SecretsLog } from './pcapng-secrets.js'

const PACKET_FIELDS_BYTES = 28
const SIMPLE_PACKET_FIELDS_BYTES = 12
const UNKNOWN_DROPS = 0xffff

/**
 * Result of reading a packet block. `'stray'`: a packet of an interface that its section does not declare. `'damaged'`:
 * impossible lengths.
 */
export type PacketBlockStatus = 'packet' | 'stray' | 'damaged'

/**
 * Reads the content of pcapng blocks by the byte order and the interfaces of their section. A Simple Packet Block has no
 * time, so its packet gets the time of the previous packet.
 */
export class PcapngSections {
  isLittleEndian = true
  readonly interfaces: PcapngInterfaces
  /** What is wrong with the block read last. Only valid after a read that failed. */
  problem = ''
  readonly #maxInterfaces: number
  readonly #countsComments: boolean
  #sections = 0
  #version = ''
  #texts: SectionTexts | null = null
  readonly #byteOrders = new Set<ByteOrder>()
  readonly #comments = new CommentLog()
  readonly #secrets = new SecretsLog()
  #tsSec = 0
  #tsNsec = 0

  /**
   * @param maxInterfaces  Most interfaces that one section may declare.
   * @param countsComments True to count comments on packets.
   */
  constructor(maxInterfaces: number, countsComments: boolean) {
    this.#maxInterfaces = maxInterfaces
    this.#countsComments = countsComments
    this.interfaces = new PcapngInterfaces(maxInterfaces)
  }

  /**
   * Reads the packet block at `at`.
   *
   * @param contentTo Offset of its trailer.
   */
  readPacket(
    type: number,
    view: DataView,
    at: number,
    contentTo: number,
    out: CapturedPacket,
  ): PacketBlockStatus {
    out.recordFrom = at
    switch (type) {
      case BlockType.ENHANCED_PACKET:
        return this.#packet(view.getUint32(at + 8, this.isLittleEndian), view, at, contentTo, out)
      case BlockType.OBSOLETE_PACKET:
        return this.#obsoletePacket(view, at, contentTo, out)
      default:
        return this.#simplePacket(view, at, contentTo, out)
    }
  }

  /** Reads a block without a packet. Returns false when the file cannot be read further; `problem` says why. */
  readOther(type: number, view: DataView, at: number, contentTo: number): boolean {
    switch (type) {
      case BlockType.SECTION_HEADER:
        return this.#startSection(view, at, contentTo)
      case BlockType.INTERFACE_DESCRIPTION:
        return this.#addInterface(view, at, contentTo)
      case BlockType.INTERFACE_STATISTICS:
        this.#readStatistics(view, at, contentTo)
        return true
      case BlockType.DECRYPTION_SECRETS:
        this.#secrets.add(view, at, this.isLittleEndian)
        return true
      default:
        return true
    }
  }

  /** Reads an Enhanced or obsolete Packet Block: both have the same fields after the interface. */
  #packet(
    interfaceId: number,
    view: DataView,
    at: number,
    contentTo: number,
    out: CapturedPacket,
  ): PacketBlockStatus {
    const { isLittleEndian } = this
    const capturedBytes = view.getUint32(at + 20, isLittleEndian)
    const originalBytes = view.getUint32(at + 24, isLittleEndian)
    const room = contentTo - at - PACKET_FIELDS_BYTES
    if (capturedBytes > room) {
      this.problem = problems.frameTooLong(room, capturedBytes)
      return 'damaged'
    }
    const iface = this.interfaces.get(interfaceId)
    if (iface === undefined) return this.#stray(interfaceId)
    iface.clock.read(view.getUint32(at + 12, isLittleEndian), view.getUint32(at + 16, isLittleEndian), out)
    this.#tsSec = out.tsSec
    this.#tsNsec = out.tsNsec
    out.interfaceId = this.interfaces.pastCount + interfaceId
    if (this.#countsComments)
      this.#readComments(view, at + PACKET_FIELDS_BYTES + paddedTo4(capturedBytes), contentTo)
    return fill(iface, at + PACKET_FIELDS_BYTES, capturedBytes, originalBytes, out)
  }

  #obsoletePacket(view: DataView, at: number, contentTo: number, out: CapturedPacket): PacketBlockStatus {
    const interfaceId = view.getUint16(at + 8, this.isLittleEndian)
    const drops = view.getUint16(at + 10, this.isLittleEndian)
    const status = this.#packet(interfaceId, view, at, contentTo, out)
    if (status === 'packet' && drops !== UNKNOWN_DROPS) this.interfaces.addDrops(drops)
    return status
  }

  #simplePacket(view: DataView, at: number, contentTo: number, out: CapturedPacket): PacketBlockStatus {
    const iface = this.interfaces.get(0)
    if (iface === undefined) return this.#stray(0)
    const originalBytes = view.getUint32(at + 8, this.isLittleEndian)
    const from = at + SIMPLE_PACKET_FIELDS_BYTES
    const mostBytes = iface.snaplen === 0 ? originalBytes : Math.min(originalBytes, iface.snaplen)
    out.tsSec = this.#tsSec
    out.tsNsec = this.#tsNsec
    out.interfaceId = this.interfaces.pastCount
    return fill(iface, from, Math.min(mostBytes, contentTo - from), originalBytes, out)
  }

  #stray(interfaceId: number): 'stray' {
    this.problem = problems.undeclaredInterface(this.interfaces.length, interfaceId)
    return 'stray'
  }

  #startSection(view: DataView, at: number, contentTo: number): boolean {
    const { isLittleEndian } = this
    const major = view.getUint16(at + 12, isLittleEndian)
    if (major !== 1) {
      this.problem = problems.unknownVersion(major)
      return false
    }
    this.interfaces.startSection()
    const texts = readSectionTexts(view, at, contentTo, isLittleEndian, this.#comments)
    this.#texts ??= texts
    if (this.#sections === 0) this.#version = `${major}.${view.getUint16(at + 14, isLittleEndian)}`
    this.#sections += 1
    this.#byteOrders.add(isLittleEndian ? 'little-endian' : 'big-endian')
    return true
  }

  #readComments(view: DataView, from: number, to: number): void {
    forEachComment(view, from, Math.min(to, view.byteLength), this.isLittleEndian, (valueFrom, valueTo) => {
      this.#comments.add(view, valueFrom, valueTo)
    })
  }

  /** The metadata of the sections so far; null before the first section. */
  describe(): CaptureDescription | null {
    if (this.#sections === 0) return null
    return {
      format: 'pcapng',
      version: this.#version,
      byteOrders: [...this.#byteOrders],
      layout: 'standard',
      sections: this.#sections,
      hardware: this.#texts?.hardware ?? null,
      system: this.#texts?.system ?? null,
      application: this.#texts?.application ?? null,
      comments: this.#comments.total,
      firstComments: this.#comments.first,
      secrets: this.#secrets.described,
      interfaces: this.interfaces.described,
    }
  }

  #addInterface(view: DataView, at: number, contentTo: number): boolean {
    const added = readInterface(view, at, contentTo, this.isLittleEndian, this.#comments)
    const isAdded = this.interfaces.tryAdd(added)
    if (!isAdded) this.problem = problems.tooManyInterfaces(this.#maxInterfaces)
    return isAdded
  }

  #readStatistics(view: DataView, at: number, contentTo: number): void {
    const dropped = readDroppedPackets(view, at, contentTo, this.isLittleEndian)
    if (dropped !== null) this.interfaces.setDrops(view.getUint32(at + 8, this.isLittleEndian), dropped)
  }

  /** Sets the byte order from the Section Header Block at `at`. Returns false when it has no byte-order magic. */
  tryReadByteOrder(view: DataView, at: number): boolean {
    const order = sectionByteOrder(view, at + 8)
    if (order !== null) this.isLittleEndian = order
    return order !== null
  }
}

function fill(
  iface: CaptureInterface,
  from: number,
  capturedBytes: number,
  originalBytes: number,
  out: CapturedPacket,
): 'packet' {
  out.isNanosecond = iface.clock.isNanosecond
  out.linkType = iface.linkType
  out.from = from
  out.to = from + Math.min(capturedBytes, MAX_RECORD_BYTES)
  out.originalBytes = Math.max(originalBytes, capturedBytes)
  if (iface.fcsBytes > 0) cutFcs(out, iface.fcsBytes)
  return 'packet'
}
