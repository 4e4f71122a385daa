/** Length of a record header in a pcap file. */
export const RECORD_HEADER_BYTES = 16

/** Length of the file header. */
export const FILE_HEADER_BYTES = 24
const MICROSECOND_MAGIC = 0xa1b2c3d4
const NANOSECOND_MAGIC = 0xa1b23c4d

/** The fields of a pcap file header. */
export interface PcapStreamHeader {
  readonly isNanosecond: boolean
  readonly snaplen: number
  readonly linkType: number
}

/** Encodes the header of a little-endian pcap file of version 2.4. Source: draft-ietf-opsawg-pcap §4. */
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

// Link types whose number in libpcap (DLT_*) differs from the number in files (LINKTYPE_*).
const LINK_TYPES_OF_DLT: ReadonlyMap<number, number> = new Map([
  [11, 100], // ATM
  [12, 101], // raw IP
])

/** Maps a DLT_* value to its LINKTYPE_* value, as libpcap's `pcap-common.c` does on Linux, macOS and Windows. */
export function linkTypeOfDlt(dlt: number): number {
  return LINK_TYPES_OF_DLT.get(dlt) ?? dlt
}
