import type { ByteSource } from '../../input/byte-source.js'
import type { Compression } from '../../input/compression.js'
import type { CompressedBytes, Decompression } from '../../input/decompression.js'
import type { DecompressionThreads } from './thread-pool.js'

/** Unpacks in threads, which are loaded and started with the first input that asks for them. */
export class ThreadedDecompression implements Decompression {
  #threads: Promise<DecompressionThreads> | null = null

  async open(compression: Compression, compressed: CompressedBytes, isAhead: boolean): Promise<ByteSource> {
    this.#threads ??= import('./thread-pool.js').then((module) => new module.DecompressionThreads())
    return (await this.#threads).open(compression, compressed, isAhead)
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await (await this.#threads)?.close()
  }
}
