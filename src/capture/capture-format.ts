import { viewOf } from './byte-order.js'
import { hex32 } from './capture-source.js'
import { hasPcapMagic } from './pcap-header.js'
import { BlockType, sectionByteOrder } from './pcapng-blocks.js'

/** Bytes needed from the start of a file to detect its format, unless the file is shorter. */
export const DETECT_BYTES = 64

/**
 * A supported format, or what is wrong with the content. `problem` completes the sentence `Cannot read "a.pcap" at
 * byte 0: `.
 */
export type DetectedFormat =
  | { readonly format: 'pcap' | 'pcapng' }
  /** `isNone`: the content is neither a capture nor anything that may contain one. */
  | { readonly problem: string; readonly isNone: boolean }

const BZIP2 = 'bzip2'
/** Length of the signature that distinguishes a bzip2 file from a text that begins with `BZh`. */
const BZIP2_MAGIC_BYTES = 10
// Signatures of compressed files, as Latin-1 text. The first match counts.
const COMPRESSIONS: readonly (readonly [string, string])[] = [
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\xfd7zXZ\x00', 'xz'],
  ['BZh', BZIP2],
  ['\x04\x22\x4d\x18', 'lz4'],
  ['\x1f\x8b', 'gzip'],
  ['\x1f\x9d', 'compress'],
]
const ARCHIVES: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'zip'],
  ['7z\xbc\xaf\x27\x1c', '7z'],
  ['Rar!', 'RAR'],
]
const OTHER_CAPTURES: readonly (readonly [string, string])[] = [
  ['snoop\x00\x00\x00', 'Sun snoop'],
  ['btsnoop\x00', 'btsnoop'],
  ['GMBU', 'Microsoft Network Monitor 2'],
  ['RTSS', 'Microsoft Network Monitor 1'],
  ['TRSNIFF data', 'Sniffer'],
  ['XCP\x00', 'NetXray'],
  ['\x05VNF', 'Visual Networks'],
  ['ObserverPktBuffe', 'Observer'],
  ['\xa1\xb2\x34\xcd', 'modified pcap (0xa1b234cd)'],
  ['\xcd\x34\xb2\xa1', 'modified pcap (0xa1b234cd)'],
  ['\xa1\x2b\x3c\x4d', 'Navtel pcap (0xa12b3c4d)'],
  ['\x4d\x3c\x2b\xa1', 'Navtel pcap (0xa12b3c4d)'],
]

/**
 * Detects the format of a file from its first bytes.
 *
 * @param bytes `bytes[from, to)` is at least `DETECT_BYTES` long, or the whole file.
 */
export function detectFormat(bytes: Uint8Array, from: number, to: number): DetectedFormat {
  const length = to - from
  if (length === 0) return { problem: 'the file is empty', isNone: true }
  const view = viewOf(bytes)
  if (length >= 4 && hasPcapMagic(view, from)) return { format: 'pcap' }
  if (length >= 4 && view.getUint32(from) === BlockType.SECTION_HEADER) {
    if (length < 12 || sectionByteOrder(view, from + 8) !== null) return { format: 'pcapng' }
  }
  if (isTar(bytes, from, to))
    return { problem: 'the content is a tar archive: extract the captures first', isNone: false }
  return describe(bytes, from, Math.min(to, from + DETECT_BYTES))
}

// A tar archive begins with the header of its first member, with the magic after the name (POSIX ustar).
function isTar(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from >= 262 && latin1(bytes, from + 257, from + 262) === 'ustar'
}

function describe(bytes: Uint8Array, from: number, to: number): DetectedFormat {
  const start = latin1(bytes, from, to)
  const like = alike(start)
  if (like !== null) return { problem: like, isNone: false }
  return {
    problem: `must begin with a pcap or pcapng header: found ${found(start, bytes, from, to)}`,
    isNone: true,
  }
}

function alike(start: string): string | null {
  const compression = COMPRESSIONS.find(([magic]) => start.startsWith(magic))
  if (compression?.[1] === BZIP2 && start.length < BZIP2_MAGIC_BYTES)
    return `bzip2-compressed content ends after ${start.length} bytes, within its header`
  if (compression !== undefined)
    return `the content is ${compression[1]}-compressed, which is not supported here`
  const archive = ARCHIVES.find(([magic]) => start.startsWith(magic))
  if (archive !== undefined) return `the content is a ${archive[1]} archive: extract the captures first`
  const capture = OTHER_CAPTURES.find(([magic]) => start.startsWith(magic))
  return capture === undefined ? null : `captures of the format ${capture[1]} are not supported`
}

function found(start: string, bytes: Uint8Array, from: number, to: number): string {
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) return 'HTML or XML'
  if (/^[\t\n\r\x20-\x7e]+$/.test(start)) return 'text'
  if (to - from >= 4) return hex32(viewOf(bytes).getUint32(from))
  return `${to - from} bytes`
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}
