import type { CapturedPacket } from '../captured-packet.js'
import { interfaceClock } from '../interface-clock.js'
import { recordTooShort } from './problems.js'
import { damaged, Found, type RecordFormat } from './record-format.js'

const PAGE_BYTES = 8192
/** Pages of version 3; a record may go on in the next one. */
const LONG_PAGE_BYTES = 16_384
const ETHERNET = 1

// Records about time. In version 1 their numbers have 0x0100 in addition.
const UNUSED = 0
const ABSOLUTE_TIME = 0x07
const RELATIVE_TIME = 0x08

/** How the records of a type are laid out. */
interface PacketRecord {
  readonly headerBytes: number
  /** Offset of a time since the record before, or since 1970. */
  readonly timeAt: number
  readonly isAbsolute: boolean
  /** Offset of the length on the wire; 0: all of the packet is there. */
  readonly originalAt: number
  /** Offset of the lengths of two names behind the header; 0: there are none. */
  readonly namesAt: number
  /** Offset of the header's length, where it varies; 0: it does not. */
  readonly headerLengthAt: number
}

const BY_TYPE = new Map<number, PacketRecord>()

function rows(
  firstType: number,
  types: number,
  record: Partial<PacketRecord> & { headerBytes: number },
): void {
  const whole = { timeAt: 4, isAbsolute: false, originalAt: 0, namesAt: 0, headerLengthAt: 0, ...record }
  for (let type = firstType; type < firstType + types; type++) BY_TYPE.set(type, whole)
}

// Whole packets, then parts of packets, by the version of the record.
rows(0x0310, 3, { headerBytes: 12, timeAt: 8 }) // 1.0
rows(0x0314, 3, { headerBytes: 16, timeAt: 8, originalAt: 12 })
rows(0xc0, 3, { headerBytes: 8 }) // 2.0
rows(0xc4, 3, { headerBytes: 12, originalAt: 8 })
rows(0xd0, 3, { headerBytes: 16 }) // 2.1
rows(0xd4, 3, { headerBytes: 20, originalAt: 8 })
rows(0xe0, 3, { headerBytes: 18 }) // 2.2
rows(0xe4, 3, { headerBytes: 22, originalAt: 8 })
rows(0xf0, 3, { headerBytes: 24, isAbsolute: true }) // 2.3
rows(0xf4, 3, { headerBytes: 28, isAbsolute: true, originalAt: 12 })
rows(0xf8, 4, { headerBytes: 29, isAbsolute: true }) // 2.4
rows(0xfc, 4, { headerBytes: 33, isAbsolute: true, originalAt: 12 })
rows(0xb0, 4, { headerBytes: 31, isAbsolute: true, namesAt: 29 }) // 2.5
rows(0xb4, 4, { headerBytes: 35, isAbsolute: true, namesAt: 33, originalAt: 12 })
rows(0xa0, 4, { headerBytes: 48, isAbsolute: true, namesAt: 29 }) // 2.6
rows(0xa4, 4, { headerBytes: 52, isAbsolute: true, namesAt: 33, originalAt: 12 })
rows(0xa8, 4, { headerBytes: 52, isAbsolute: true, namesAt: 31, originalAt: 20 }) // 3.0
rows(0xac, 4, { headerBytes: 35, isAbsolute: true, headerLengthAt: 26, originalAt: 20 }) // 3.5

const SIGNATURES: ReadonlyMap<string, string> = new Map([
  ['NetScaler Performance Data', '1.0'],
  ['NetScaler V20 Performance Data', '2.0'],
  ['Netscaler V30 Performance Data', '3.0'],
  ['Netscaler V35 Performance Data', '3.5'],
])

/** The version of the trace whose first record stands in `start` (Latin-1); null: there is none. */
export function nstraceVersion(start: string): string | null {
  const text = start.startsWith('\x01\x01') ? start.slice(8) : start.startsWith('\x01') ? start.slice(3) : ''
  for (const [signature, version] of SIGNATURES) if (text.startsWith(signature)) return version
  return null
}

/**
 * Traces of Citrix NetScaler, versions 1.0 to 3.5: little-endian pages of records, with Ethernet frames. Records of
 * version 1.0 to 2.2 have the time since the one before, and the file has a time to begin with.
 *
 * Source: Wireshark's `wiretap/netscaler.c`.
 */
export class NstraceFormat implements RecordFormat {
  // Invariant: a packet with a relative time comes #elapsed ns after #baseSec, which is NaN before a time was read.
  readonly headerBytes = 0
  readonly byteOrder = 'little-endian'
  readonly resolution = '10^-9'
  /** Headers of one or two bytes don't tell a record from other bytes. */
  readonly isSearchable = false
  readonly missing = null
  readonly droppedPackets = 0
  readonly version: string
  recordBytes = 0
  problem = ''
  readonly #isFirst: boolean
  readonly #pageBytes: number
  readonly #clock = interfaceClock(9, 0)
  #baseSec = Number.NaN
  #elapsed = 0
  #msec = 0
  #lastMsec = 0
  // What taking the record changes.
  #nextSec = Number.NaN
  #nextElapsed = 0
  #nextMsec = 0
  #nextLastMsec = 0

  constructor(version: string) {
    this.version = version
    this.#isFirst = version === '1.0'
    this.#pageBytes = version.startsWith('3') ? LONG_PAGE_BYTES : PAGE_BYTES
  }

  readHeader(): null {
    return null
  }

  parse(view: DataView, at: number, to: number, offset: number, out: CapturedPacket): number {
    this.#keepTimes()
    const pageLeft = this.#pageBytes - (offset % this.#pageBytes)
    const typeBytes = this.#isFirst ? 2 : 1
    if (pageLeft < typeBytes) return this.#skip(pageLeft)
    if (to - at < typeBytes) return Found.MORE
    const type = this.#isFirst ? view.getUint16(at, true) : view.getUint8(at)
    if (type === UNUSED) return this.#skip(this.#unusedBytes(pageLeft))
    const sizeBytes = this.#isFirst ? 4 : 3
    if (to - at < sizeBytes) return Found.MORE
    const recordBytes = this.#sizeAt(view, at)
    if (recordBytes < sizeBytes - 1) return damaged(this, recordTooShort(sizeBytes - 1, recordBytes))
    if (recordBytes > pageLeft && this.#pageBytes === PAGE_BYTES)
      return damaged(
        this,
        `a record must end in its page, ${pageLeft} bytes later: its length is ${recordBytes}`,
      )
    this.recordBytes = recordBytes
    const time = this.#isFirst ? type - 0x0100 : type
    if (time === ABSOLUTE_TIME || time === RELATIVE_TIME) return this.#time(time, view, at, to)
    const record = BY_TYPE.get(type)
    if (record === undefined) return Found.OTHER
    if (to - at < recordBytes) return Found.MORE
    return this.#packet(record, view, at, out)
  }

  take(): void {
    this.#baseSec = this.#nextSec
    this.#elapsed = this.#nextElapsed
    this.#msec = this.#nextMsec
    this.#lastMsec = this.#nextLastMsec
  }

  #packet(record: PacketRecord, view: DataView, at: number, out: CapturedPacket): number {
    const { recordBytes } = this
    if (recordBytes < record.headerBytes)
      return damaged(this, recordTooShort(record.headerBytes, recordBytes))
    const { namesAt, headerLengthAt } = record
    let headerBytes = headerLengthAt === 0 ? record.headerBytes : view.getUint16(at + headerLengthAt, true)
    if (namesAt > 0) headerBytes += view.getUint8(at + namesAt) + view.getUint8(at + namesAt + 1)
    if (headerBytes > recordBytes) return damaged(this, recordTooShort(headerBytes, recordBytes))
    if (record.isAbsolute) {
      const timeAt = at + record.timeAt
      this.#clock.read(view.getUint32(timeAt + 4, true), view.getUint32(timeAt, true), out)
    } else {
      if (Number.isNaN(this.#baseSec)) {
        this.problem = 'a packet before the first time'
        return Found.STRAY
      }
      this.#nextElapsed = this.#elapsed + nanoseconds(view.getUint32(at + record.timeAt, true))
      const sec = Math.floor(this.#nextElapsed / 1_000_000_000)
      out.tsSec = this.#baseSec + sec
      out.tsNsec = this.#nextElapsed - sec * 1_000_000_000
    }
    const capturedBytes = recordBytes - headerBytes
    const { originalAt } = record
    const originalBytes = originalAt === 0 ? capturedBytes : view.getUint16(at + originalAt, true)
    out.isNanosecond = true
    out.linkType = ETHERNET
    out.from = at + headerBytes
    out.to = at + recordBytes
    out.originalBytes = originalBytes
    return Found.PACKET
  }

  /** Times count on in milliseconds, and go over to seconds when they are whole. */
  #time(kind: number, view: DataView, at: number, to: number): number {
    const least = this.#isFirst ? 12 : 8
    if (this.recordBytes < least && kind === ABSOLUTE_TIME)
      return damaged(this, recordTooShort(least, this.recordBytes))
    if (to - at < this.recordBytes) return Found.MORE
    const relativeAt = this.#isFirst ? 4 : 2
    if (this.recordBytes < relativeAt + 2) return Found.OTHER
    this.#nextMsec = this.#msec + view.getUint16(at + relativeAt, true)
    if (kind === ABSOLUTE_TIME) {
      this.#nextSec = view.getUint32(at + relativeAt + (this.#isFirst ? 4 : 2), true)
      this.#nextLastMsec = this.#nextMsec
    } else {
      const sec = Math.floor((this.#nextMsec - this.#lastMsec) / 1000)
      this.#nextSec = this.#baseSec + sec
      this.#nextLastMsec = this.#lastMsec + sec * 1000
    }
    return Found.OTHER
  }

  /** In version 2 a page has two halves. */
  #unusedBytes(pageLeft: number): number {
    const half = PAGE_BYTES / 2
    const hasHalves = !this.#isFirst && this.#pageBytes === PAGE_BYTES
    return hasHalves && pageLeft > half ? pageLeft - half : pageLeft
  }

  // A length of 7 bits, or with its highest bit set of 15.
  #sizeAt(view: DataView, at: number): number {
    if (this.#isFirst) return view.getUint16(at + 2, true)
    const low = view.getUint8(at + 1)
    return (low & 0x80) === 0 ? low : (low & 0x7f) + view.getUint8(at + 2) * 0x80
  }

  #skip(bytes: number): number {
    this.recordBytes = bytes
    return Found.OTHER
  }

  #keepTimes(): void {
    this.#nextSec = this.#baseSec
    this.#nextElapsed = this.#elapsed
    this.#nextMsec = this.#msec
    this.#nextLastMsec = this.#lastMsec
  }
}

/** A number of seconds, milliseconds, microseconds or nanoseconds, as its two highest bits say. */
function nanoseconds(time: number): number {
  return (time & 0x3fff_ffff) * [1_000_000_000, 1_000_000, 1000, 1][time >>> 30]!
}
