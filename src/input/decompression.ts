import type { ByteSource } from './byte-source.js'
import type { Compression } from './compression.js'

/** Where the compressed bytes are: a file, or a stream with the bytes that were already read from it. */
export type CompressedBytes =
  | { readonly path: string; readonly totalBytes: number }
  | { readonly source: ByteSource; readonly head: Uint8Array }

/** Unpacks compressed inputs on other threads. */
export interface Decompression {
  /**
   * Begins to unpack, a bounded number of bytes ahead. A stream's source is closed with the one that is returned.
   *
   * @param isAhead True: all of the content will be wanted, so unpack ahead. False: unpack only the beginning until
   *                somebody reads.
   */
  open(compression: Compression, compressed: CompressedBytes, isAhead: boolean): Promise<ByteSource>
}
