import {
  isPcapHeader,
  type LengthOrder,
  type PcapHeader,
  RECORD_HEADER_BYTES,
  type RecordLayout,
  readPcapHeader,
} from './pcap-header.js'
import { CHAIN_RECORDS, CUT_RECORD, LOOKAHEAD_BYTES, NO_RECORD, type RecordTest } from './resync.js'

/** A longer frame is possible only if the file's snaplen allows it. */
export const USUAL_MAX_FRAME_BYTES = 256 * 1024
/** A longer frame is unusual. Segmentation offload makes frames of up to half this length. */
const USUAL_MAX_ORIGINAL_BYTES = 1024 * 1024
/** A time further than this from that of the previous record is unusual. */
const NEAR_SEC = 86_400
/** After damage, a record's time must be within this of the last sound record's time. */
const SEARCH_SEC = 366 * 86_400

/** Bits that say what is unusual about a record header. */
export const Oddity = {
  /** Longer than the capture can hold, or all zeros: not a record. */
  IMPOSSIBLE: 1,
  /** More bytes captured than were on the wire, or very many. */
  LENGTHS: 2,
  /** The fraction is a second or more. */
  FRACTION: 4,
  /** The time is far from that of the previous record. */
  TIME: 8,
} as const

/**
 * Decodes the record headers of one pcap file and judges whether they are plausible.
 *
 * A record with an unusual header is accepted if two more records seem to follow it, because some programs write such
 * headers and some clocks are wrong. Later records of the file may then be unusual in the same way.
 */
export class PcapRecords implements RecordTest {
  // Invariant: the fields sec to originalBytes are those of the header loaded last.
  readonly isLittleEndian: boolean
  readonly layout: RecordLayout
  readonly headerBytes: number
  readonly maxCapturedBytes: number
  /** Units of `fraction` per second. */
  readonly unitsPerSec: number
  readonly #lengthOrder: LengthOrder
  /** Time of the record read last; NaN before the first. */
  lastSec = Number.NaN
  /** Time of the last record with a usual header; NaN before the first. */
  soundSec = Number.NaN
  #believedOddities = 0
  #chainSec = Number.NaN

  sec = 0
  fraction = 0
  capturedBytes = 0
  originalBytes = 0

  /** @param isKnown What stands where is known: unusual headers are believed. */
  constructor(header: PcapHeader, layout: RecordLayout, isKnown = false) {
    if (isKnown) this.#believedOddities = Oddity.LENGTHS | Oddity.FRACTION | Oddity.TIME

    this.isLittleEndian = header.isLittleEndian
    this.layout = layout
    this.headerBytes = RECORD_HEADER_BYTES[layout]
    this.maxCapturedBytes = Math.max(header.snaplen, USUAL_MAX_FRAME_BYTES)
    this.unitsPerSec = header.isNanosecond ? 1_000_000_000 : 1_000_000
    this.#lengthOrder = header.lengthOrder
  }

  /** Decodes the header at `view[at]`; all its bytes must be available. */
  load(view: DataView, at: number): void {
    const isLittleEndian = this.isLittleEndian
    this.sec = view.getUint32(at, isLittleEndian)
    this.fraction = view.getUint32(at + 4, isLittleEndian)
    const first = view.getUint32(at + 8, isLittleEndian)
    const second = view.getUint32(at + 12, isLittleEndian)
    const order = this.#lengthOrder
    const isSwapped = order !== 'captured-first' && (order === 'original-first' || first > second)
    this.capturedBytes = isSwapped ? second : first
    this.originalBytes = isSwapped ? first : second
  }

  /** True when nothing is unusual about the loaded header. In most captures this holds for all records. */
  get isUsual(): boolean {
    return (
      this.capturedBytes <= this.originalBytes &&
      this.originalBytes <= USUAL_MAX_ORIGINAL_BYTES &&
      this.capturedBytes <= USUAL_MAX_FRAME_BYTES &&
      this.fraction < this.unitsPerSec &&
      (this.capturedBytes > 0 || this.sec > 0) &&
      !(Math.abs(this.sec - this.lastSec) > NEAR_SEC) // false for NaN
    )
  }

  /** Set of {@link Oddity} of the loaded header, without oddities accepted before in this file. */
  get oddities(): number {
    const { sec, fraction, capturedBytes, originalBytes } = this
    const isZero = sec === 0 && fraction === 0 && capturedBytes === 0
    let oddities = isZero || capturedBytes > this.maxCapturedBytes ? Oddity.IMPOSSIBLE : 0
    if (capturedBytes > originalBytes || originalBytes > USUAL_MAX_ORIGINAL_BYTES) oddities |= Oddity.LENGTHS
    if (fraction >= this.unitsPerSec) oddities |= Oddity.FRACTION
    if (Math.abs(sec - this.lastSec) > NEAR_SEC) oddities |= Oddity.TIME
    return oddities & ~this.#believedOddities
  }

  /**
   * Judges a possible but unusual record at `at` by the two records after it. If the file ends before them, the bytes
   * available decide. If the record is too long to look past it, its lengths decide.
   */
  believes(view: DataView, at: number, to: number, isLast: boolean): boolean | 'more' {
    const limit = at + LOOKAHEAD_BYTES
    const end = Math.min(to, limit)
    this.load(view, at)
    const { oddities } = this
    // A record read four bytes too late looks plausible: the captured length is taken for the fraction, the original
    // length for the captured length, and the first bytes of the frame for the original length.
    const isShifted = this.capturedBytes > 0 && this.fraction === this.capturedBytes
    if ((oddities & Oddity.TIME) !== 0 && ((oddities & Oddity.LENGTHS) !== 0 || isShifted)) return false
    const allowed = oddities | Oddity.TIME | Oddity.FRACTION
    let next = at + this.headerBytes + this.capturedBytes
    if (next > limit) return oddities === Oddity.LENGTHS && this.capturedBytes <= this.originalBytes
    for (let records = 1; records < CHAIN_RECORDS; records++) {
      if (next + this.headerBytes > end) {
        if (end < limit && !isLast) return 'more'
        break
      }
      this.load(view, next)
      if ((this.oddities & ~allowed) !== 0) return false
      next += this.headerBytes + this.capturedBytes
    }
    if ((oddities & Oddity.TIME) === 0) this.#believedOddities |= oddities
    return true
  }

  /** One header is not enough when there is no earlier time to compare with. */
  get leastRecords(): number {
    return Number.isNaN(this.soundSec) ? 2 : 1
  }

  beginChain(): void {
    this.#chainSec = this.soundSec
  }

  recordBytes(view: DataView, at: number, to: number): number {
    if (at + this.headerBytes > to) return CUT_RECORD
    // This check rejects most bytes that are not a record. It needs an earlier time to compare with.
    const sec = view.getUint32(at, this.isLittleEndian)
    if (Math.abs(sec - this.#chainSec) > SEARCH_SEC) return this.#fileHeaderBytes(view, at, to)
    this.load(view, at)
    if ((this.oddities & ~Oddity.TIME) !== 0) return NO_RECORD
    if (Number.isNaN(this.#chainSec)) this.#chainSec = sec
    return this.headerBytes + this.capturedBytes
  }

  /** A chain may begin with, or go on behind, the header of another file whose records are like these. */
  #fileHeaderBytes(view: DataView, at: number, to: number): number {
    if (!isPcapHeader(view, at, to)) return NO_RECORD
    const header = readPcapHeader(view, at)
    const isAlike =
      header?.isLittleEndian === this.isLittleEndian && header.isNanosecond === this.unitsPerSec > 1_000_000
    return isAlike ? header.headerBytes : NO_RECORD
  }
}
