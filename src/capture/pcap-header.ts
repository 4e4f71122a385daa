import type { CaptureDescription } from './capture-description.js'

/** The record headers that pcap files have (libpcap's `sf-pcap.c`, Wireshark's `libpcap.h`, netsniff-ng's manual). */
export type RecordLayout =
  /** 16 bytes: seconds, fraction, captured and original length. */
  | 'standard'
  /** 20 bytes: 4 more of unknown use, written by Nokia IPSO. */
  | 'nokia'
  /** 24 bytes: interface index, protocol, packet type, padding: A. Kuznetzov's patch. Also netsniff-ng's own. */
  | 'patched'
  /** 28 bytes: an earlier state of the same patch, written by SuSE 6.3. */
  | 'patched-debug'

export const RECORD_HEADER_BYTES: Readonly<Record<RecordLayout, number>> = {
  standard: 16,
  nokia: 20,
  patched: 24,
  'patched-debug': 28,
}

/** Order of the two lengths in a record header: version 2.3 of the format turned it round. */
export type LengthOrder = 'captured-first' | 'original-first' | 'smaller-is-captured'

/** What the file header of a pcap file says. */
export interface PcapHeader {
  readonly isLittleEndian: boolean
  readonly isNanosecond: boolean
  readonly versionMajor: number
  readonly versionMinor: number
  readonly headerBytes: number
  /** Layouts that files with this magic number have, the usual one first. */
  readonly layouts: readonly RecordLayout[]
  readonly lengthOrder: LengthOrder
  /** Longest frame that the capture kept; 0: unknown. */
  readonly snaplen: number
  /** LINKTYPE_* value. */
  readonly linkType: number
  /** Bytes before each frame that belong to no protocol. */
  readonly framePadding: number
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
  // netsniff-ng: timestamp source, interface index, protocol, hardware type and packet type behind the lengths.
  [0xa1e2cb12, { isNanosecond: true, headerBytes: 24, layouts: ['patched'] }],
  // Ixia's hardware and software captures: the size of all records follows the file header.
  [0x1c0001ac, { isNanosecond: true, headerBytes: 28, layouts: ['standard'] }],
  [0x1c0001ab, { isNanosecond: false, headerBytes: 28, layouts: ['standard'] }],
])

/** Bytes of the longest file header. */
export const MAX_HEADER_BYTES = 28

// The bits of the link type that say it; those above hold the length of the frame check sequence.
const LINK_TYPE_MASK = 0x03ff_ffff

// AIX writes interface types of RFC 1573 in files that call themselves version 2.2, with nanoseconds.
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

/** Bytes of the file header that begins with the magic number at `from`. */
export function pcapHeaderBytes(view: DataView, from: number): number {
  const magic = MAGIC_NUMBERS.get(view.getUint32(from)) ?? MAGIC_NUMBERS.get(view.getUint32(from, true))
  return magic?.headerBytes ?? MAX_HEADER_BYTES
}

/** Reads the file header at `from`; `pcapHeaderBytes()` bytes are there. Null: no magic number of pcap. */
export function readPcapHeader(view: DataView, from: number): PcapHeader | null {
  const isLittleEndian = !MAGIC_NUMBERS.has(view.getUint32(from))
  const magic = MAGIC_NUMBERS.get(view.getUint32(from, isLittleEndian))
  if (magic === undefined) return null
  const major = view.getUint16(from + 4, isLittleEndian)
  const minor = view.getUint16(from + 6, isLittleEndian)
  const network = view.getUint32(from + 20, isLittleEndian)
  const aixLinkType = magic.isAix && major === 2 && minor === 2 ? AIX_LINK_TYPES.get(network) : undefined
  // Only version 2.4 was ever written with other record headers than its magic number says.
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
  }
}

/** Some files of version 2.3 have the old order; DG/UX's tcpdump writes version 543.0 with it. */
function lengthOrder(major: number, minor: number): LengthOrder {
  if (major === 543) return 'original-first'
  if (major !== 2 || minor > 3) return 'captured-first'
  return minor === 3 ? 'smaller-is-captured' : 'original-first'
}

/** What the file header says, for people. */
export function describePcap(header: PcapHeader, layout: RecordLayout): CaptureDescription {
  return {
    format: 'pcap',
    version: `${header.versionMajor}.${header.versionMinor}`,
    byteOrders: [header.isLittleEndian ? 'little-endian' : 'big-endian'],
    layout,
    sections: 1,
    hardware: null,
    system: null,
    application: null,
    comments: 0,
    firstComments: [],
    secrets: [],
    interfaces: [
      {
        linkType: header.linkType,
        snaplen: header.snaplen,
        resolution: header.isNanosecond ? '10^-9' : '10^-6',
        name: null,
        description: null,
        filter: null,
        droppedPackets: null,
      },
    ],
  }
}
