import type { CaptureFormatName } from '../capture-description.js'
import { ErfFormat, looksLikeErf } from './erf.js'
import { FiveViewFormat } from './five-view.js'
import { IptraceFormat } from './iptrace.js'
import { NetmonFormat } from './netmon.js'
import { NstraceFormat, nstraceVersion } from './nstrace.js'
import type { RecordFormat } from './record-format.js'
import { SnoopFormat } from './snoop.js'

/** A format that was recognised, and what reads a file of it. */
export interface RecognizedFormat {
  readonly format: CaptureFormatName
  readonly create: () => RecordFormat
}

// What a file begins with, as Latin-1 text.
const MAGICS: readonly (readonly [magic: string, format: CaptureFormatName, create: () => RecordFormat])[] = [
  ['snoop\x00\x00\x00', 'snoop', () => new SnoopFormat()],
  ['GMBU', 'netmon', () => new NetmonFormat()],
  ['RTSS', 'netmon', () => new NetmonFormat()],
  ['\xaa\xaa\xaa\xaa\x20\x00\x00\x00', '5view', () => new FiveViewFormat()],
  ['iptrace 1.0', 'iptrace', () => new IptraceFormat()],
  ['iptrace 2.0', 'iptrace', () => new IptraceFormat()],
]

/**
 * Recognises a file that is a row of records, by its first bytes.
 *
 * @param start `view[from, to)` as Latin-1 text.
 * @returns Null when it is none.
 */
export function recognizeFormat(
  start: string,
  view: DataView,
  from: number,
  to: number,
): RecognizedFormat | null {
  const row = MAGICS.find(([magic]) => start.startsWith(magic))
  if (row !== undefined) return { format: row[1], create: row[2] }
  const version = nstraceVersion(start)
  if (version !== null) return { format: 'nstrace', create: () => new NstraceFormat(version) }
  return looksLikeErf(view, from, to) ? { format: 'erf', create: () => new ErfFormat() } : null
}
