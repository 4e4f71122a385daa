import { hex32 } from '../capture-source.js'
import type { CapturedPacket } from '../captured-packet.js'
import { frameTooLong } from './problems.js'
import { damaged, Found, MAX_FRAME_BYTES, type RecordFormat } from './record-format.js'

const RECORD_HEADER_BYTES = 36
const FILE_VERSION = 8
const FILE_TYPE = 16
const VERSION_1 = 0x0001_0000
const ETHERNET_FILE = 0x1800_1000
const RECORD_KEY = 0x3333_eeee
const RECORD_SUBTYPE = 12
const RECORD_SIZE = 16
const RECORD_SEC = 24
const RECORD_NSEC = 28
const FRAME_RECORD = 0

/** Captures of InfoVista's 5View: little-endian, Ethernet, with nanoseconds. Source: Wireshark's `wiretap/5views.c`. */
export class FiveViewFormat implements RecordFormat {
  readonly headerBytes = 56
  readonly byteOrder = 'little-endian'
  readonly resolution = '10^-9'
  readonly version = '1.0'
  readonly isSearchable = true
  readonly missing = null
  readonly droppedPackets = 0
  recordBytes = 0
  problem = ''

  readHeader(view: DataView, at: number): string | null {
    const version = view.getUint32(at + FILE_VERSION, true)
    if (version !== VERSION_1) return `5View version must be ${hex32(VERSION_1)}: found ${hex32(version)}`
    const type = view.getUint32(at + FILE_TYPE, true)
    return type === ETHERNET_FILE
      ? null
      : `5View file type must be ${hex32(ETHERNET_FILE)} (Ethernet): found ${hex32(type)}`
  }

  parse(view: DataView, at: number, to: number, _offset: number, out: CapturedPacket): number {
    if (to - at < RECORD_HEADER_BYTES) return Found.MORE
    const key = view.getUint32(at, true)
    if (key !== RECORD_KEY)
      return damaged(this, `a record must begin with ${hex32(RECORD_KEY)}: found ${hex32(key)}`)
    const capturedBytes = view.getUint32(at + RECORD_SIZE, true)
    if (capturedBytes > MAX_FRAME_BYTES) return damaged(this, frameTooLong(capturedBytes))
    this.recordBytes = RECORD_HEADER_BYTES + capturedBytes
    if (view.getUint32(at + RECORD_SUBTYPE, true) !== FRAME_RECORD) return Found.OTHER
    if (to - at < this.recordBytes) return Found.MORE
    const nsec = view.getUint32(at + RECORD_NSEC, true)
    out.tsSec = view.getUint32(at + RECORD_SEC, true) + Math.floor(nsec / 1_000_000_000)
    out.tsNsec = nsec % 1_000_000_000
    out.isNanosecond = true
    out.linkType = 1
    out.from = at + RECORD_HEADER_BYTES
    out.to = out.from + capturedBytes
    out.originalBytes = capturedBytes
    return Found.PACKET
  }
}
