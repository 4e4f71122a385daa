import type { CaptureFormatError } from '../errors.js'
import { viewOf } from './byte-order.js'
import type { CaptureDescription } from './capture-description.js'
import type { CaptureHeaders, CaptureReaderOptions, DescribedReader, ReadStatus } from './capture-reader.js'
import type { CapturedPacket } from './captured-packet.js'
import { DamageLog } from './damage-log.js'
import { mayBeLong, PcapngBlockTest } from './pcapng-block-test.js'
import {
  BLOCK_HEADER_BYTES,
  BLOCK_TRAILER_BYTES,
  BlockType,
  isPacketBlock,
  minBlockBytes,
  paddedTo4,
} from './pcapng-blocks.js'
import * as problems from './pcapng-problems.js'
import { PcapngSections } from './pcapng-sections.js'
import { LOOKAHEAD_BYTES, NEEDS_MORE, NOTHING_FOUND, nothingBehind, ResyncSearch } from './resync.js'

/** Length of the shortest block. A section's byte-order magic lies within as many bytes. */
const LEAST_BLOCK_BYTES = 12
/** Numbers in the list of places with sections and interfaces. */
const MOST_RANGES = 2048
/** A longer block need not be in the window as a whole. */
const MAX_BLOCK_BYTES = LOOKAHEAD_BYTES

/**
 * Reads a pcapng file: any number of sections in either byte order, each with its own interfaces, and packets in
 * Enhanced, Simple and obsolete Packet Blocks. All other blocks are skipped by their length.
 *
 * An impossible length, two lengths that differ or an unknown byte order is damage, after which reading continues where
 * a chain of blocks begins. Packets of undeclared interfaces are skipped. An unknown version ends the file. Like
 * Wireshark, the reader tolerates a length that is not a multiple of 4 (the block is padded) and options that extend
 * beyond their block.
 *
 * Source: draft-ietf-opsawg-pcapng.
 */
export class PcapngReader implements DescribedReader {
  // Invariants:
  // - [#at, #to) of the window is unread. The byte at #at has the file offset #base + #at.
  // - While the block at file offset #blockOffset is being skipped, #skipBytes of it remain, then its trailer, which
  //   must be #blockBytes. #blockBytes is 0 when no block is being skipped.
  #state: 'blocks' | 'searching' | 'end' | 'damaged' = 'blocks'
  #view = viewOf(new Uint8Array(0))
  #at = 0
  #to = 0
  #isLast = false
  #base = 0
  #leadingBytes: number
  #skipBytes = 0
  #blockBytes = 0
  #blockOffset = 0

  readonly #sections: PcapngSections
  readonly #search: ResyncSearch
  /** Where sections and interfaces are described; null: too many places, or packets without a time. */
  #ranges: number[] | null = []
  #holeFrom = 0
  #holeProblem = ''

  problem: CaptureFormatError | null = null
  readonly damage: DamageLog

  /**
   * @param file Path as the user gave it, for messages.
   * @param leadingBytes Length of the text before the first section, all of it in the first window.
   */
  constructor(file: string, options: CaptureReaderOptions, leadingBytes = 0) {
    this.damage = new DamageLog({ file, isDecompressed: options.isDecompressed })
    this.damage.addLeadingText(leadingBytes)
    this.#leadingBytes = leadingBytes
    this.#sections = new PcapngSections(options.maxInterfaces, options.countsComments === true)
    this.#search = new ResyncSearch(new PcapngBlockTest(this.#sections))
  }

  get position(): number {
    return this.#at
  }

  get fileOffset(): number {
    return this.#base + this.#at
  }

  get base(): number {
    return this.#base
  }

  get isBigEndian(): boolean {
    return !this.#sections.isLittleEndian
  }

  get interfaceCount(): number {
    return this.#sections.interfaces.count
  }

  get isInterfaceLimitHit(): boolean {
    return this.#sections.interfaces.isLimitHit
  }

  get droppedPackets(): number {
    return this.#sections.interfaces.droppedPackets
  }

  get headers(): CaptureHeaders | null {
    return this.#ranges === null || this.#ranges.length === 0 ? null : { ranges: this.#ranges }
  }

  describe(): CaptureDescription | null {
    return this.#sections.describe()
  }

  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    this.#base += this.#at - from
    this.#view = viewOf(bytes)
    this.#at = from + this.#leadingBytes
    this.#leadingBytes = 0
    this.#to = to
    this.#isLast = isLast
  }

  next(out: CapturedPacket): ReadStatus {
    for (;;) {
      const status = this.#state === 'blocks' ? this.#nextBlock(out) : this.#notInBlocks()
      if (status !== 'read') return status
    }
  }

  /** Reads one block. Returns `'read'` when it held no packet, or was damaged and the search has begun. */
  #nextBlock(out: CapturedPacket): ReadStatus | 'read' {
    if (this.#blockBytes > 0) return this.#skip()
    const view = this.#view
    const at = this.#at
    const left = this.#to - at
    if (left < LEAST_BLOCK_BYTES) return this.#headerCut(left)
    const isSection = view.getUint32(at) === BlockType.SECTION_HEADER
    if (isSection && !this.#sections.tryReadByteOrder(view, at)) {
      const found = view.getUint32(at + BLOCK_HEADER_BYTES)
      return this.#damaged(at, at + 1, problems.unknownByteOrder(found))
    }
    const { isLittleEndian } = this.#sections
    const type = view.getUint32(at, isLittleEndian)
    const blockBytes = view.getUint32(at + 4, isLittleEndian)
    if (blockBytes < minBlockBytes(type))
      return this.#damaged(at, at + 1, problems.blockTooShort(type, blockBytes))
    const paddedBytes = paddedTo4(blockBytes)
    const isLong = paddedBytes > MAX_BLOCK_BYTES
    if (left < (isLong ? MAX_BLOCK_BYTES : paddedBytes)) {
      // A file that ends inside a block was most likely truncated: accept only a chain that ends exactly with the file.
      if (this.#isLast) return this.#damaged(at, at + 1, problems.blockCut(blockBytes, left), Infinity)
      return 'more'
    }
    if (isLong) {
      if (!mayBeLong(type, blockBytes, view, at, isLittleEndian))
        return this.#damaged(at, at + 1, problems.blockTooLong(type, blockBytes))
      this.#blockOffset = this.#base + at
      this.#blockBytes = paddedBytes
      this.#skipBytes = paddedBytes - BLOCK_TRAILER_BYTES
    } else {
      const trailer = view.getUint32(at + paddedBytes - BLOCK_TRAILER_BYTES, isLittleEndian)
      if (paddedTo4(trailer) !== paddedBytes)
        return this.#damaged(at, at + 1, problems.trailerDiffers(blockBytes, trailer))
      this.#at += paddedBytes
    }
    const contentTo = at + paddedBytes - BLOCK_TRAILER_BYTES
    if (!isPacketBlock(type)) {
      if (isSection || type === BlockType.INTERFACE_DESCRIPTION) this.#noteRange(this.#base + at, paddedBytes)
      const optionsTo = Math.min(contentTo, at + MAX_BLOCK_BYTES)
      return this.#sections.readOther(type, view, at, optionsTo)
        ? 'read'
        : this.#stop(this.#base + at, this.#sections.problem)
    }
    if (type === BlockType.SIMPLE_PACKET) this.#ranges = null
    switch (this.#sections.readPacket(type, view, at, contentTo, out)) {
      case 'packet':
        return 'packet'
      case 'stray':
        this.damage.addStray(this.#base + at, paddedBytes, this.#sections.problem)
        return 'read'
      case 'damaged':
        return this.#damaged(at, this.#at, this.#sections.problem)
    }
  }

  #noteRange(from: number, bytes: number): void {
    const ranges = this.#ranges
    if (ranges === null) return
    if (ranges.at(-1) === from) ranges[ranges.length - 1] = from + bytes
    else if (ranges.length === MOST_RANGES) this.#ranges = null
    else ranges.push(from, from + bytes)
  }

  #notInBlocks(): ReadStatus | 'read' {
    if (this.#state === 'end' || this.#state === 'damaged') return this.#state
    const base = this.#base
    const found = this.#search.find({ view: this.#view, to: this.#to, base, isLast: this.#isLast })
    if (found === NOTHING_FOUND) {
      const problem = this.#search.isExhausted ? nothingBehind(this.#holeProblem) : this.#holeProblem
      return this.#stop(this.#holeFrom, problem)
    }
    this.#at = this.#search.offset - base
    if (found === NEEDS_MORE) return 'more'
    this.damage.addHole(this.#holeFrom, this.#search.offset - this.#holeFrom, this.#holeProblem)
    this.#state = 'blocks'
    return 'read'
  }

  /** Skips the rest of a block up to the end of the window, and checks its trailer. */
  #skip(): ReadStatus | 'read' {
    const take = Math.min(this.#skipBytes, this.#to - this.#at)
    this.#at += take
    this.#skipBytes -= take
    const blockBytes = this.#blockBytes
    if (this.#to - this.#at < BLOCK_TRAILER_BYTES) {
      if (!this.#isLast) return 'more'
      const left = this.#base + this.#to - this.#blockOffset
      return this.#stop(this.#blockOffset, problems.blockCut(blockBytes, left))
    }
    this.#blockBytes = 0
    const trailer = this.#view.getUint32(this.#at, this.#sections.isLittleEndian)
    if (paddedTo4(trailer) !== blockBytes) {
      const problem = problems.trailerDiffers(blockBytes, trailer)
      return this.#damaged(this.#blockOffset - this.#base, this.#at, problem)
    }
    this.#at += BLOCK_TRAILER_BYTES
    return 'read'
  }

  #headerCut(left: number): ReadStatus {
    if (!this.#isLast) return 'more'
    if (left > 0) return this.#stop(this.fileOffset, problems.headerCut(LEAST_BLOCK_BYTES, left))
    this.#state = 'end'
    return 'end'
  }

  /**
   * Begins to search for the block at which reading can continue.
   *
   * @param at         Window offset where the damage begins.
   * @param searchFrom First window offset where a block may begin.
   * @param reach      File offset that the chain of blocks must reach; Infinity if it must end with the file.
   */
  #damaged(at: number, searchFrom: number, problem: string, reach = 0): 'read' {
    this.#holeFrom = this.#base + at
    this.#holeProblem = problem
    this.#search.begin(this.#base + searchFrom, this.#base + searchFrom, reach)
    this.#at = searchFrom
    this.#state = 'searching'
    return 'read'
  }

  /** Ends the capture because of damage. All packets before it were handed out. */
  #stop(offset: number, problem: string): 'damaged' {
    this.#state = 'damaged'
    this.problem = this.damage.fatal(offset, problem)
    return 'damaged'
  }
}
