import {
  BLOCK_HEADER_BYTES,
  BLOCK_TRAILER_BYTES,
  BlockType,
  isPacketBlock,
  minBlockBytes,
  paddedTo4,
  sectionByteOrder,
} from './pcapng-blocks.js'
import type { PcapngSections } from './pcapng-sections.js'
import { CUT_RECORD, LOOKAHEAD_BYTES, NO_RECORD, type RecordTest } from './resync.js'

/** Block types accepted after damage: those that the draft describes (section 11.1). */
const NAMED_TYPES: ReadonlySet<number> = new Set([
  BlockType.INTERFACE_DESCRIPTION,
  BlockType.OBSOLETE_PACKET,
  BlockType.SIMPLE_PACKET,
  4, // Name Resolution Block
  BlockType.INTERFACE_STATISTICS,
  BlockType.ENHANCED_PACKET,
  9, // systemd Journal Export Block
  BlockType.DECRYPTION_SECRETS,
  0x0bad, // Custom Blocks
  0x4000_0bad,
])

/** Longest block without a packet that Wireshark and libpcap read. */
const MAX_LONG_BLOCK_BYTES = 16 * 1024 * 1024
/** Most bytes of options after the frame of a packet block. */
const MAX_PACKET_OPTIONS_BYTES = 128 * 1024
/** Registered types are small numbers, except for the Custom Block that must not be copied. */
const MAX_REGISTERED_TYPE = 0xffff
/** Length of a packet block's fields up to and including the original length. */
const LENGTH_FIELDS_BYTES = 28

/**
 * Recognizes blocks: a block has a type that the draft describes, and the same length at its start and its end. A chain
 * may continue into a section of the other byte order.
 */
export class PcapngBlockTest implements RecordTest {
  readonly leastRecords = 1
  readonly #sections: PcapngSections
  #isLittleEndian = true

  constructor(sections: PcapngSections) {
    this.#sections = sections
  }

  beginChain(): void {
    this.#isLittleEndian = this.#sections.isLittleEndian
  }

  recordBytes(view: DataView, at: number, to: number): number {
    if (to - at < BLOCK_HEADER_BYTES + BLOCK_TRAILER_BYTES) return CUT_RECORD
    if (view.getUint32(at) === BlockType.SECTION_HEADER) {
      const order = sectionByteOrder(view, at + BLOCK_HEADER_BYTES)
      if (order === null) return NO_RECORD
      this.#isLittleEndian = order
    } else if (!NAMED_TYPES.has(view.getUint32(at, this.#isLittleEndian))) return NO_RECORD
    const type = view.getUint32(at, this.#isLittleEndian)
    const blockBytes = view.getUint32(at + 4, this.#isLittleEndian)
    const paddedBytes = paddedTo4(blockBytes)
    if (blockBytes < minBlockBytes(type) || paddedBytes > LOOKAHEAD_BYTES) return NO_RECORD
    if (paddedBytes > to - at) return CUT_RECORD
    const trailer = view.getUint32(at + paddedBytes - BLOCK_TRAILER_BYTES, this.#isLittleEndian)
    return paddedTo4(trailer) === paddedBytes ? paddedBytes : NO_RECORD
  }
}

/**
 * True when a block longer than the look-ahead is plausible. Its trailer is out of reach, so the lengths inside a packet
 * block must agree. Otherwise one damaged length could cost the rest of the file.
 *
 * @param at Offset of the block; its first {@link LENGTH_FIELDS_BYTES} bytes must be available.
 */
export function mayBeLong(
  type: number,
  blockBytes: number,
  view: DataView,
  at: number,
  isLittleEndian: boolean,
): boolean {
  if (!isPacketBlock(type)) {
    const isRegistered = type <= MAX_REGISTERED_TYPE || type === 0x4000_0bad
    return isRegistered && blockBytes <= MAX_LONG_BLOCK_BYTES
  }
  const isSimple = type === BlockType.SIMPLE_PACKET
  const frameBytes = view.getUint32(at + (isSimple ? 8 : 20), isLittleEndian)
  const rest = blockBytes - LENGTH_FIELDS_BYTES - BLOCK_TRAILER_BYTES - frameBytes
  return isSimple ? rest <= 0 : rest >= 0 && rest <= MAX_PACKET_OPTIONS_BYTES
}
