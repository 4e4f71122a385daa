/** Bytes of a record's header in a pcap file. */
export const RECORD_HEADER_BYTES = 16

/** Bytes of a file's header. */
export const FILE_HEADER_BYTES = 24
const MICROSECOND_MAGIC = 0xa1b2c3d4
const NANOSECOND_MAGIC = 0xa1b23c4d

/** What the header of a pcap file says. */
export interface PcapStreamHeader {
  readonly isNanosecond: boolean
  readonly snaplen: number
  readonly linkType: number
}

/** The header of a pcap file of version 2.4 in little-endian order. Source: draft-ietf-opsawg-pcap §4. */
export function pcapFileHeader({ isNanosecond, snaplen, linkType }: PcapStreamHeader): Uint8Array {
  const header = new Uint8Array(FILE_HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(0, isNanosecond ? NANOSECOND_MAGIC : MICROSECOND_MAGIC, true)
  view.setUint16(4, 2, true)
  view.setUint16(6, 4, true)
  view.setUint32(16, snaplen, true)
  view.setUint32(20, linkType, true)
  return header
}

// Link types whose number inside libpcap (DLT) differs from that in files (LINKTYPE).
const LINK_TYPES_OF_DLT: ReadonlyMap<number, number> = new Map([
  [11, 100], // ATM
  [12, 101], // raw IP
])

/** The LINKTYPE_* value of a DLT_* value, as libpcap's `pcap-common.c` has it for Linux, macOS and Windows. */
export function linkTypeOfDlt(dlt: number): number {
  return LINK_TYPES_OF_DLT.get(dlt) ?? dlt
}
