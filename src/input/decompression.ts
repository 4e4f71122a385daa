import type { ByteSource } from './byte-source.js'
import type { Compression } from './compression.js'

/** What is compressed: a file, or the rest of a stream and what was read from it before. */
export type CompressedBytes =
  | { readonly path: string; readonly totalBytes: number }
  | { readonly source: ByteSource; readonly head: Uint8Array }

/** Unpacks what takes a processor's time elsewhere than on the calling thread. */
export interface Decompression {
  /**
   * Begins to unpack, a bounded number of bytes ahead. A stream's source is closed with the one that is returned.
   *
   * @param isAhead The content is certainly wanted, though nobody reads it yet; otherwise only its beginning is unpacked
   *                before somebody does.
   */
  open(compression: Compression, compressed: CompressedBytes, isAhead: boolean): Promise<ByteSource>
}
