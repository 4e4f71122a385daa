import type { Compression } from '../compression.js'
import type { Decompressor } from './decompressor.js'

/** What is unpacked by a {@link Decompressor}; gzip is the business of zlib. */
export type ThreadedCompression = Exclude<Compression, 'gzip'>

const LOADERS: Readonly<Record<ThreadedCompression, () => Promise<Decompressor>>> = {
  bzip2: async () => (await import('./bzip2.js')).decompressBzip2,
  lz4: async () => (await import('./lz4.js')).decompressLz4,
  xz: async () => (await import('./xz.js')).loadXz(),
  zstd: async () => (await import('./zstd.js')).loadZstd(),
}

const loaded = new Map<ThreadedCompression, Promise<Decompressor>>()

/** What unpacks one compression; it is loaded once in each thread. */
export function loadDecompressor(compression: ThreadedCompression): Promise<Decompressor> {
  const decompressor = loaded.get(compression) ?? LOADERS[compression]()
  loaded.set(compression, decompressor)
  return decompressor
}
