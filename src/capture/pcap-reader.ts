import type { CaptureFormatError } from '../errors.js'
import { viewOf } from './byte-order.js'
import {
  type CaptureReader,
  type CaptureReaderOptions,
  MAX_RECORD_BYTES,
  type ReadStatus,
} from './capture-reader.js'
import { type CaptureSource, formatError } from './capture-source.js'
import type { CapturedPacket } from './captured-packet.js'
import {
  type LengthOrder,
  type PcapHeader,
  pcapHeaderBytes,
  RECORD_HEADER_BYTES,
  readPcapHeader,
} from './pcap-header.js'
import { findLayout, USUAL_MAX_FRAME_BYTES } from './pcap-layout.js'

const MAGIC_BYTES = 4
const NSEC_PER_SEC = 1_000_000_000

/**
 * Reads a pcap file: either byte order, microseconds or nanoseconds, and the record headers of the known
 * variants. Its first damage ends the file.
 *
 * Source: draft-ietf-opsawg-pcap, libpcap's `sf-pcap.c`; variants as in Wireshark's `wiretap/libpcap.c`.
 */
export class PcapReader implements CaptureReader {
  // Invariants:
  // - the window's bytes [#at, #to) are not consumed yet; #base + #at is the file offset of the first of them.
  // - The fields of the file header are set in the state 'records'.
  // - #skipBytes of the record before are still to be passed over; only the last record can have some.
  #state: 'header' | 'layout' | 'records' | 'end' | 'damaged' = 'header'
  #view = viewOf(new Uint8Array(0))
  #at = 0
  #to = 0
  #isLast = false
  #base = 0
  #skipBytes = 0
  #recordOffset = 0

  #header: PcapHeader | null = null
  #isLittleEndian = false
  #isNanosecond = false
  #recordHeaderBytes = 0
  #lengthOrder: LengthOrder = 'captured-first'
  #maxCapturedBytes = USUAL_MAX_FRAME_BYTES
  #linkType = 0
  #framePadding = 0

  problem: CaptureFormatError | null = null
  readonly droppedPackets = 0
  readonly interfaceCount = 1
  readonly isInterfaceLimitHit = false
  readonly #source: CaptureSource

  /** @param file Path as the user gave it, for messages. */
  constructor(file: string, options: CaptureReaderOptions) {
    this.#source = { file, isDecompressed: options.isDecompressed }
  }

  get position(): number {
    return this.#at
  }

  get fileOffset(): number {
    return this.#base + this.#at
  }

  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    this.#base += this.#at - from
    this.#view = viewOf(bytes)
    this.#at = from
    this.#to = to
    this.#isLast = isLast
  }

  next(out: CapturedPacket): ReadStatus {
    if (this.#state !== 'records') {
      const status = this.#begin()
      if (status !== 'records') return status
    }
    if (this.#skipBytes > 0 && !this.#skip()) {
      return this.#isLast ? this.#damage(this.#recordOffset, 'the file ends inside this record') : 'more'
    }
    const view = this.#view
    const at = this.#at
    const isLittleEndian = this.#isLittleEndian
    const headerBytes = this.#recordHeaderBytes
    const frameRoom = this.#to - at - headerBytes
    if (frameRoom < 0) return this.#headerCut(headerBytes, frameRoom + headerBytes)

    let capturedBytes = view.getUint32(at + 8, isLittleEndian)
    let originalBytes = view.getUint32(at + 12, isLittleEndian)
    if (this.#lengthOrder !== 'captured-first') {
      if (this.#lengthOrder === 'original-first' || capturedBytes > originalBytes) {
        const first = capturedBytes
        capturedBytes = originalBytes
        originalBytes = first
      }
    }
    if (capturedBytes > this.#maxCapturedBytes) return this.#tooLong(capturedBytes)
    const keptBytes = Math.min(capturedBytes, MAX_RECORD_BYTES)
    if (frameRoom < keptBytes || (this.#isLast && frameRoom < capturedBytes)) {
      return this.#frameCut(capturedBytes, frameRoom)
    }

    let sec = view.getUint32(at, isLittleEndian)
    let nsec = view.getUint32(at + 4, isLittleEndian)
    if (!this.#isNanosecond) nsec *= 1000
    if (nsec >= NSEC_PER_SEC) {
      sec += Math.floor(nsec / NSEC_PER_SEC)
      nsec %= NSEC_PER_SEC
    }
    const padding = this.#framePadding < keptBytes ? this.#framePadding : 0
    out.tsSec = sec
    out.tsNsec = nsec
    out.isNanosecond = this.#isNanosecond
    out.linkType = this.#linkType
    out.from = at + headerBytes + padding
    out.to = at + headerBytes + keptBytes
    out.originalBytes = Math.max(originalBytes, capturedBytes) - padding
    this.#at = out.to
    if (keptBytes < capturedBytes) {
      this.#skipBytes = capturedBytes - keptBytes
      this.#recordOffset = this.#base + at
    }
    return 'packet'
  }

  /** Reads the file header and finds out the layout of the records, as far as the window goes. */
  #begin(): ReadStatus | 'records' {
    if (this.#state === 'header') {
      const left = this.#to - this.#at
      const need = left < MAGIC_BYTES ? MAGIC_BYTES : pcapHeaderBytes(this.#view, this.#at)
      if (left < need) {
        if (!this.#isLast) return 'more'
        return this.#damage(
          this.fileOffset,
          `a pcap file header has ${need} bytes: the file ends after ${left}`,
        )
      }
      const header = readPcapHeader(this.#view, this.#at)
      if (header === null)
        return this.#damage(this.fileOffset, 'must begin with the magic number of a pcap file')
      if (header.versionMajor < 2) {
        const problem = `pcap major version must be at least 2: found ${header.versionMajor}`
        return this.#damage(this.fileOffset, problem)
      }
      this.#useHeader(header)
    }
    if (this.#state === 'layout' && this.#header !== null) {
      const layout = findLayout(this.#header, this.#view, this.#at, this.#to, this.#isLast)
      if (layout === 'more') return 'more'
      this.#recordHeaderBytes = RECORD_HEADER_BYTES[layout]
      this.#state = 'records'
    }
    return this.#state === 'end' || this.#state === 'damaged' ? this.#state : 'records'
  }

  #useHeader(header: PcapHeader): void {
    this.#header = header
    this.#isLittleEndian = header.isLittleEndian
    this.#isNanosecond = header.isNanosecond
    this.#lengthOrder = header.lengthOrder
    this.#maxCapturedBytes = Math.max(header.snaplen, USUAL_MAX_FRAME_BYTES)
    this.#linkType = header.linkType
    this.#framePadding = header.framePadding
    this.#at += header.headerBytes
    this.#state = 'layout'
  }

  /** Passes over the rest of a record that was too long. False: the window ends before it does. */
  #skip(): boolean {
    const take = Math.min(this.#skipBytes, this.#to - this.#at)
    this.#at += take
    this.#skipBytes -= take
    return this.#skipBytes === 0
  }

  #headerCut(headerBytes: number, left: number): ReadStatus {
    if (!this.#isLast) return 'more'
    if (left === 0) {
      this.#state = 'end'
      return 'end'
    }
    return this.#damage(
      this.fileOffset,
      `a record header has ${headerBytes} bytes: the file ends after ${left}`,
    )
  }

  #frameCut(capturedBytes: number, left: number): ReadStatus {
    if (!this.#isLast) return 'more'
    return this.#damage(this.fileOffset, `the record has ${capturedBytes} bytes: the file ends after ${left}`)
  }

  #tooLong(capturedBytes: number): ReadStatus {
    const most = this.#maxCapturedBytes
    return this.#damage(this.fileOffset, `captured length must be at most ${most}: found ${capturedBytes}`)
  }

  /** Damage ends the capture here; what came before has been handed out. */
  #damage(offset: number, problem: string): ReadStatus {
    this.#state = 'damaged'
    this.problem = formatError(this.#source, offset, problem)
    return 'damaged'
  }
}
