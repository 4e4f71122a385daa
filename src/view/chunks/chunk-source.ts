import type { Side } from '../view-data.js'

/** One chunk of a connection file, or a part of the file that isn't divided further. */
export interface StoredChunk {
  readonly side: Side
  /** Seconds since 1970, as the file has them: decimal digits; null where it doesn't tell. */
  readonly time: string | null
  /** Payload bytes, and what stands in them for bytes that were lost. */
  readonly length: number
  /** Reads at most `count` bytes from `at` on; fewer only at the end of the chunk, or of the file. @throws InputError */
  read(at: number, count: number): Promise<Buffer>
}

/** The chunks of a connection file, one after the other. */
export interface ChunkSource {
  /** Where the next chunk begins; a source that is opened there goes on with it. */
  readonly position: number
  /** The chunk at `position`, which moves behind it; null at the end. @throws InputError for what is no such file */
  next(): Promise<StoredChunk | null>
}
