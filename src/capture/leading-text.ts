import { isPcapHeader } from './pcap-header.js'
import { BlockType, sectionByteOrder } from './pcapng-blocks.js'

/** Longest text before a capture that is skipped. */
export const MAX_LEADING_BYTES = 64 * 1024
/** Bytes that must follow the text: the header of a pcap file, or most of a section's. */
const HEADER_BYTES = 28
/** The magic number of a pcap file may begin with printable bytes, the length of a section may, too. */
const MOST_PRINTABLE = 8

/** Where the header of a capture stands behind text; `'more'`: that is not known yet; null: nowhere. */
export type LeadingText = number | 'more' | null

/**
 * Looks for a whole header of pcap or pcapng behind text that a program wrote into the same stream: the headers of an
 * HTTP answer, or what tcpdump says first.
 *
 * @param view `view[from, to)` is the beginning of the file.
 * @param isLast The file ends at `to`.
 * @returns Length of the text.
 */
export function leadingText(view: DataView, from: number, to: number, isLast: boolean): LeadingText {
  const limit = Math.min(to, from + MAX_LEADING_BYTES + MOST_PRINTABLE)
  let at = from
  while (at < limit && isPrintable(view.getUint8(at))) at += 1
  if (at === from) return null
  if (at === limit) return limit < to || isLast ? null : 'more'
  if (to - at < HEADER_BYTES && !isLast) return 'more'
  for (let start = Math.max(from + 1, at - MOST_PRINTABLE); start <= at; start++) {
    if (start - from <= MAX_LEADING_BYTES && isHeader(view, start, to)) return start - from
  }
  return null
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b
}

/** True for a header of which all fields are possible. */
function isHeader(view: DataView, at: number, to: number): boolean {
  return isPcapHeader(view, at, to) || isSection(view, at, to)
}

function isSection(view: DataView, at: number, to: number): boolean {
  if (to - at < HEADER_BYTES || view.getUint32(at) !== BlockType.SECTION_HEADER) return false
  const isLittleEndian = sectionByteOrder(view, at + 8)
  return isLittleEndian !== null && view.getUint32(at + 4, isLittleEndian) >= HEADER_BYTES
}
