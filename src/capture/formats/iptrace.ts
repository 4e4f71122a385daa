import type { CapturedPacket } from '../captured-packet.js'
import { frameTooLong, recordTooShort, unknownNetwork } from './problems.js'
import { damaged, Found, MAX_FRAME_BYTES, type RecordFormat } from './record-format.js'

/** The length of what follows, and the time. */
const PREFIX_BYTES = 8
const INFO_BYTES_1_0 = 22
const INFO_BYTES_2_0 = 32
const IF_TYPE = 20
const SEC_2_0 = 24
const NSEC_2_0 = 28
const FDDI_PADDING_BYTES = 3
const IFT_FDDI = 15

/** Interface type of RFC 1573 -> LINKTYPE_* value. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [4, 101], // X.25: IP alone
  [6, 1], // Ethernet
  [7, 1], // IEEE 802.3
  [9, 6], // Token Ring
  [12, 101], // SP switch
  [IFT_FDDI, 10],
  [24, 101], // loopback
  [37, 100], // ATM
  [0x3d, 101], // Host Fabric Interface
  [0xc7, 247], // InfiniBand
])

/** Files of AIX's iptrace, big-endian: version 1.0 with seconds, 2.0 with nanoseconds. Source: Wireshark's `wiretap/iptrace.c`. */
export class IptraceFormat implements RecordFormat {
  readonly headerBytes = 11
  readonly byteOrder = 'big-endian'
  readonly isSearchable = true
  readonly missing = null
  readonly droppedPackets = 0
  version = ''
  recordBytes = 0
  problem = ''
  #isNanosecond = false
  #infoBytes = INFO_BYTES_1_0

  get resolution(): string {
    return this.#isNanosecond ? '10^-9' : '10^0'
  }

  readHeader(view: DataView, at: number): string | null {
    this.#isNanosecond = view.getUint8(at + 8) === 0x32 // the version's first digit: 2
    this.#infoBytes = this.#isNanosecond ? INFO_BYTES_2_0 : INFO_BYTES_1_0
    this.version = this.#isNanosecond ? '2.0' : '1.0'
    return null
  }

  parse(view: DataView, at: number, to: number, _offset: number, out: CapturedPacket): number {
    const headerBytes = PREFIX_BYTES + this.#infoBytes
    if (to - at < headerBytes) return Found.MORE
    const length = view.getUint32(at)
    const ifType = view.getUint8(at + PREFIX_BYTES + IF_TYPE)
    const padding = ifType === IFT_FDDI ? FDDI_PADDING_BYTES : 0
    const capturedBytes = length - this.#infoBytes - padding
    if (capturedBytes < 0) return damaged(this, recordTooShort(this.#infoBytes + padding, length))
    if (capturedBytes > MAX_FRAME_BYTES) return damaged(this, frameTooLong(capturedBytes))
    this.recordBytes = PREFIX_BYTES + length
    const linkType = LINK_TYPES.get(ifType)
    if (linkType === undefined) {
      this.problem = unknownNetwork(ifType)
      return Found.STRAY
    }
    if (to - at < this.recordBytes) return Found.MORE
    const info = at + PREFIX_BYTES
    const nsec = this.#isNanosecond ? view.getUint32(info + NSEC_2_0) : 0
    if (nsec >= 1_000_000_000) return damaged(this, `nanoseconds must be less than a second: found ${nsec}`)
    out.tsSec = view.getUint32(this.#isNanosecond ? info + SEC_2_0 : at + 4)
    out.tsNsec = nsec
    out.isNanosecond = this.#isNanosecond
    out.linkType = linkType
    out.from = at + headerBytes + padding
    out.to = out.from + capturedBytes
    out.originalBytes = capturedBytes
    return Found.PACKET
  }
}
