import type { CaptureFormatError } from '../errors.js'
import { viewOf } from './byte-order.js'
import {
  type CaptureReader,
  type CaptureReaderOptions,
  MAX_RECORD_BYTES,
  RECORD_OVERHEAD_BYTES,
  type ReadStatus,
} from './capture-reader.js'
import { type CaptureSource, formatError } from './capture-source.js'
import type { CapturedPacket } from './captured-packet.js'
import {
  BLOCK_HEADER_BYTES,
  BLOCK_TRAILER_BYTES,
  BlockType,
  type CaptureInterface,
  isKnownBlock,
  minBlockBytes,
  paddedTo4,
  readDroppedPackets,
  readInterface,
  sectionByteOrder,
} from './pcapng-blocks.js'
import { PcapngInterfaces } from './pcapng-interfaces.js'
import * as problems from './pcapng-problems.js'

/** Bytes that every block has, and that hold a section's byte order. */
const LEAST_BLOCK_BYTES = 12
/** Of a longer block the window need not hold more than this. */
const MAX_BLOCK_BYTES = MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES
const PACKET_FIELDS_BYTES = 28
const SIMPLE_PACKET_FIELDS_BYTES = 12
const UNKNOWN_DROPS = 0xffff

/**
 * Reads a pcapng file: any number of sections in either byte order, each with interfaces of its own; packets
 * from Enhanced, Simple and obsolete Packet Blocks; all other blocks are passed over by their length. A
 * Simple Packet Block has no time: its packet gets that of the packet before.
 *
 * Damage ends the file: a length that cannot be, two lengths that differ, a packet of an interface that was
 * not declared, an unknown byte order or version. Tolerated as in Wireshark: lengths that are no multiple of
 * 4 (the block is padded), options that run out of their block.
 *
 * Source: draft-ietf-opsawg-pcapng.
 */
export class PcapngReader implements CaptureReader {
  // Invariants:
  // - the window's bytes [#at, #to) are not consumed yet; #base + #at is the file offset of the first of them.
  // - #skipBytes more bytes of the block at #blockOffset are passed over, then its trailer, which must say
  //   #blockBytes. #blockBytes is 0 when no block is being passed over.
  #state: 'blocks' | 'end' | 'damaged' = 'blocks'
  #view = viewOf(new Uint8Array(0))
  #at = 0
  #to = 0
  #isLast = false
  #base = 0
  #skipBytes = 0
  #blockBytes = 0
  #blockOffset = 0

  #isLittleEndian = true
  readonly #interfaces: PcapngInterfaces
  #tsSec = 0
  #tsNsec = 0

  problem: CaptureFormatError | null = null
  readonly #source: CaptureSource
  readonly #options: CaptureReaderOptions

  /** @param file Path as the user gave it, for messages. */
  constructor(file: string, options: CaptureReaderOptions) {
    this.#source = { file, isDecompressed: options.isDecompressed }
    this.#options = options
    this.#interfaces = new PcapngInterfaces(options.maxInterfaces)
  }

  get position(): number {
    return this.#at
  }

  get fileOffset(): number {
    return this.#base + this.#at
  }

  get interfaceCount(): number {
    return this.#interfaces.count
  }

  get isInterfaceLimitHit(): boolean {
    return this.#interfaces.isLimitHit
  }

  get droppedPackets(): number {
    return this.#interfaces.droppedPackets
  }

  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    this.#base += this.#at - from
    this.#view = viewOf(bytes)
    this.#at = from
    this.#to = to
    this.#isLast = isLast
  }

  next(out: CapturedPacket): ReadStatus {
    for (;;) {
      if (this.#state !== 'blocks') return this.#state
      if (this.#blockBytes > 0) {
        const status = this.#skip()
        if (status !== 'skipped') return status
      }
      const view = this.#view
      const at = this.#at
      const left = this.#to - at
      if (left < LEAST_BLOCK_BYTES) return this.#headerCut(left)
      if (view.getUint32(at) === BlockType.SECTION_HEADER && this.#readByteOrder(at) === 'damaged')
        return 'damaged'
      const type = view.getUint32(at, this.#isLittleEndian)
      const blockBytes = view.getUint32(at + 4, this.#isLittleEndian)
      if (blockBytes < minBlockBytes(type))
        return this.#damage(this.fileOffset, problems.blockTooShort(type, blockBytes))
      const paddedBytes = paddedTo4(blockBytes)
      const isWhole = paddedBytes <= left
      if (!isWhole) {
        if (this.#isLast) return this.#damage(this.fileOffset, problems.blockCut(blockBytes, left))
        if (isKnownBlock(type) && left < MAX_BLOCK_BYTES) return 'more'
      } else if (
        paddedTo4(view.getUint32(at + paddedBytes - BLOCK_TRAILER_BYTES, this.#isLittleEndian)) !==
        paddedBytes
      ) {
        return this.#trailerDiffers(this.#base + at, at + paddedBytes - BLOCK_TRAILER_BYTES, blockBytes)
      }
      if (isWhole) {
        this.#at += paddedBytes
      } else {
        this.#blockOffset = this.#base + at
        this.#blockBytes = paddedBytes
        this.#skipBytes = paddedBytes - BLOCK_TRAILER_BYTES
      }

      const contentTo = at + paddedBytes - BLOCK_TRAILER_BYTES
      switch (type) {
        case BlockType.ENHANCED_PACKET:
          return this.#packet(at, contentTo, view.getUint32(at + 8, this.#isLittleEndian), out)
        case BlockType.OBSOLETE_PACKET:
          return this.#obsoletePacket(at, contentTo, out)
        case BlockType.SIMPLE_PACKET:
          return this.#simplePacket(at, contentTo, out)
        default:
          if (this.#readBlock(type, at, Math.min(contentTo, this.#to)) === 'damaged') return 'damaged'
      }
    }
  }

  /** A packet block with a timestamp: the fields behind the interface are the same in both kinds. */
  #packet(at: number, contentTo: number, interfaceId: number, out: CapturedPacket): ReadStatus {
    const view = this.#view
    const isLittleEndian = this.#isLittleEndian
    const iface = this.#interfaces.get(interfaceId)
    if (iface === undefined) return this.#undeclared(at, interfaceId)
    const capturedBytes = view.getUint32(at + 20, isLittleEndian)
    const originalBytes = view.getUint32(at + 24, isLittleEndian)
    const room = contentTo - at - PACKET_FIELDS_BYTES
    if (capturedBytes > room) return this.#damage(this.#base + at, problems.frameTooLong(room, capturedBytes))
    iface.clock.read(view.getUint32(at + 12, isLittleEndian), view.getUint32(at + 16, isLittleEndian), out)
    this.#tsSec = out.tsSec
    this.#tsNsec = out.tsNsec
    return this.#fill(iface, at + PACKET_FIELDS_BYTES, capturedBytes, originalBytes, out)
  }

  #obsoletePacket(at: number, contentTo: number, out: CapturedPacket): ReadStatus {
    const interfaceId = this.#view.getUint16(at + 8, this.#isLittleEndian)
    const drops = this.#view.getUint16(at + 10, this.#isLittleEndian)
    const status = this.#packet(at, contentTo, interfaceId, out)
    if (status === 'packet' && drops !== UNKNOWN_DROPS) this.#interfaces.addDrops(drops)
    return status
  }

  #simplePacket(at: number, contentTo: number, out: CapturedPacket): ReadStatus {
    const iface = this.#interfaces.get(0)
    if (iface === undefined) return this.#undeclared(at, 0)
    const originalBytes = this.#view.getUint32(at + 8, this.#isLittleEndian)
    const from = at + SIMPLE_PACKET_FIELDS_BYTES
    const mostBytes = iface.snaplen === 0 ? originalBytes : Math.min(originalBytes, iface.snaplen)
    out.tsSec = this.#tsSec
    out.tsNsec = this.#tsNsec
    return this.#fill(iface, from, Math.min(mostBytes, contentTo - from), originalBytes, out)
  }

  #fill(
    iface: CaptureInterface,
    from: number,
    capturedBytes: number,
    originalBytes: number,
    out: CapturedPacket,
  ): ReadStatus {
    out.isNanosecond = iface.clock.isNanosecond
    out.linkType = iface.linkType
    out.from = from
    out.to = from + Math.min(capturedBytes, MAX_RECORD_BYTES)
    out.originalBytes = Math.max(originalBytes, capturedBytes)
    return 'packet'
  }

  /** Reads a block that holds no packet. */
  #readBlock(type: number, at: number, contentTo: number): 'read' | 'damaged' {
    switch (type) {
      case BlockType.SECTION_HEADER:
        return this.#startSection(at)
      case BlockType.INTERFACE_DESCRIPTION:
        return this.#addInterface(at, contentTo)
      case BlockType.INTERFACE_STATISTICS:
        return this.#readStatistics(at, contentTo)
      default:
        return 'read'
    }
  }

  #startSection(at: number): 'read' | 'damaged' {
    const major = this.#view.getUint16(at + 12, this.#isLittleEndian)
    if (major !== 1) return this.#damage(this.#base + at, problems.unknownVersion(major))
    this.#interfaces.startSection()
    return 'read'
  }

  #addInterface(at: number, contentTo: number): 'read' | 'damaged' {
    if (this.#interfaces.tryAdd(readInterface(this.#view, at, contentTo, this.#isLittleEndian))) return 'read'
    return this.#damage(this.#base + at, problems.tooManyInterfaces(this.#options.maxInterfaces))
  }

  #readStatistics(at: number, contentTo: number): 'read' {
    const dropped = readDroppedPackets(this.#view, at, contentTo, this.#isLittleEndian)
    if (dropped !== null)
      this.#interfaces.setDrops(this.#view.getUint32(at + 8, this.#isLittleEndian), dropped)
    return 'read'
  }

  /** Learns the byte order of the section that begins at `at`. */
  #readByteOrder(at: number): 'read' | 'damaged' {
    const order = sectionByteOrder(this.#view, at + BLOCK_HEADER_BYTES)
    if (order === null) {
      const found = this.#view.getUint32(at + BLOCK_HEADER_BYTES)
      return this.#damage(this.fileOffset, problems.unknownByteOrder(found))
    }
    this.#isLittleEndian = order
    return 'read'
  }

  /** Passes over the rest of a block, as far as the window goes, and checks its trailer. */
  #skip(): ReadStatus | 'skipped' {
    const take = Math.min(this.#skipBytes, this.#to - this.#at)
    this.#at += take
    this.#skipBytes -= take
    if (this.#to - this.#at < BLOCK_TRAILER_BYTES) {
      if (!this.#isLast) return 'more'
      return this.#damage(
        this.#blockOffset,
        problems.blockCut(this.#blockBytes, this.fileOffset - this.#blockOffset),
      )
    }
    const blockBytes = this.#blockBytes
    if (paddedTo4(this.#view.getUint32(this.#at, this.#isLittleEndian)) !== blockBytes) {
      return this.#trailerDiffers(this.#blockOffset, this.#at, blockBytes)
    }
    this.#at += BLOCK_TRAILER_BYTES
    this.#blockBytes = 0
    return 'skipped'
  }

  #headerCut(left: number): ReadStatus {
    if (!this.#isLast) return 'more'
    if (left === 0) {
      this.#state = 'end'
      return 'end'
    }
    return this.#damage(this.fileOffset, problems.headerCut(LEAST_BLOCK_BYTES, left))
  }

  #trailerDiffers(blockOffset: number, trailerAt: number, blockBytes: number): ReadStatus {
    return this.#damage(
      blockOffset,
      problems.trailerDiffers(blockBytes, this.#view.getUint32(trailerAt, this.#isLittleEndian)),
    )
  }

  #undeclared(at: number, interfaceId: number): ReadStatus {
    return this.#damage(this.#base + at, problems.undeclaredInterface(this.#interfaces.length, interfaceId))
  }

  /** Damage ends the capture here; what came before has been handed out. */
  #damage(offset: number, problem: string): 'damaged' {
    this.#state = 'damaged'
    this.problem = formatError(this.#source, offset, problem)
    return 'damaged'
  }
}
