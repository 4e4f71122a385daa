import { i64 } from '../byte-order.js'
import type { CapturedPacket } from '../captured-packet.js'
import { interfaceClock } from '../interface-clock.js'
import { frameTooLong, unknownNetwork } from './problems.js'
import { damaged, Found, MAX_FRAME_BYTES, type RecordFormat } from './record-format.js'

// The file header: version, network, time of the start, and the table of frames.
const MINOR = 4
const MAJOR = 5
const NETWORK = 6
const YEAR = 8
const MONTH = 10
const DAY = 14
const HOUR = 16
const MINUTE = 18
const SECOND = 20
const MILLISECOND = 22
const TABLE_OFFSET = 24
const TABLE_BYTES = 28
const TABLE_ENTRY_BYTES = 4

// Record headers of version 1 and 2.
const HEADER_BYTES_1 = 8
const HEADER_BYTES_2 = 16
/** Trailers by minor version: the network; with a process from 2.2 on; with a FILETIME and a time zone from 2.3 on. */
const TRAILER_BYTES = [0, 2, 6, 15]
const TRAILER_FILETIME = 6

const NETWORK_ATM = 4
const NETWORK_WLAN = 6
/** Addresses, VPI and VCI before an ATM packet. */
const ATM_HEADER_BYTES = 16
/** A file that was made of a pcap file has its link type behind these bits. */
const PCAP_NETWORK = 0xe000
const WIFI_MESSAGE = 0xe080
/** The last of those that Message Analyzer takes for itself. */
const LAST_MESSAGE = 0xe08a
/** From here on records have no packets: filters, names, adapters, events. */
const FIRST_METADATA = 0xffe0

/** Network type -> LINKTYPE_* value. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [0, 1], // of tunnels, whose frames are Ethernet
  [1, 1], // Ethernet
  [2, 6], // Token Ring
  [3, 10], // FDDI
  [NETWORK_ATM, 100],
  [NETWORK_WLAN, 105], // with a header of its own length
  [7, 101], // tunnels
  [8, 101], // wireless WAN
  [9, 101], // raw IP
])

const SECONDS_1601_TO_1970 = 11_644_473_600
/** Deltas from here on stand for negative ones: ten times as much is more than a signed number holds. */
const LEAST_NEGATIVE = 2 ** 63 / 10

/**
 * Captures of Microsoft Network Monitor 1 and 2: little-endian, with milliseconds, microseconds or (2.3) 100 ns. The
 * records are read as they stand; the table of frames, which follows them, tells how many there are. The header has the
 * local time of its machine without a time zone: it is taken for UTC.
 *
 * Source: Microsoft's documentation in Network Monitor 3, and Wireshark's `wiretap/netmon.c`.
 */
export class NetmonFormat implements RecordFormat {
  // Invariant: #frames of the records were not yet read.
  readonly headerBytes = 128
  readonly byteOrder = 'little-endian'
  readonly droppedPackets = 0
  version = ''
  recordBytes = 0
  problem = ''
  readonly #filetime = interfaceClock(7, -SECONDS_1601_TO_1970)
  #major = 1
  #minor = 0
  #network = 0
  #startSec = 0
  #startMsec = 0
  #frames = 0
  #tableOffset = 0
  #tableBytes = 0
  #isFrame = false
  #hasRead = false

  get resolution(): string {
    if (this.#major === 1) return '10^-3'
    return this.#minor >= 3 ? '10^-7' : '10^-6'
  }

  /** Times and lengths of version 1 are anything. */
  get isSearchable(): boolean {
    return this.#major === 2
  }

  get missing(): string | null {
    const frames = this.#frames
    return frames === 0 || frames === Infinity
      ? null
      : `the file ends before the last ${frames} of its frames`
  }

  readHeader(view: DataView, at: number): string | null {
    this.#major = view.getUint8(at + MAJOR)
    this.#minor = view.getUint8(at + MINOR)
    this.version = `${this.#major}.${this.#minor}`
    if (this.#major !== 1 && this.#major !== 2)
      return `Network Monitor's major version must be 1 or 2: found ${this.#major}`
    const u16 = (field: number) => view.getUint16(at + field, true)
    this.#network = u16(NETWORK)
    const day = [u16(YEAR), u16(MONTH) - 1, u16(DAY)] as const
    this.#startSec = Date.UTC(...day, u16(HOUR), u16(MINUTE), u16(SECOND)) / 1000
    this.#startMsec = u16(MILLISECOND)
    this.#tableOffset = view.getUint32(at + TABLE_OFFSET, true)
    this.#tableBytes = view.getUint32(at + TABLE_BYTES, true)
    // A capture that was not ended has no table.
    this.#frames =
      this.#tableBytes < TABLE_ENTRY_BYTES ? Infinity : Math.floor(this.#tableBytes / TABLE_ENTRY_BYTES)
    return null
  }

  parse(view: DataView, at: number, to: number, offset: number, out: CapturedPacket): number {
    this.#isFrame = false
    if (this.#frames === 0) return Found.END
    if (offset === this.#tableOffset && this.#tableBytes > 0) {
      if (this.#hasRead) return Found.END // frames before were lost
      this.recordBytes = this.#tableBytes // written before the frames
      return Found.OTHER
    }
    this.#isFrame = true
    const isFirst = this.#major === 1
    const headerBytes = isFirst ? HEADER_BYTES_1 : HEADER_BYTES_2
    if (to - at < headerBytes) return Found.MORE
    const originalBytes = isFirst ? view.getUint16(at + 4, true) : view.getUint32(at + 8, true)
    const capturedBytes = isFirst ? view.getUint16(at + 6, true) : view.getUint32(at + 12, true)
    if (capturedBytes > MAX_FRAME_BYTES) return damaged(this, frameTooLong(capturedBytes))
    const trailerBytes = isFirst ? 0 : TRAILER_BYTES[Math.min(this.#minor, TRAILER_BYTES.length - 1)]!
    this.recordBytes = headerBytes + capturedBytes + trailerBytes
    if (to - at < this.recordBytes) return Found.MORE
    const trailer = at + headerBytes + capturedBytes
    const network = trailerBytes === 0 ? this.#network : view.getUint16(trailer, true)
    if (network >= FIRST_METADATA) return Found.OTHER
    const linkType = linkTypeOf(network)
    if (linkType === undefined) {
      this.problem = unknownNetwork(network)
      return Found.STRAY
    }
    this.#readTime(view, at, out)
    if (trailerBytes > TRAILER_FILETIME) {
      const time = trailer + TRAILER_FILETIME
      this.#filetime.read(view.getUint32(time + 4, true), view.getUint32(time, true), out)
    }
    out.isNanosecond = trailerBytes > TRAILER_FILETIME
    out.linkType = linkType
    const skipped = Math.min(capturedBytes, headerInFrame(network, view, at + headerBytes, capturedBytes))
    out.from = at + headerBytes + skipped
    out.to = at + headerBytes + capturedBytes
    out.originalBytes = originalBytes - skipped
    return Found.PACKET
  }

  take(): void {
    if (!this.#isFrame) return
    this.#frames -= 1
    this.#hasRead = true
  }

  /** The time since the start; microseconds are signed after a multiplication by ten. */
  #readTime(view: DataView, at: number, out: CapturedPacket): void {
    let micros = this.#startMsec * 1000
    if (this.#major === 1) micros += view.getUint32(at, true) * 1000
    else {
      const delta = i64(view, at, true)
      micros +=
        delta >= 0 && delta < LEAST_NEGATIVE
          ? delta
          : Number(BigInt.asIntN(64, view.getBigUint64(at, true) * 10n)) / 10
    }
    const sec = Math.floor(micros / 1_000_000)
    out.tsSec = Math.max(0, this.#startSec + sec)
    out.tsNsec = Math.floor(micros - sec * 1_000_000) * 1000
  }
}

function linkTypeOf(network: number): number | undefined {
  if (network === WIFI_MESSAGE) return 105
  if (network > WIFI_MESSAGE && network <= LAST_MESSAGE) return undefined
  return network >= PCAP_NETWORK ? network - PCAP_NETWORK : LINK_TYPES.get(network)
}

/** Bytes before the frame that belong to the network type. */
function headerInFrame(network: number, view: DataView, at: number, capturedBytes: number): number {
  if (network === NETWORK_ATM) return ATM_HEADER_BYTES
  // Its version, and its length.
  return network === NETWORK_WLAN && capturedBytes >= 3 ? view.getUint16(at + 1, true) : 0
}
