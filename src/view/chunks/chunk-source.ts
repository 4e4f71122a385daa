import type { Side } from '../view-data.js'

/** One chunk of a connection file, or the whole file when it has no chunk boundaries. */
export interface StoredChunk {
  readonly side: Side
  /** Seconds since 1970 as a decimal string from the file; null when the file has no times. */
  readonly time: string | null
  /** Length in bytes, including the filler for lost bytes. */
  readonly length: number
  /** Reads `count` bytes of the chunk from `at` on; fewer only at the end of the chunk or file. @throws InputError */
  read(at: number, count: number): Promise<Buffer>
}

/** Reads the chunks of a connection file in order. */
export interface ChunkSource {
  /** Start of the next chunk in the file. A source opened at this position continues there. */
  readonly position: number
  /** Returns the chunk at `position` and moves past it; null at the end. @throws InputError for malformed content */
  next(): Promise<StoredChunk | null>
}
