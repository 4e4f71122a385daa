import type { CapturedPacket } from '../captured-packet.js'
import { frameTooLong, recordTooShort, unknownNetwork } from './problems.js'
import { damaged, Found, MAX_FRAME_BYTES, type RecordFormat } from './record-format.js'

const RECORD_HEADER_BYTES = 24
const VERSION = 8
const NETWORK = 12
// Versions of Shomiti's and Finisar's Surveyor (Wireshark's `wiretap/snoop.c`).
const MOST_VERSION = 5
const SHOMITI_TRAILER_BYTES = 16

/** Datalink type of RFC 1761 and IANA's "snoop datalink types" -> LINKTYPE_* value. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [0, 1], // IEEE 802.3
  [2, 6], // Token Ring
  [4, 1], // Ethernet
  [8, 10], // FDDI
  [9, 0], // other: a loopback header
  [14, 0], // loopback
  [16, 122], // IP over Fibre Channel
  [18, 123], // SunATM
  [26, 242], // IP over InfiniBand
  [0x8000_0005, 226], // ipnet
])

/** The same of Shomiti, which took numbers for itself. */
const SHOMITI_LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 6],
  [4, 1],
  [8, 10],
  [10, 1], // Fast Ethernet
  [11, 6],
  [12, 1], // Gigabit Ethernet
  [13, 6],
  [14, 6],
  [19, 1], // 10 Gigabit Ethernet
])

/** Files of Sun's snoop and of Surveyor: big-endian, with microseconds. Source: RFC 1761. */
export class SnoopFormat implements RecordFormat {
  readonly headerBytes = 16
  readonly byteOrder = 'big-endian'
  readonly resolution = '10^-6'
  readonly isSearchable = true
  readonly missing = null
  version = ''
  droppedPackets = 0
  recordBytes = 0
  problem = ''
  #network = 0
  #linkType: number | undefined
  #isKnown = false
  #nextLinkType: number | undefined
  #drops = 0

  readHeader(view: DataView, at: number): string | null {
    const version = view.getUint32(at + VERSION)
    this.#network = view.getUint32(at + NETWORK)
    this.version = `${version}`
    return version >= 2 && version <= MOST_VERSION
      ? null
      : `snoop version must be 2 to ${MOST_VERSION}: found ${version}`
  }

  parse(view: DataView, at: number, to: number, _offset: number, out: CapturedPacket): number {
    if (to - at < RECORD_HEADER_BYTES) return Found.MORE
    const originalBytes = view.getUint32(at)
    const capturedBytes = view.getUint32(at + 4)
    const recordBytes = view.getUint32(at + 8)
    if (capturedBytes > MAX_FRAME_BYTES) return damaged(this, frameTooLong(capturedBytes))
    if (recordBytes < RECORD_HEADER_BYTES + capturedBytes)
      return damaged(this, recordTooShort(RECORD_HEADER_BYTES + capturedBytes, recordBytes))
    const padding = recordBytes - RECORD_HEADER_BYTES - capturedBytes
    if (padding > MAX_FRAME_BYTES) return damaged(this, frameTooLong(recordBytes))
    this.recordBytes = recordBytes
    // Surveyor's records have a trailer, which shows in the first one.
    const linkType = this.#isKnown
      ? this.#linkType
      : linkTypeOf(this.#network, padding >= SHOMITI_TRAILER_BYTES)
    this.#nextLinkType = linkType
    if (linkType === undefined) {
      this.problem = unknownNetwork(this.#network)
      return Found.STRAY
    }
    if (to - at < recordBytes) return Found.MORE
    this.#drops = view.getUint32(at + 12)
    const micros = view.getUint32(at + 20)
    out.tsSec = view.getUint32(at + 16) + Math.floor(micros / 1_000_000)
    out.tsNsec = (micros % 1_000_000) * 1000
    out.isNanosecond = false
    out.linkType = linkType
    out.from = at + RECORD_HEADER_BYTES
    out.to = out.from + capturedBytes
    out.originalBytes = originalBytes
    return Found.PACKET
  }

  take(): void {
    this.#linkType = this.#nextLinkType
    this.#isKnown = true
    this.droppedPackets = Math.max(this.droppedPackets, this.#drops)
  }
}

function linkTypeOf(network: number, isShomiti: boolean): number | undefined {
  return (isShomiti ? SHOMITI_LINK_TYPES : LINK_TYPES).get(network)
}
