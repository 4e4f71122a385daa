import { viewOf } from './byte-order.js'
import { hex32 } from './capture-source.js'
import { describeForeign } from './foreign-formats.js'
import { bytesToProveErf } from './formats/erf.js'
import { type RecognizedFormat, recognizeFormat } from './formats/formats.js'
import { leadingText } from './leading-text.js'
import { hasPcapMagic } from './pcap-header.js'
import { BlockType, sectionByteOrder } from './pcapng-blocks.js'

/** Bytes needed from the start of a file to detect its format, unless the file is shorter. */
export const DETECT_BYTES = 64

/** Bytes that a format is told by, where they are there. */
const START_BYTES = 256
/** Bytes after which what has no pcap or pcapng header at its start is known: a tar archive has its magic before. */
const SURE_BYTES = 512

/**
 * A supported format, or what is wrong with the content. `problem` completes the sentence `Cannot read "a.pcap" at
 * byte 0: `.
 */
export type DetectedFormat =
  /** `leadingBytes`: length of the text before the header. */
  | { readonly format: 'pcap' | 'pcapng'; readonly leadingBytes: number; readonly create?: never }
  | RecognizedFormat
  /** `isNone`: the content is neither a capture nor anything that may contain one. */
  | { readonly problem: string; readonly isNone: boolean }

/**
 * Detects the format of a file from its first bytes.
 *
 * @param bytes `bytes[from, to)` is at least `DETECT_BYTES` long, or the whole file.
 */
export function detectFormat(bytes: Uint8Array, from: number, to: number): DetectedFormat {
  const length = to - from
  if (length === 0) return { problem: 'the file is empty', isNone: true }
  const view = viewOf(bytes)
  const format = headerAt(view, from, to)
  if (format !== null) return { format, leadingBytes: 0 }
  const leadingBytes = leadingText(view, from, to, true)
  if (typeof leadingBytes === 'number') {
    const behind = headerAt(view, from + leadingBytes, to)
    if (behind !== null) return { format: behind, leadingBytes }
  }
  if (isTar(bytes, from, to))
    return { problem: 'the content is a tar archive: extract the captures first', isNone: false }
  return describe(bytes, from, to)
}

const PARQUET = 'PAR1'

/**
 * True when more bytes of the file are needed than the `DETECT_BYTES` that are there: it may begin with text before a
 * header, or with a record that only the next one proves.
 */
export function needsMore(bytes: Uint8Array, from: number, to: number): boolean {
  const view = viewOf(bytes)
  if (headerAt(view, from, to) !== null) return false
  if (to - from < SURE_BYTES) return true
  if (leadingText(view, from, to, false) === 'more') return true
  return !('problem' in describe(bytes, from, from + SURE_BYTES)) && to - from < bytesToProveErf(view, from)
}

/** The format whose magic number stands at `at`; null: none. */
export function headerAt(view: DataView, at: number, to: number): 'pcap' | 'pcapng' | null {
  if (to - at < 4) return null
  if (hasPcapMagic(view, at)) return 'pcap'
  if (view.getUint32(at) !== BlockType.SECTION_HEADER) return null
  return to - at < 12 || sectionByteOrder(view, at + 8) !== null ? 'pcapng' : null
}

// A tar archive begins with the header of its first member, with the magic after the name (POSIX ustar).
function isTar(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from >= 262 && latin1(bytes, from + 257, from + 262) === 'ustar'
}

function describe(bytes: Uint8Array, from: number, to: number): DetectedFormat {
  const start = latin1(bytes, from, Math.min(to, from + START_BYTES))
  // An index of ours: its sizes can look like the header of an ERF record.
  if (start.startsWith(PARQUET)) return { problem: 'the content is a Parquet file', isNone: true }
  const foreign = describeForeign(start)
  if (foreign !== null) return { problem: foreign.problem, isNone: foreign.isText }
  const recognized = recognizeFormat(start, viewOf(bytes), from, to)
  if (recognized !== null) return recognized
  const shown = start.slice(0, DETECT_BYTES)
  return {
    problem: `must begin with a pcap or pcapng header: found ${found(shown, bytes, from, to)}`,
    isNone: true,
  }
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
