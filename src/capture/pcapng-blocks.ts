import { i64, u64 } from './byte-order.js'
import { type CommentLog, textAt } from './capture-description.js'
import { type InterfaceClock, interfaceClock } from './interface-clock.js'

// Layout of the pcapng blocks that a reader must understand (draft-ietf-opsawg-pcapng).
//
//   byte 0            4             8                    length - 4      length
//   +-----------------+-------------+--------- ... ---------+-------------+
//   |  block type     | length      | fields, frame, options | length again |
//   +-----------------+-------------+--------- ... ---------+-------------+

/** Block types (section 11.1 of the draft). All other blocks are skipped by their length. */
export const BlockType = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE_DESCRIPTION: 1,
  OBSOLETE_PACKET: 2,
  SIMPLE_PACKET: 3,
  INTERFACE_STATISTICS: 5,
  ENHANCED_PACKET: 6,
  DECRYPTION_SECRETS: 10,
} as const

/** Type and length, before a block's fields. */
export const BLOCK_HEADER_BYTES = 8
/** The length again, after a block's content. */
export const BLOCK_TRAILER_BYTES = 4

/** Least length of a block of this type. */
export function minBlockBytes(type: number): number {
  switch (type) {
    case BlockType.SECTION_HEADER:
      return 28
    case BlockType.INTERFACE_DESCRIPTION:
      return 20
    case BlockType.OBSOLETE_PACKET:
    case BlockType.ENHANCED_PACKET:
      return 32
    case BlockType.SIMPLE_PACKET:
      return 16
    case BlockType.INTERFACE_STATISTICS:
      return 24
    default:
      return 12
  }
}

/** True for types of blocks that hold a packet. */
export function isPacketBlock(type: number): boolean {
  return (
    type === BlockType.ENHANCED_PACKET ||
    type === BlockType.SIMPLE_PACKET ||
    type === BlockType.OBSOLETE_PACKET
  )
}

const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** Reads the byte-order magic at `at`: true for little-endian, false for big-endian, null for neither. */
export function sectionByteOrder(view: DataView, at: number): boolean | null {
  if (view.getUint32(at, true) === BYTE_ORDER_MAGIC) return true
  return view.getUint32(at) === BYTE_ORDER_MAGIC ? false : null
}

// Option codes of Section Header Blocks (section 4.1), Interface Description Blocks (4.2), Interface Statistics Blocks
// (4.6) and all blocks (3.5).
const SHB_HARDWARE = 2
const SHB_OS = 3
const SHB_USERAPPL = 4
const IF_NAME = 2
const IF_DESCRIPTION = 3
const IF_FILTER = 11
const OPT_COMMENT = 1
const IF_TSRESOL = 9
const IF_FCSLEN = 13
const IF_TSOFFSET = 14
const ISB_IFDROP = 5
const ISB_OSDROP = 7
const END_OF_OPTIONS = 0

/** One interface of a section. */
export interface CaptureInterface {
  /** LINKTYPE_* value. */
  readonly linkType: number
  /** Most bytes captured of a frame; 0 for no limit. */
  readonly snaplen: number
  readonly clock: InterfaceClock
  /** Length of the frame check sequence at the end of each frame. */
  readonly fcsBytes: number
  /** Unit of the timestamps in seconds, such as `10^-6` or `2^-10`. */
  readonly resolution: string
  readonly name: string | null
  readonly description: string | null
  /** Capture filter as text; null when there is none or it is not text. */
  readonly filter: string | null
  /** Packets dropped so far, from the capture's statistics; null without any. */
  droppedPackets: number | null
}

/** Texts in the options of a Section Header Block. */
export interface SectionTexts {
  readonly hardware: string | null
  readonly system: string | null
  readonly application: string | null
}

/**
 * Reads the Interface Description Block at `at`.
 *
 * @param comments Receives its comments.
 * @param optionsTo End of the bytes available for options. Options that extend beyond it are ignored.
 */
export function readInterface(
  view: DataView,
  at: number,
  optionsTo: number,
  isLittleEndian: boolean,
  comments: CommentLog,
): CaptureInterface {
  let resolution: number | undefined
  let offsetSec = 0
  let fcsBytes = 0
  let name: string | null = null
  let description: string | null = null
  let filter: string | null = null
  forEachOption(view, at + 16, optionsTo, isLittleEndian, (code, from, to) => {
    if (code === IF_TSRESOL && to > from) resolution = view.getUint8(from)
    if (code === IF_FCSLEN && to > from) fcsBytes = fcsBytesOf(view.getUint8(from))
    if (code === IF_NAME) name = textAt(view, from, to)
    if (code === IF_DESCRIPTION) description = textAt(view, from, to)
    if (code === IF_FILTER && to > from && view.getUint8(from) === 0) filter = textAt(view, from + 1, to)
    if (code === OPT_COMMENT) comments.add(view, from, to)
    if (code === IF_TSOFFSET && to - from >= 8) offsetSec = i64(view, from, isLittleEndian)
  })
  return {
    linkType: view.getUint16(at + 8, isLittleEndian),
    snaplen: view.getUint32(at + 12, isLittleEndian),
    clock: interfaceClock(resolution, offsetSec),
    fcsBytes,
    resolution: resolutionText(resolution ?? 6),
    name,
    description,
    filter,
    droppedPackets: null,
  }
}

/** The draft says bits, its example and all programs have bytes. */
function fcsBytesOf(length: number): number {
  return length >= 16 ? length >>> 3 : length
}

function resolutionText(resolution: number): string {
  return (resolution & 0x80) === 0 ? `10^-${resolution}` : `2^-${resolution & 0x7f}`
}

/** Reads the options of the Section Header Block at `at`. Adds its comments to `comments`. */
export function readSectionTexts(
  view: DataView,
  at: number,
  optionsTo: number,
  isLittleEndian: boolean,
  comments: CommentLog,
): SectionTexts {
  const texts = new Map<number, string>()
  forEachOption(view, at + 24, optionsTo, isLittleEndian, (code, from, to) => {
    if (code === OPT_COMMENT) comments.add(view, from, to)
    else if (code <= SHB_USERAPPL) texts.set(code, textAt(view, from, to))
  })
  return {
    hardware: texts.get(SHB_HARDWARE) ?? null,
    system: texts.get(SHB_OS) ?? null,
    application: texts.get(SHB_USERAPPL) ?? null,
  }
}

/** Calls `visit` with the range of every comment among the options in `view[from, to)`. */
export function forEachComment(
  view: DataView,
  from: number,
  to: number,
  isLittleEndian: boolean,
  visit: (valueFrom: number, valueTo: number) => void,
): void {
  forEachOption(view, from, to, isLittleEndian, (code, valueFrom, valueTo) => {
    if (code === OPT_COMMENT) visit(valueFrom, valueTo)
  })
}

/** The packets that the Interface Statistics Block at `at` reports as dropped by interface and system; null if none. */
export function readDroppedPackets(
  view: DataView,
  at: number,
  optionsTo: number,
  isLittleEndian: boolean,
): number | null {
  let dropped: number | null = null
  forEachOption(view, at + 20, optionsTo, isLittleEndian, (code, from, to) => {
    if ((code === ISB_IFDROP || code === ISB_OSDROP) && to - from >= 8) {
      dropped = (dropped ?? 0) + u64(view, from, isLittleEndian)
    }
  })
  return dropped
}

function forEachOption(
  view: DataView,
  from: number,
  to: number,
  isLittleEndian: boolean,
  visit: (code: number, valueFrom: number, valueTo: number) => void,
): void {
  let at = from
  while (to - at >= 4) {
    const code = view.getUint16(at, isLittleEndian)
    const valueTo = at + 4 + view.getUint16(at + 2, isLittleEndian)
    if (code === END_OF_OPTIONS || valueTo > to) return
    visit(code, at + 4, valueTo)
    at += 4 + paddedTo4(valueTo - at - 4)
  }
}

/** Rounds `bytes` up to a multiple of 4. */
export function paddedTo4(bytes: number): number {
  return bytes + (-bytes & 3)
}
