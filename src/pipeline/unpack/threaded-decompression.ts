import type { ByteSource } from '../../input/byte-source.js'
import type { Compression } from '../../input/compression.js'
import type { CompressedBytes, Decompression } from '../../input/decompression.js'
import { SMALL_GZIP_BYTES, unpackSmallGzip } from './small-gzip.js'
import type { DecompressionThreads } from './thread-pool.js'

/** Unpacks small gzip files at once and all else in threads, which start with the first input that needs one. */
export class ThreadedDecompression implements Decompression {
  #threads: Promise<DecompressionThreads> | null = null

  async open(compression: Compression, compressed: CompressedBytes, isAhead: boolean): Promise<ByteSource> {
    if (compression === 'gzip' && 'path' in compressed && compressed.totalBytes <= SMALL_GZIP_BYTES) {
      const small = await unpackSmallGzip(compressed.path, compressed.totalBytes)
      if (small !== null) return small
    }
    this.#threads ??= import('./thread-pool.js').then((module) => new module.DecompressionThreads())
    return (await this.#threads).open(compression, compressed, isAhead)
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await (await this.#threads)?.close()
  }
}
