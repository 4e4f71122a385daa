import type { CaptureFormatError } from '../errors.js'
import type { CaptureDescription } from './capture-description.js'
import type { CapturedPacket } from './captured-packet.js'
import type { DamageLog } from './damage-log.js'
import type { RecordLayout } from './pcap-header.js'
import type { RecordPlace } from './record-place.js'

/**
 * What `next()` found. `'packet'`: a packet. `'more'`: the window ends inside a record; pass a longer window that begins
 * at `position`. `'end'`: the regular end of the capture. `'damaged'`: damage after which nothing can be read, see
 * `problem`.
 */
export type ReadStatus = 'packet' | 'more' | 'end' | 'damaged'

/** The parts of a capture without which its records mean nothing. */
export interface CaptureHeaders {
  /** File offsets where they begin and end, in pairs. */
  readonly ranges: readonly number[]
  /** Of a pcap file. */
  readonly layout?: RecordLayout
}

/**
 * Reads the records of one capture in place. The caller moves a window of bytes along the file. The result does not
 * depend on where windows end.
 */
export interface CaptureReader {
  /**
   * Sets the next window, `bytes[from, to)`. It must begin with the byte at `position` of the previous window; the first
   * window begins with the first byte of the file.
   *
   * @param isLast True when the file ends at `to`.
   */
  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void
  /**
   * Reads the next packet into `out`. Never throws, whatever the input. `'end'` and `'damaged'` are final: every later
   * call returns the same.
   */
  next(out: CapturedPacket): ReadStatus
  /**
   * Offset in the current window of the byte that the next window must begin with. It may lie before the record read
   * last: when the bytes after that record are damaged, the reader searches the record too.
   */
  readonly position: number
  /** Offset in the (decompressed) file of the first byte not yet read. */
  readonly fileOffset: number
  /** `base` plus an offset in the current window is the offset in the (decompressed) file. May be negative. */
  readonly base: number
  /** What was read besides records, so far, if any record can be read alone behind it; otherwise null. */
  readonly headers: CaptureHeaders | null
  /** Where the packet read last stands, if not in this capture: in one of those that it was put together from. */
  readonly origin?: RecordPlace
  /** The error after `next()` returned `'damaged'`, else null. */
  readonly problem: CaptureFormatError | null
  /** Damage skipped so far. */
  readonly damage: DamageLog
  /** Packets that the capture itself reports as dropped (pcapng Interface Statistics Blocks). */
  readonly droppedPackets: number
  /** Interfaces declared so far in all sections; 1 for a pcap file. */
  readonly interfaceCount: number
  /** True when a big-endian machine captured the packet read last. Some link types have headers in its byte order. */
  readonly isBigEndian: boolean
  /** True when reading stopped because a section declares more interfaces than the limit. */
  readonly isInterfaceLimitHit: boolean
}

/** A reader that can also report the capture's metadata. */
export interface DescribedReader extends CaptureReader {
  /** The metadata read so far; null before the header was read. */
  describe(): CaptureDescription | null
}

/**
 * Longest frame handed out. A longer record, possible only with a larger snaplen, is cut. Windows must be able to hold
 * this much plus `RECORD_OVERHEAD_BYTES`.
 */
export const MAX_RECORD_BYTES = 1024 * 1024

/** Longest record that a reader keeps in the window after reading it, so that it can search the record for damage. */
export const MAX_KEPT_BYTES = 128 * 1024

/**
 * Bytes that a record may need in the window besides its frame: headers, padding, a block's trailer, and the previous
 * record.
 */
export const RECORD_OVERHEAD_BYTES = 64 + MAX_KEPT_BYTES

/** Options of a reader. */
export interface CaptureReaderOptions {
  /** Most interfaces that one pcapng section may declare. */
  readonly maxInterfaces: number
  /** True for decompressed bytes: messages then say that offsets refer to the decompressed content. */
  readonly isDecompressed: boolean
  /** Layout of pcap records, where it is known; their headers are believed then. */
  readonly knownLayout?: RecordLayout
  /** Whether to count comments on packets. Default false. */
  readonly countsComments?: boolean
}
