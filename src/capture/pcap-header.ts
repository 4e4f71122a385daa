import { type CaptureDescription, MAX_DESCRIBED_INTERFACES } from './capture-description.js'
import type { CaptureHeaders } from './capture-reader.js'

/** Layouts of pcap record headers (libpcap's `sf-pcap.c`, Wireshark's `libpcap.h`, netsniff-ng's manual). */
export type RecordLayout =
  /** 16 bytes: seconds, fraction, captured and original length. */
  | 'standard'
  /** 20 bytes: 4 more of unknown meaning. Written by Nokia IPSO. */
  | 'nokia'
  /** 24 bytes: adds interface index, protocol, packet type, padding. A. Kuznetzov's patch; also netsniff-ng's format. */
  | 'patched'
  /** 28 bytes: an earlier version of the same patch. Written by SuSE 6.3. */
  | 'patched-debug'

export const RECORD_HEADER_BYTES: Readonly<Record<RecordLayout, number>> = {
  standard: 16,
  nokia: 20,
  patched: 24,
  'patched-debug': 28,
}

/** Order of the two lengths in a record header, which changed with version 2.3 of the format. */
export type LengthOrder = 'captured-first' | 'original-first' | 'smaller-is-captured'

/** A decoded pcap file header. */
export interface PcapHeader {
  readonly isLittleEndian: boolean
  readonly isNanosecond: boolean
  readonly versionMajor: number
  readonly versionMinor: number
  readonly headerBytes: number
  /** Record layouts that occur with this magic number, the usual one first. */
  readonly layouts: readonly RecordLayout[]
  readonly lengthOrder: LengthOrder
  /** Most bytes captured of a frame; 0 when unknown. */
  readonly snaplen: number
  /** LINKTYPE_* value. */
  readonly linkType: number
  /** Padding bytes before each frame. */
  readonly framePadding: number
  /** Length of the frame check sequence at the end of each frame. */
  readonly fcsBytes: number
}

interface MagicNumber {
  readonly isNanosecond: boolean
  readonly headerBytes: number
  readonly layouts: readonly RecordLayout[]
  /** AIX writes files with this magic number too. */
  readonly isAix?: true
}

const MAGIC_NUMBERS = new Map<number, MagicNumber>([
  [
    0xa1b2c3d4,
    { isNanosecond: false, headerBytes: 24, layouts: ['standard', 'patched', 'nokia'], isAix: true },
  ],
  [0xa1b23c4d, { isNanosecond: true, headerBytes: 24, layouts: ['standard'] }],
  [0xa1b2cd34, { isNanosecond: false, headerBytes: 24, layouts: ['patched', 'patched-debug'] }],
  // netsniff-ng: after the lengths come timestamp source, interface index, protocol, hardware type and packet type.
  [0xa1e2cb12, { isNanosecond: true, headerBytes: 24, layouts: ['patched'] }],
  // Ixia's hardware and software captures: the total size of all records follows the file header.
  [0x1c0001ac, { isNanosecond: true, headerBytes: 28, layouts: ['standard'] }],
  [0x1c0001ab, { isNanosecond: false, headerBytes: 28, layouts: ['standard'] }],
])

/** Lengths of the magic number, and of the shortest and the longest file header. */
const MAGIC_BYTES = 4
const MIN_HEADER_BYTES = 24
const MAX_HEADER_BYTES = 28

// The bits of the field that hold the link type. The higher bits say whether the length of the frame check sequence
// is known, and how many words of 16 bits it has (draft-ietf-opsawg-pcap §4).
const LINK_TYPE_MASK = 0x03ff_ffff
const HAS_FCS_LENGTH = 0x0400_0000
const FCS_SHIFT = 28
const FCS_WORD_BYTES = 2

// AIX writes files of version 2.2 with nanoseconds and with interface types of RFC 1573 as link types.
const AIX_LINK_TYPES = new Map([
  [6, 1], // Ethernet
  [9, 6], // Token Ring
  [15, 10], // FDDI, 3 bytes of padding before each frame
  [24, 0], // loopback
])
const LINKTYPE_FDDI = 10

/** True when the four bytes at `from` are the magic number of a pcap file in either byte order. */
export function hasPcapMagic(view: DataView, from: number): boolean {
  return MAGIC_NUMBERS.has(view.getUint32(from)) || MAGIC_NUMBERS.has(view.getUint32(from, true))
}

/** Length of the file header of which `left` bytes are at `from`; that of the magic number where it is cut. */
export function pcapHeaderBytes(view: DataView, from: number, left: number): number {
  if (left < MAGIC_BYTES) return MAGIC_BYTES
  const magic = MAGIC_NUMBERS.get(view.getUint32(from)) ?? MAGIC_NUMBERS.get(view.getUint32(from, true))
  return magic?.headerBytes ?? MAX_HEADER_BYTES
}

/**
 * Reads the file header at `from`, where at least `pcapHeaderBytes()` bytes must be available.
 *
 * @returns Null when there is no pcap magic number at `from`.
 */
export function readPcapHeader(view: DataView, from: number): PcapHeader | null {
  const isLittleEndian = !MAGIC_NUMBERS.has(view.getUint32(from))
  const magic = MAGIC_NUMBERS.get(view.getUint32(from, isLittleEndian))
  if (magic === undefined) return null
  const major = view.getUint16(from + 4, isLittleEndian)
  const minor = view.getUint16(from + 6, isLittleEndian)
  const network = view.getUint32(from + 20, isLittleEndian)
  const aixLinkType = magic.isAix && major === 2 && minor === 2 ? AIX_LINK_TYPES.get(network) : undefined
  // Only files of version 2.4 may have another record layout than the usual one of their magic number.
  const isCurrent = major === 2 && minor >= 4
  return {
    isLittleEndian,
    isNanosecond: magic.isNanosecond || aixLinkType !== undefined,
    versionMajor: major,
    versionMinor: minor,
    headerBytes: magic.headerBytes,
    layouts: isCurrent ? magic.layouts : magic.layouts.slice(0, 1),
    lengthOrder: lengthOrder(major, minor),
    snaplen: view.getUint32(from + 16, isLittleEndian),
    linkType: aixLinkType ?? network & LINK_TYPE_MASK,
    framePadding: aixLinkType === LINKTYPE_FDDI ? 3 : 0,
    fcsBytes: (network & HAS_FCS_LENGTH) === 0 ? 0 : (network >>> FCS_SHIFT) * FCS_WORD_BYTES,
  }
}

const MAX_SNAPLEN = 0x7fff_ffff
const MAX_LINK_TYPE = 0xffff

/** True for a whole header of which all fields are possible, where records or text could stand, too. */
export function isPcapHeader(view: DataView, at: number, to: number): boolean {
  if (to - at < MIN_HEADER_BYTES || !hasPcapMagic(view, at)) return false
  const header = readPcapHeader(view, at)
  if (header === null || to - at < header.headerBytes) return false
  const { versionMajor: major, versionMinor: minor, snaplen, linkType } = header
  return major === 2 && minor <= 4 && snaplen <= MAX_SNAPLEN && linkType <= MAX_LINK_TYPE
}

/** As `isPcapHeader()`; `'more'` when the window ends too early to tell. */
export function joinsPcapFile(view: DataView, at: number, to: number, isLast: boolean): boolean | 'more' {
  if (to - at >= MAGIC_BYTES && !hasPcapMagic(view, at)) return false
  return !isLast && to - at < MAX_HEADER_BYTES ? 'more' : isPcapHeader(view, at, to)
}

/** Some files of version 2.3 have the old order, and so has version 543.0, which DG/UX's tcpdump writes. */
function lengthOrder(major: number, minor: number): LengthOrder {
  if (major === 543) return 'original-first'
  if (major !== 2 || minor > 3) return 'captured-first'
  return minor === 3 ? 'smaller-is-captured' : 'original-first'
}

/** The headers of files that were joined, of which the first are kept. */
export class JoinedHeaders {
  readonly #headers: PcapHeader[] = []
  count = 0
  /** See `CaptureReaderOptions`. */
  knownLayout: RecordLayout | undefined
  #ranges: readonly number[] = []

  /** @param offset Where it begins in the capture. */
  add(header: PcapHeader, offset: number): void {
    this.count += 1
    this.#ranges = [offset, offset + header.headerBytes]
    if (this.#headers.length < MAX_DESCRIBED_INTERFACES) this.#headers.push(header)
  }

  /** See `CaptureReader.headers`. @param layout That of the records, once it is known. */
  known(layout: RecordLayout | undefined): CaptureHeaders | null {
    return this.count === 1 && layout !== undefined ? { ranges: this.#ranges, layout } : null
  }

  /** @param layout That of the file read last. */
  describe(layout: RecordLayout = 'standard'): CaptureDescription | null {
    return describePcap(this.#headers, layout, this.count)
  }
}

function describePcap(
  headers: readonly PcapHeader[],
  layout: RecordLayout,
  files: number,
): CaptureDescription | null {
  const [first] = headers
  if (first === undefined) return null
  return {
    format: 'pcap',
    version: `${first.versionMajor}.${first.versionMinor}`,
    byteOrders: [
      ...new Set(headers.map((header) => (header.isLittleEndian ? 'little-endian' : 'big-endian'))),
    ],
    layout,
    sections: files,
    hardware: null,
    system: null,
    application: null,
    comments: 0,
    firstComments: [],
    secrets: [],
    interfaces: headers.map((header) => ({
      linkType: header.linkType,
      snaplen: header.snaplen,
      resolution: header.isNanosecond ? '10^-9' : '10^-6',
      name: null,
      description: null,
      filter: null,
      droppedPackets: null,
    })),
  }
}
