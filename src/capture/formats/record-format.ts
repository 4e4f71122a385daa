import type { ByteOrder } from '../capture-description.js'
import type { CapturedPacket } from '../captured-packet.js'

/** What stands at a place of a file, see {@link RecordFormat.parse}. */
export const Found = {
  /** A packet, of which the window has all bytes. */
  PACKET: 0,
  /** A record without a packet, which may be longer than the window. */
  OTHER: 1,
  /** A packet that cannot be handed out; `problem` says why. The record may be longer than the window. */
  STRAY: 2,
  /** The window ends inside the record. */
  MORE: 3,
  /** No record of this format; `problem` says why. */
  DAMAGED: 4,
  /** All packets were read, whatever follows. */
  END: 5,
} as const

/**
 * A format of files that are a header and a row of records, each with its length in front. One object reads one file.
 * A format is this, and a row in `formats.ts`.
 */
export interface RecordFormat {
  /** Length of the file header. */
  readonly headerBytes: number
  readonly byteOrder: ByteOrder
  /** Unit of the timestamps in seconds, such as `10^-6`. */
  readonly resolution: string
  /** Version of the file, such as `2`. Empty where the format has none. */
  readonly version: string
  /** Whether a record can be told from other bytes, so that reading can go on behind damage. */
  readonly isSearchable: boolean
  /** Packets that the capture says were dropped. */
  readonly droppedPackets: number
  /** What the file lacks if it ends behind the record taken last; null: nothing that is known of. */
  readonly missing: string | null
  /** Length of the record parsed last. Valid unless the result was MORE, DAMAGED or END. */
  readonly recordBytes: number
  /** What is wrong, after STRAY and DAMAGED. */
  readonly problem: string
  /** Reads the file header at `at`, of which all bytes are there. @returns What is wrong with it, or null. */
  readHeader(view: DataView, at: number): string | null
  /**
   * Reads the record at `at`, in a window that ends at `to`. It changes nothing that a later call depends on.
   *
   * @param offset Offset in the file of `at`.
   * @param out For PACKET all but `interfaceId` is set; `originalBytes` as the file has it.
   * @returns A value of {@link Found}.
   */
  parse(view: DataView, at: number, to: number, offset: number, out: CapturedPacket): number
  /** Called when the record parsed last is taken, for a format that keeps something of it. */
  take?(): void
}

/** Says why there is no record of a format. @returns The result of `parse()`. */
export function damaged(format: { problem: string }, problem: string): number {
  format.problem = problem
  return Found.DAMAGED
}

/** Most bytes of a frame that are believed, as in Wireshark (`WTAP_MAX_PACKET_SIZE_STANDARD`). */
export const MAX_FRAME_BYTES = 256 * 1024
