import type { CaptureFormatError } from '../../errors.js'
import { viewOf } from '../byte-order.js'
import type { CaptureDescription, CaptureFormatName } from '../capture-description.js'
import type { CaptureReaderOptions, DescribedReader, ReadStatus } from '../capture-reader.js'
import { blankCapturedPacket, type CapturedPacket } from '../captured-packet.js'
import { DamageLog } from '../damage-log.js'
import {
  CUT_RECORD,
  LOOKAHEAD_BYTES,
  NEEDS_MORE,
  NO_RECORD,
  NOTHING_FOUND,
  nothingBehind,
  ResyncSearch,
} from '../resync.js'
import * as problems from './problems.js'
import { Found, type RecordFormat } from './record-format.js'

/** After damage, a packet's time must be within this of that of the packet before. */
const SEARCH_SEC = 366 * 86_400
/** Nothing was captured before 1990. */
const LEAST_SEC = 631_152_000
/** Longest frame on the wire that is believed behind damage. */
const MAX_SEARCHED_BYTES = 1024 * 1024

/**
 * Reads a file of any {@link RecordFormat}. Behind damage it goes on where a chain of records begins, if the format can
 * tell. Each link type counts as an interface, in the order of their first packets.
 */
export class RecordReader implements DescribedReader {
  // Invariants: [#at, #to) of the window is unread, the byte at #at has the file offset #base + #at, and the next
  // #skipBytes bytes belong to a record that was read.
  readonly #name: CaptureFormatName
  readonly #format: RecordFormat
  readonly #search: ResyncSearch
  readonly #probe = blankCapturedPacket()
  readonly #linkTypes: number[] = []
  #state: 'header' | 'records' | 'searching' | 'end' | 'damaged' = 'header'
  #view = viewOf(new Uint8Array(0))
  #at = 0
  #to = 0
  #isLast = false
  #base = 0
  #skipBytes = 0
  /** Of the last packet whose time is near that of the one before. */
  #lastSec = Number.NaN
  #holeFrom = 0
  #holeProblem = ''

  problem: CaptureFormatError | null = null
  readonly damage: DamageLog
  readonly isInterfaceLimitHit = false
  readonly headers = null // what a record means may depend on those before it

  /** @param file Path as the user gave it, for messages. */
  constructor(name: CaptureFormatName, format: RecordFormat, file: string, options: CaptureReaderOptions) {
    this.#name = name
    this.#format = format
    this.damage = new DamageLog({ file, isDecompressed: options.isDecompressed })
    this.#search = new ResyncSearch({
      leastRecords: 2,
      beginChain: () => {},
      recordBytes: (view, at, to) => this.#recordBytes(view, at, to),
    })
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

  get droppedPackets(): number {
    return this.#format.droppedPackets
  }

  get interfaceCount(): number {
    return Math.max(1, this.#linkTypes.length)
  }

  get isBigEndian(): boolean {
    return this.#format.byteOrder === 'big-endian'
  }

  describe(): CaptureDescription | null {
    if (this.#state === 'header') return null
    const { version, byteOrder, resolution, droppedPackets } = this.#format
    return {
      format: this.#name,
      version,
      byteOrders: [byteOrder],
      layout: 'standard',
      sections: 1,
      hardware: null,
      system: null,
      application: null,
      comments: 0,
      firstComments: [],
      secrets: [],
      interfaces: this.#linkTypes.map((linkType, index) => ({
        linkType,
        snaplen: 0,
        resolution,
        name: null,
        description: null,
        filter: null,
        droppedPackets: droppedPackets > 0 && index === 0 ? droppedPackets : null,
      })),
    }
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
      const status = this.#step(out)
      if (status !== 'read') return status
    }
  }

  /** Reads one record, or does what comes before it. Returns `'read'` when that gave no packet. */
  #step(out: CapturedPacket): ReadStatus | 'read' {
    switch (this.#state) {
      case 'end':
      case 'damaged':
        return this.#state
      case 'header':
        return this.#readHeader()
      case 'searching':
        return this.#goOn()
      case 'records':
        return this.#skipBytes > 0 ? this.#skip() : this.#readRecord(out)
    }
  }

  #readHeader(): ReadStatus | 'read' {
    const { headerBytes } = this.#format
    const left = this.#to - this.#at
    if (left < headerBytes)
      return this.#isLast
        ? this.#stop(this.fileOffset, problems.headerCut(this.#name, headerBytes, left))
        : 'more'
    const problem = this.#format.readHeader(this.#view, this.#at)
    this.#state = 'records'
    if (problem !== null) return this.#stop(this.fileOffset, problem)
    this.#at += headerBytes
    return 'read'
  }

  #readRecord(out: CapturedPacket): ReadStatus | 'read' {
    const format = this.#format
    const found = format.parse(this.#view, this.#at, this.#to, this.fileOffset, out)
    switch (found) {
      case Found.MORE:
        return this.#cut()
      case Found.END:
        return this.#end()
      case Found.DAMAGED:
        return this.#damaged(format.problem, this.fileOffset)
    }
    // Only what is longer than any window may be is skipped before its end is seen.
    const isShort = format.recordBytes <= LOOKAHEAD_BYTES
    if (isShort && format.recordBytes > this.#to - this.#at) return this.#cut()
    format.take?.()
    if (found === Found.STRAY) this.damage.addStray(this.fileOffset, format.recordBytes, format.problem)
    this.#skipBytes = format.recordBytes
    if (found !== Found.PACKET) return 'read'
    out.recordFrom = this.#at
    this.#at += format.recordBytes
    this.#skipBytes = 0
    if (!(Math.abs(out.tsSec - this.#lastSec) > SEARCH_SEC)) this.#lastSec = out.tsSec // true for NaN
    out.originalBytes = Math.max(out.originalBytes, out.to - out.from)
    out.interfaceId = this.#interfaceOf(out.linkType)
    return 'packet'
  }

  #interfaceOf(linkType: number): number {
    const known = this.#linkTypes.indexOf(linkType)
    return known >= 0 ? known : this.#linkTypes.push(linkType) - 1
  }

  #skip(): ReadStatus | 'read' {
    const take = Math.min(this.#skipBytes, this.#to - this.#at)
    this.#at += take
    this.#skipBytes -= take
    if (this.#skipBytes === 0) return 'read'
    if (!this.#isLast) return 'more'
    return this.#stop(this.fileOffset, problems.recordCut(0))
  }

  /** A file that ends inside a record was most likely cut: only records that end exactly with the file are believed. */
  #cut(): ReadStatus | 'read' {
    if (!this.#isLast) return 'more'
    const left = this.#to - this.#at
    if (left > 0) return this.#damaged(problems.recordCut(left), Infinity)
    const { missing } = this.#format
    return missing === null ? this.#end() : this.#stop(this.fileOffset, missing)
  }

  #damaged(problem: string, reach: number): ReadStatus | 'read' {
    this.#holeFrom = this.fileOffset
    this.#holeProblem = problem
    if (!this.#format.isSearchable) return this.#stop(this.#holeFrom, problem)
    this.#search.begin(this.#holeFrom + 1, this.#holeFrom, reach)
    this.#state = 'searching'
    return 'read'
  }

  #goOn(): ReadStatus | 'read' {
    const base = this.#base
    const found = this.#search.find({ view: this.#view, to: this.#to, base, isLast: this.#isLast })
    if (found === NOTHING_FOUND) {
      const problem = this.#search.isExhausted ? nothingBehind(this.#holeProblem) : this.#holeProblem
      return this.#stop(this.#holeFrom, problem)
    }
    this.#at = this.#search.offset - base
    if (found === NEEDS_MORE) return 'more'
    this.damage.addHole(this.#holeFrom, this.#search.offset - this.#holeFrom, this.#holeProblem)
    this.#state = 'records'
    return 'read'
  }

  /** Judges for the search whether a packet is at `at`. */
  #recordBytes(view: DataView, at: number, to: number): number {
    const packet = this.#probe
    const found = this.#format.parse(view, at, to, this.#base + at, packet)
    if (found === Found.MORE) return CUT_RECORD
    if (found !== Found.PACKET || packet.to === packet.from) return NO_RECORD
    const { tsSec, originalBytes } = packet
    const isFar = Math.abs(tsSec - this.#lastSec) > SEARCH_SEC || tsSec < LEAST_SEC
    const isOdd = originalBytes < packet.to - packet.from || originalBytes > MAX_SEARCHED_BYTES
    return isFar || isOdd ? NO_RECORD : this.#format.recordBytes
  }

  #end(): 'end' {
    this.#state = 'end'
    return 'end'
  }

  /** Ends the capture because of damage. All packets before it were handed out. */
  #stop(offset: number, problem: string): 'damaged' {
    this.#state = 'damaged'
    this.problem = this.damage.fatal(offset, problem)
    return 'damaged'
  }
}
