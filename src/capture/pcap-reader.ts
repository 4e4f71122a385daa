import type { CaptureFormatError } from '../errors.js'
import { viewOf } from './byte-order.js'
import type { CaptureDescription } from './capture-description.js'
import {
  type CaptureHeaders,
  type CaptureReaderOptions,
  type DescribedReader,
  MAX_KEPT_BYTES,
  MAX_RECORD_BYTES,
  type ReadStatus,
} from './capture-reader.js'
import { type CapturedPacket, cutFcs } from './captured-packet.js'
import { DamageLog } from './damage-log.js'
import * as headers from './pcap-header.js'
import { findLayout } from './pcap-layout.js'
import * as problems from './pcap-problems.js'
import { Oddity, PcapRecords } from './pcap-records.js'
import { NEEDS_MORE, NOTHING_FOUND, nothingBehind, ResyncSearch } from './resync.js'

// Searches in a row that may read bytes again that an earlier search has read. Without this limit, a crafted file could
// make the reader read every byte many times.
const MAX_LOOKS = 4
const NSEC_PER_SEC = 1_000_000_000

/**
 * Reads a pcap file in either byte order, with microseconds or nanoseconds and any known layout of record headers. After
 * damage it continues where a chain of records begins.
 *
 * Damage may show late. When bytes of a frame are missing, the record extends into the records after it, and only the
 * header after it looks wrong. So the search begins inside the record read last.
 *
 * Source: draft-ietf-opsawg-pcap and libpcap's `sf-pcap.c`; for layouts, Wireshark's `wiretap/libpcap.c`.
 */
export class PcapReader implements DescribedReader {
  // Invariants:
  // - [#at, #to) of the window is unread. The byte at #at has the file offset #base + #at.
  // - [#keptFrom, #at) is the record read last, or empty.
  // - #header and #records are set in the states 'records' and 'searching'.
  // - The next #skipBytes bytes belong to the record read last and will be skipped.
  // - Searches have read the file up to offset #lookedInto. The latest #looks of them read bytes again.
  #state: 'header' | 'layout' | 'records' | 'searching' | 'end' | 'damaged' = 'header'
  #view = viewOf(new Uint8Array(0))
  #at = 0
  #to = 0
  #isLast = false
  #base = 0
  #keptFrom = 0
  #skipBytes = 0
  #skippedFrom = 0
  #lookedInto = 0
  #looks = 0

  readonly #headers = new headers.JoinedHeaders()
  #header: headers.PcapHeader | null = null
  #isNanosecond = false
  #linkType = 0
  #framePadding = 0
  #fcsBytes = 0
  #records: PcapRecords | null = null
  #search: ResyncSearch | null = null
  #searchFrom = 0
  #holeFrom = 0
  #holeProblem = ''

  problem: CaptureFormatError | null = null
  readonly damage: DamageLog
  readonly droppedPackets = 0
  readonly isInterfaceLimitHit = false

  /** @param leadingBytes Length of the text before the header, all of it in the first window. */
  constructor(file: string, options: CaptureReaderOptions, leadingBytes = 0) {
    this.damage = new DamageLog({ file, isDecompressed: options.isDecompressed })
    this.damage.addLeadingText(leadingBytes)
    this.#headers.knownLayout = options.knownLayout
    this.#at = leadingBytes
  }

  get position(): number {
    return this.#keptFrom
  }

  get fileOffset(): number {
    return this.#base + this.#at
  }

  get base(): number {
    return this.#base
  }

  get interfaceCount(): number {
    return Math.max(1, this.#headers.count)
  }

  get isBigEndian(): boolean {
    return this.#header?.isLittleEndian === false
  }

  get headers(): CaptureHeaders | null {
    return this.#headers.known(this.#records?.layout)
  }

  describe(): CaptureDescription | null {
    return this.#headers.describe(this.#records?.layout)
  }

  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    const moved = from - this.#keptFrom
    this.#view = viewOf(bytes)
    this.#base -= moved
    this.#at += moved
    this.#keptFrom = from
    this.#to = to
    this.#isLast = isLast
  }

  next(out: CapturedPacket): ReadStatus {
    const records = this.#records
    if (this.#state !== 'records' || records === null) return this.#prepare(out)
    if (this.#skipBytes > 0 && !this.#skip()) {
      return this.#isLast ? this.#stop(this.#skippedFrom, problems.CUT_INSIDE) : 'more'
    }
    const at = this.#at
    const frameRoom = this.#to - at - records.headerBytes
    if (frameRoom < 0) return this.#headerCut(records, out)
    records.load(this.#view, at)
    const isUsual = records.isUsual || records.oddities === 0
    if (!isUsual) {
      const status = this.#judge(records, frameRoom, out)
      if (status !== 'record') return status
    }
    const { capturedBytes, originalBytes } = records
    const keptBytes = Math.min(capturedBytes, MAX_RECORD_BYTES)
    if (frameRoom < keptBytes) return this.#frameCut(records, capturedBytes, frameRoom, out)

    let { sec } = records
    records.lastSec = sec
    if (isUsual) records.soundSec = sec
    let nsec = this.#isNanosecond ? records.fraction : records.fraction * 1000
    if (nsec >= NSEC_PER_SEC) {
      sec += Math.floor(nsec / NSEC_PER_SEC)
      nsec %= NSEC_PER_SEC
    }
    const padding = this.#framePadding < keptBytes ? this.#framePadding : 0
    const frameFrom = at + records.headerBytes
    out.tsSec = sec
    out.tsNsec = nsec
    out.isNanosecond = this.#isNanosecond
    out.linkType = this.#linkType
    out.interfaceId = this.#headers.count - 1
    out.recordFrom = at
    out.from = frameFrom + padding
    out.to = frameFrom + keptBytes
    out.originalBytes = Math.max(originalBytes, capturedBytes) - padding
    this.#at = out.to
    if (this.#fcsBytes > 0) cutFcs(out, this.#fcsBytes)
    this.#keptFrom = this.#at - at <= MAX_KEPT_BYTES ? at : this.#at
    if (keptBytes < capturedBytes) {
      this.#skipBytes = capturedBytes - keptBytes
      this.#skippedFrom = this.#base + at
    }
    return 'packet'
  }

  /** Reaches the next record from any state but 'records', if the window has enough bytes. */
  #prepare(out: CapturedPacket): ReadStatus {
    if (this.#state === 'end' || this.#state === 'damaged') return this.#state
    if (this.#search !== null && this.#state === 'searching') return this.#goOn(this.#search, out)
    if (this.#state === 'header') {
      const left = this.#to - this.#at
      const need = headers.pcapHeaderBytes(this.#view, this.#at, left)
      if (left < need)
        return this.#isLast ? this.#stop(this.fileOffset, problems.fileHeaderCut(need, left)) : 'more'
      const header = headers.readPcapHeader(this.#view, this.#at)
      if (header === null) return this.#stop(this.fileOffset, problems.NO_MAGIC)
      if (header.versionMajor < 2)
        return this.#stop(this.fileOffset, problems.oldVersion(header.versionMajor))
      this.#useHeader(header)
    }
    if (this.#header !== null) {
      const joined = this.#joined(out)
      if (joined !== null) return joined
      const known = this.#headers.knownLayout
      const layout = known ?? findLayout(this.#header, this.#view, this.#at, this.#to, this.#isLast)
      if (layout === 'more') return 'more'
      this.#records = new PcapRecords(this.#header, layout, known !== undefined)
      this.#search = null
      this.#state = 'records'
    }
    return this.next(out)
  }

  /** Goes on with a file that was put behind this one (`cat a.pcap b.pcap`). Returns null when there is none here. */
  #joined(out: CapturedPacket): ReadStatus | null {
    const isJoined = headers.joinsPcapFile(this.#view, this.#at, this.#to, this.#isLast)
    if (isJoined === 'more' || !isJoined) return isJoined || null
    this.#state = 'header'
    return this.#prepare(out)
  }

  #useHeader(header: headers.PcapHeader): void {
    this.#headers.add(header, this.fileOffset)
    this.#header = header
    this.#fcsBytes = header.fcsBytes
    this.#isNanosecond = header.isNanosecond
    this.#linkType = header.linkType
    this.#framePadding = header.framePadding
    this.#at += header.headerBytes
    this.#keptFrom = this.#at
    this.#state = 'layout'
  }

  /** Skips the rest of a record that was cut. Returns false when the window ends before the record. */
  #skip(): boolean {
    const take = Math.min(this.#skipBytes, this.#to - this.#at)
    this.#at += take
    this.#keptFrom = this.#at
    this.#skipBytes -= take
    return this.#skipBytes === 0
  }

  /** Decides whether to accept a record with an unusual header. */
  #judge(records: PcapRecords, frameRoom: number, out: CapturedPacket): ReadStatus | 'record' {
    const joined = this.#joined(out)
    if (joined !== null) return joined
    const { oddities, capturedBytes } = records
    if ((oddities & Oddity.IMPOSSIBLE) !== 0) {
      const problem =
        capturedBytes === 0 ? problems.ZEROS : problems.tooLong(records.maxCapturedBytes, capturedBytes)
      return this.#damaged(records, problem, this.fileOffset, out)
    }
    if (frameRoom < Math.min(capturedBytes, MAX_RECORD_BYTES)) {
      return this.#frameCut(records, capturedBytes, frameRoom, out)
    }
    // The position of the first record is certain. That of any other depends on the length of the record before it.
    if (Number.isNaN(records.lastSec)) return 'record'
    const isBelieved = records.believes(this.#view, this.#at, this.#to, this.#isLast)
    if (isBelieved === 'more') return 'more'
    records.load(this.#view, this.#at)
    if (isBelieved) return 'record'
    return this.#damaged(records, problems.unlikely(records), this.fileOffset, out)
  }

  #headerCut(records: PcapRecords, out: CapturedPacket): ReadStatus {
    if (!this.#isLast) return 'more'
    const left = this.#to - this.#at
    if (left > 0)
      return this.#damaged(records, problems.recordHeaderCut(records.headerBytes, left), Infinity, out)
    this.#state = 'end'
    return 'end'
  }

  // A file that ends inside a record was most likely truncated: only a chain of records that ends exactly with it is accepted.
  #frameCut(records: PcapRecords, capturedBytes: number, left: number, out: CapturedPacket): ReadStatus {
    if (!this.#isLast) return 'more'
    return this.#damaged(records, problems.frameCut(capturedBytes, left), Infinity, out)
  }

  /**
   * Searches for the record at which reading can continue.
   *
   * @param reach File offset beyond which the chain of records must extend; Infinity if it must end with the file.
   */
  #damaged(records: PcapRecords, problem: string, reach: number, out: CapturedPacket): ReadStatus {
    const hole = this.fileOffset
    const keptFrom = this.#base + this.#keptFrom
    this.#looks = keptFrom >= this.#lookedInto ? 1 : this.#looks + 1
    this.#searchFrom = this.#looks <= MAX_LOOKS ? keptFrom : hole
    this.#lookedInto = Math.max(this.#lookedInto, hole)
    this.#holeFrom = hole
    this.#holeProblem = problem
    this.#search ??= new ResyncSearch(records)
    this.#search.begin(this.#searchFrom + 1, hole, reach + 1)
    this.#state = 'searching'
    return this.#goOn(this.#search, out)
  }

  #goOn(search: ResyncSearch, out: CapturedPacket): ReadStatus {
    const base = this.#base
    const found = search.find({ view: this.#view, to: this.#to, base, isLast: this.#isLast })
    if (found === NOTHING_FOUND) {
      const problem = search.isExhausted ? nothingBehind(this.#holeProblem) : this.#holeProblem
      return this.#stop(this.#holeFrom, problem)
    }
    this.#at = search.offset - base
    this.#keptFrom = this.#at
    if (found === NEEDS_MORE) return 'more'
    const from = search.offset < this.#holeFrom ? this.#searchFrom : this.#holeFrom
    this.damage.addHole(from, search.offset - from, this.#holeProblem)
    this.#state = 'records'
    return this.next(out)
  }

  /** Ends the capture because of damage. All packets before it were handed out. */
  #stop(offset: number, problem: string): ReadStatus {
    this.#state = 'damaged'
    this.problem = this.damage.fatal(offset, problem)
    return 'damaged'
  }
}
