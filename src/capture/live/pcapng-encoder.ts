import type { CapturedPacket } from '../captured-packet.js'
import type { LiveCounts } from './live-capture.js'

const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const INTERFACE_STATISTICS = 5
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b3c4d

// Option codes (draft-ietf-opsawg-pcapng §4.1, §4.2, §4.6).
const SHB_USERAPPL = 4
const IF_NAME = 2
const IF_TSRESOL = 9
const IF_FILTER = 11
const ISB_STARTTIME = 2
const ISB_ENDTIME = 3
const ISB_IFRECV = 4
const ISB_IFDROP = 5
const ISB_OSDROP = 7

/** Length of an Enhanced Packet Block without its frame. */
const PACKET_BLOCK_BYTES = 32
const NANOSECONDS = 9
const TWO_32 = 2 ** 32
const NSEC_PER_SEC = 1_000_000_000

/** The interface of a recording. */
export interface RecordedInterface {
  readonly name: string
  readonly linkType: number
  readonly snaplen: number
  readonly filter: string | null
  /** Name and version of the writing program. */
  readonly application: string
}

/** A time: seconds since 1970-01-01 UTC, and nanoseconds. */
export interface RecordedTime {
  readonly tsSec: number
  readonly tsNsec: number
}

/** Encodes the blocks before the first packet: a section with one interface that has nanosecond timestamps. */
export function encodeHeader(about: RecordedInterface): Uint8Array {
  const section = new Uint8Array(16)
  const sectionView = new DataView(section.buffer)
  sectionView.setUint32(0, BYTE_ORDER_MAGIC, true)
  sectionView.setUint16(4, 1, true)
  section.fill(0xff, 8) // section length: unknown
  const description = new Uint8Array(8)
  const view = new DataView(description.buffer)
  view.setUint16(0, about.linkType, true)
  view.setUint32(4, about.snaplen, true)
  const filter = about.filter === null ? [] : [option(IF_FILTER, utf8(`\0${about.filter}`))]
  return joined([
    block(SECTION_HEADER, [section, option(SHB_USERAPPL, utf8(about.application)), END_OF_OPTIONS]),
    block(INTERFACE_DESCRIPTION, [
      description,
      option(IF_NAME, utf8(about.name)),
      option(IF_TSRESOL, Uint8Array.of(NANOSECONDS)),
      ...filter,
      END_OF_OPTIONS,
    ]),
  ])
}

/** Length of the packet block for a frame of `capturedBytes`. */
export function packetBlockBytes(capturedBytes: number): number {
  return PACKET_BLOCK_BYTES + padded(capturedBytes)
}

/**
 * Encodes a packet block into `target` at `at`, where `packetBlockBytes()` bytes must be free.
 *
 * @param bytes The buffer to which the packet's `from` and `to` refer.
 */
export function encodePacket(
  packet: CapturedPacket,
  bytes: Uint8Array,
  target: Uint8Array,
  view: DataView,
  at: number,
): void {
  const capturedBytes = packet.to - packet.from
  const blockBytes = packetBlockBytes(capturedBytes)
  view.setUint32(at, ENHANCED_PACKET, true)
  view.setUint32(at + 4, blockBytes, true)
  view.setUint32(at + 8, 0, true)
  putTime(view, at + 12, packet)
  view.setUint32(at + 20, capturedBytes, true)
  view.setUint32(at + 24, packet.originalBytes, true)
  target.set(bytes.subarray(packet.from, packet.to), at + 28)
  target.fill(0, at + 28 + capturedBytes, at + blockBytes - 4)
  view.setUint32(at + blockBytes - 4, blockBytes, true)
}

/** Encodes the last block, with the packets received and dropped. @param counts Null when unknown. */
export function encodeStatistics(
  counts: LiveCounts | null,
  start: RecordedTime,
  end: RecordedTime,
): Uint8Array {
  const fixed = new Uint8Array(12)
  putTime(new DataView(fixed.buffer), 4, end)
  const numbers =
    counts === null
      ? []
      : [
          option(ISB_IFRECV, u64(counts.received)),
          option(ISB_IFDROP, u64(counts.droppedByInterface)),
          option(ISB_OSDROP, u64(counts.dropped)),
        ]
  return block(INTERFACE_STATISTICS, [
    fixed,
    option(ISB_STARTTIME, time(start)),
    option(ISB_ENDTIME, time(end)),
    ...numbers,
    END_OF_OPTIONS,
  ])
}

const END_OF_OPTIONS = new Uint8Array(4)

// Nanoseconds since 1970 as two words, high word first. The product exceeds 2^53, so the low word is computed modulo
// 2^32, and the rounded high word is exact.
function putTime(view: DataView, at: number, { tsSec, tsNsec }: RecordedTime): void {
  const low = (Math.imul(tsSec, NSEC_PER_SEC) + tsNsec) >>> 0
  const high = Math.round((tsSec * NSEC_PER_SEC + tsNsec - low) / TWO_32)
  view.setUint32(at, high, true)
  view.setUint32(at + 4, low, true)
}

function time(at: RecordedTime): Uint8Array {
  const value = new Uint8Array(8)
  putTime(new DataView(value.buffer), 0, at)
  return value
}

function u64(count: number): Uint8Array {
  const value = new Uint8Array(8)
  new DataView(value.buffer).setBigUint64(0, BigInt(count), true)
  return value
}

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, code, true)
  view.setUint16(2, value.length, true)
  bytes.set(value, 4)
  return bytes
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const bytes = parts.reduce((sum, part) => sum + part.length, 12)
  const head = new Uint8Array(8)
  const view = new DataView(head.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, bytes, true)
  return joined([head, ...parts, head.subarray(4)])
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3
}
