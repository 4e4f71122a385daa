import type { CaptureFormatError } from '../errors.js'
import type { CaptureDescription } from './capture-description.js'
import type { CapturedPacket } from './captured-packet.js'
import type { DamageLog } from './damage-log.js'

/**
 * What `next()` found: a packet; the window ends inside a record (`more`: give a window that begins at
 * `position` and holds more bytes); the capture's orderly end; or damage behind which nothing can be read
 * (`damaged`: see `problem`).
 */
export type ReadStatus = 'packet' | 'more' | 'end' | 'damaged'

/**
 * Reads the records of one capture in place. Its owner moves windows of bytes along the file; the result does not
 * depend on where windows end.
 */
export interface CaptureReader {
  /**
   * Gives the next window, `bytes[from, to)`. Its first byte is the one at `position` of the window before (at first:
   * the first byte of the file).
   *
   * @param isLast No byte follows `to` in the file.
   */
  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void
  /**
   * Fills `out` and returns `'packet'`, or says why not. Never throws on any input. `'end'` and `'damaged'`
   * are final: every later call returns them again.
   */
  next(out: CapturedPacket): ReadStatus
  /**
   * Offset in the current window of the byte that the next window must begin with. It may lie before the record that
   * was read last, which is searched when what follows it is damaged.
   */
  readonly position: number
  /** Offset in the (decompressed) file of the first byte not yet read. */
  readonly fileOffset: number
  /** What a position in the current window has to be added to for its offset in the (decompressed) file; may be negative. */
  readonly base: number
  /** Set when `next()` returned `'damaged'`. */
  readonly problem: CaptureFormatError | null
  /** Damage that was passed over so far. */
  readonly damage: DamageLog
  /** Packets that the capture itself reports as dropped (pcapng Interface Statistics Blocks). */
  readonly droppedPackets: number
  /** Interfaces that were declared so far, all sections together; 1 in a pcap file. */
  readonly interfaceCount: number
  /** The packet read last was captured by a big-endian machine: some link types have headers in its byte order. */
  readonly isBigEndian: boolean
  /** True when the capture stopped because a section declares more interfaces than the limit. */
  readonly isInterfaceLimitHit: boolean
}

/** A reader that can tell what the capture says of itself. */
export interface DescribedReader extends CaptureReader {
  /** As far as the capture was read; null: not even its header was. */
  describe(): CaptureDescription | null
}

/**
 * A longer record (possible only with a larger snaplen) is cut to this. Windows must be able to hold this much plus
 * `RECORD_OVERHEAD_BYTES`.
 */
export const MAX_RECORD_BYTES = 1024 * 1024

/** Longest record that a reader keeps in the window after it was read, to look into it again. */
export const MAX_KEPT_BYTES = 128 * 1024

/**
 * Room that a record may need in the window besides its frame: headers, padding, a block's trailer, and the record
 * before.
 */
export const RECORD_OVERHEAD_BYTES = 64 + MAX_KEPT_BYTES

/** What a reader is told beside its bytes. */
export interface CaptureReaderOptions {
  /** Interfaces that one pcapng section may declare. */
  readonly maxInterfaces: number
  /** The bytes come out of a decompressor: messages say that offsets are of the decompressed content. */
  readonly isDecompressed: boolean
  /** Comments on packets are to be counted. */
  readonly countsComments?: boolean
}
