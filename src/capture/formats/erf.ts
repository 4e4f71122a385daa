import type { CapturedPacket } from '../captured-packet.js'
import { recordTooShort } from './problems.js'
import { damaged, Found, type RecordFormat } from './record-format.js'

const HEADER_BYTES = 16
const EXTENSION_BYTES = 8
const TYPE = 8
const RECORD_LENGTH = 10
const LOST = 12
const WIRE_LENGTH = 14
const HAS_EXTENSION = 0x80
const TYPE_MASK = 0x7f
const ETHERNET_PAD_BYTES = 2
/** Channel and flags of a multi-channel record, and the header of the first ATM cell. */
const CHANNEL_BYTES = 4
const CELL_BYTES = 4

const ETHERNET = 1
const PPP = 9
const CISCO_HDLC = 104
const ATM = 100
const RAW_IP = 101
const INFINIBAND = 247

/** ERF type -> LINKTYPE_* value, and the bytes before the frame. */
const TYPES: ReadonlyMap<number, readonly [linkType: number, skipped: number]> = new Map([
  [1, [PPP, 0]], // HDLC_POS
  [2, [ETHERNET, ETHERNET_PAD_BYTES]], // ETH
  [4, [ATM, CELL_BYTES]], // AAL5
  [5, [PPP, CHANNEL_BYTES]], // MC_HDLC
  [9, [ATM, CHANNEL_BYTES + CELL_BYTES]], // MC_AAL5
  [10, [PPP, 0]], // COLOR_HDLC_POS
  [11, [ETHERNET, ETHERNET_PAD_BYTES]], // COLOR_ETH
  [15, [PPP, 0]], // DSM_COLOR_HDLC_POS
  [16, [ETHERNET, ETHERNET_PAD_BYTES]], // DSM_COLOR_ETH
  [17, [PPP, CHANNEL_BYTES]], // COLOR_MC_HDLC_POS
  [19, [PPP, 0]], // COLOR_HASH_POS
  [20, [ETHERNET, ETHERNET_PAD_BYTES]], // COLOR_HASH_ETH
  [21, [INFINIBAND, 0]], // INFINIBAND
  [22, [RAW_IP, 0]], // IPV4
  [23, [RAW_IP, 0]], // IPV6
])
/** Types of records that have no packet: TCP_FLOW_COUNTER, META, PAD. */
const WITHOUT_PACKET: ReadonlySet<number> = new Set([14, 27, 48])
const MOST_TYPE = 48
const META = 27
/** Types with a color or a hash where the others count lost packets. */
const COLORED: ReadonlySet<number> = new Set([10, 11, 15, 16, 17, 19, 20])

// A time before 1990 or after 2100 is none, for a file that has nothing else to know it by.
const LEAST_SEC = 631_152_000
const MOST_SEC = 4_102_444_800
const NEAR_SEC = 366 * 86_400

/**
 * ERF files of Endace's cards, with extension headers: big-endian records, whose time is a little-endian number of
 * 2^-32 s. They have no file header.
 *
 * Source: Endace "ERF Extensible Record Format Types Reference Guide", EDM11-01.
 */
export class ErfFormat implements RecordFormat {
  readonly headerBytes = 0
  readonly byteOrder = 'big-endian'
  readonly resolution = '2^-32'
  readonly version = ''
  readonly isSearchable = true
  readonly missing = null
  droppedPackets = 0
  recordBytes = 0
  problem = ''
  #drops = 0

  readHeader(): null {
    return null
  }

  parse(view: DataView, at: number, to: number, _offset: number, out: CapturedPacket): number {
    if (to - at < HEADER_BYTES) return Found.MORE
    const recordBytes = view.getUint16(at + RECORD_LENGTH)
    if (recordBytes < HEADER_BYTES) return damaged(this, recordTooShort(HEADER_BYTES, recordBytes))
    this.recordBytes = recordBytes
    const typeByte = view.getUint8(at + TYPE)
    const type = typeByte & TYPE_MASK
    this.#drops = COLORED.has(type) || WITHOUT_PACKET.has(type) ? 0 : view.getUint16(at + LOST)
    if (type === 0 || type > MOST_TYPE)
      return damaged(this, `ERF type must be 1 to ${MOST_TYPE}: found ${type}`)
    if (WITHOUT_PACKET.has(type)) return Found.OTHER
    const row = TYPES.get(type)
    if (row === undefined) {
      this.problem = `a record of the ERF type ${type}, of which no packets can be taken`
      return Found.STRAY
    }
    if (to - at < recordBytes) return Found.MORE
    const end = at + recordBytes
    let from = at + HEADER_BYTES
    for (let hasMore = (typeByte & HAS_EXTENSION) !== 0; hasMore && from < end; from += EXTENSION_BYTES)
      hasMore = (view.getUint8(from) & HAS_EXTENSION) !== 0
    from += row[1]
    if (from > end) return damaged(this, recordTooShort(from - at, recordBytes))
    const wireBytes = view.getUint16(at + WIRE_LENGTH)
    setTime(view, at, out)
    out.isNanosecond = true
    out.linkType = row[0] === PPP ? linkTypeOfHdlc(view, from, end) : row[0]
    out.from = from
    out.to = Math.min(end, from + wireBytes) // records are padded
    out.originalBytes = wireBytes
    return Found.PACKET
  }

  /** The loss counter has the packets lost before the record. */
  take(): void {
    this.droppedPackets += this.#drops
    this.#drops = 0
  }
}

/** PPP, or Cisco's HDLC, which has another first byte. */
function linkTypeOfHdlc(view: DataView, from: number, end: number): number {
  const first = from < end ? view.getUint8(from) : 0
  return first === 0x0f || first === 0x8f ? CISCO_HDLC : PPP
}

/** The time to the nearest nanosecond. */
function setTime(view: DataView, at: number, out: CapturedPacket): void {
  const high = view.getUint16(at + 2, true) * 1_000_000_000
  const low = view.getUint16(at, true) * 1_000_000_000
  const nsec = Math.floor((high + low / 0x1_0000 + 0x8000) / 0x1_0000)
  const isWhole = nsec === 1_000_000_000
  out.tsSec = view.getUint32(at + 4, true) + (isWhole ? 1 : 0)
  out.tsNsec = isWhole ? 0 : nsec
}

/** True when the bytes look like one or, if there are as many, two records of ERF, which has no magic number. */
export function looksLikeErf(view: DataView, from: number, to: number): boolean {
  const sec = plausibleSec(view, from, to)
  if (sec < 0) return false
  const next = from + view.getUint16(from + RECORD_LENGTH)
  if (to - next < HEADER_BYTES) return true
  return Math.abs(plausibleSec(view, next, to) - sec) <= NEAR_SEC
}

/** Bytes of a file that {@link looksLikeErf} may look at, where it begins with such a record. */
export function bytesToProveErf(view: DataView, from: number): number {
  return view.getUint16(from + RECORD_LENGTH) + HEADER_BYTES
}

/** The second of the record that seems to be at `at`; far from any other: none is. */
function plausibleSec(view: DataView, at: number, to: number): number {
  if (to - at < HEADER_BYTES) return -Infinity
  const sec = view.getUint32(at + 4, true)
  const typeByte = view.getUint8(at + TYPE)
  const row = TYPES.get(typeByte & TYPE_MASK)
  // A file may begin with META. PAD is a printable byte: text would look like it.
  const isKnown = row !== undefined || (typeByte & TYPE_MASK) === META
  const least = HEADER_BYTES + (row?.[1] ?? 0) + ((typeByte & HAS_EXTENSION) === 0 ? 0 : EXTENSION_BYTES)
  const isLong = view.getUint16(at + RECORD_LENGTH) > least
  const hasWire = row === undefined || view.getUint16(at + WIRE_LENGTH) > 0
  return isKnown && isLong && hasWire && sec >= LEAST_SEC && sec <= MOST_SEC ? sec : -Infinity
}
