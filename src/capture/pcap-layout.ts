import { type PcapHeader, RECORD_HEADER_BYTES, type RecordLayout } from './pcap-header.js'
import { USUAL_MAX_FRAME_BYTES } from './pcap-records.js'

/** Records that must look plausible in a layout. */
const SAMPLE_RECORDS = 2
const MAX_PLAUSIBLE_ORIGINAL_BYTES = 128 * 1024 * 1024
const MAX_PLAUSIBLE_INTERFACE = 10_000

type Judgement = 'fits' | 'contradicts' | 'more'

/**
 * Finds the record layout among those that share the file's magic number: the first in which the first two records are
 * plausible, or the usual one when none is. The checks are Wireshark's (`libpcap_try_record` in `wiretap/libpcap.c`).
 *
 * @param from   Offset of the first record.
 * @param isLast True when the file ends at `to`.
 * @returns `'more'` when the window has too few bytes to decide.
 */
export function findLayout(
  header: PcapHeader,
  view: DataView,
  from: number,
  to: number,
  isLast: boolean,
): RecordLayout | 'more' {
  const usual = header.layouts[0] ?? 'standard'
  if (header.layouts.length < 2) return usual
  for (const layout of header.layouts) {
    const judgement = judge(layout, header.isLittleEndian, view, from, to, isLast)
    if (judgement === 'more') return 'more'
    if (judgement === 'fits') return layout
  }
  return usual
}

function judge(
  layout: RecordLayout,
  isLittleEndian: boolean,
  view: DataView,
  from: number,
  to: number,
  isLast: boolean,
): Judgement {
  const headerBytes = RECORD_HEADER_BYTES[layout]
  let at = from
  for (let i = 0; i < SAMPLE_RECORDS; i++) {
    if (to - at < headerBytes) return isLast ? 'fits' : 'more'
    const capturedBytes = view.getUint32(at + 8, isLittleEndian)
    if (!isPlausible(layout, isLittleEndian, view, at, capturedBytes)) return 'contradicts'
    at += headerBytes + capturedBytes
  }
  return 'fits'
}

function isPlausible(
  layout: RecordLayout,
  isLittleEndian: boolean,
  view: DataView,
  at: number,
  capturedBytes: number,
): boolean {
  const originalBytes = view.getUint32(at + 12, isLittleEndian)
  if (view.getUint32(at + 4, isLittleEndian) >= 1_000_000) return false
  if (capturedBytes > USUAL_MAX_FRAME_BYTES || capturedBytes > originalBytes) return false
  if (originalBytes > MAX_PLAUSIBLE_ORIGINAL_BYTES) return false
  switch (layout) {
    case 'standard':
      return true
    case 'nokia':
      return isNokiaWord(view.getUint32(at + 16, isLittleEndian))
    case 'patched':
    case 'patched-debug':
      return (
        view.getUint32(at + 16, isLittleEndian) <= MAX_PLAUSIBLE_INTERFACE &&
        isLinuxProtocol(view.getUint16(at + 20, isLittleEndian)) &&
        view.getUint8(at + 22) <= 4 // PACKET_HOST to PACKET_OUTGOING
      )
  }
}

/** True for an EtherType and for the smaller numbers that Linux uses (`linux/if_ether.h`). */
function isLinuxProtocol(protocol: number): boolean {
  return (
    protocol >= 0x600 || protocol <= 0x17 || protocol === 0x60 || protocol === 0x200 || protocol === 0x400
  )
}

/** True for 0 and for the values seen so far: 0xXfbfYZ0W with X = 9 or b, Y = b or d, Z = 6 or 9, W = 1 or 2. */
function isNokiaWord(word: number): boolean {
  if (word === 0) return true // written by Wireshark
  const x = word >>> 28
  const y = (word >>> 12) & 0xf
  const z = (word >>> 8) & 0xf
  const w = word & 0xf
  return (
    (word & 0x0fff_00f0) === 0x0fbf_0000 &&
    (x === 0x9 || x === 0xb) &&
    (y === 0xb || y === 0xd) &&
    (z === 0x6 || z === 0x9) &&
    (w === 1 || w === 2)
  )
}
