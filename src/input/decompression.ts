import type { ByteSource } from './byte-source.js'
import type { Compression } from './compression.js'

/** The source of compressed bytes: a file, or a stream with the bytes already read from it. */
export type CompressedBytes =
  | { readonly path: string; readonly totalBytes: number }
  | { readonly source: ByteSource; readonly head: Uint8Array }

/** Decompresses inputs on other threads. */
export interface Decompression {
  /**
   * Begins to decompress a bounded number of bytes ahead. Closing the returned source also closes a stream's source.
   *
   * @param isAhead True to decompress ahead, when all of the content will be read. False to decompress only the start
   *                until somebody reads.
   */
  open(compression: Compression, compressed: CompressedBytes, isAhead: boolean): Promise<ByteSource>
}
