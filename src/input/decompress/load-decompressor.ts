import type { Compression } from '../compression.js'
import type { Decompressor } from './decompressor.js'

const LOADERS: Readonly<Record<Compression, () => Promise<Decompressor>>> = {
  bzip2: async () => (await import('./bzip2.js')).decompressBzip2,
  gzip: async () => (await import('./gzip.js')).decompressGzip,
  lz4: async () => (await import('./lz4.js')).decompressLz4,
  xz: async () => (await import('./xz.js')).loadXz(),
  zstd: async () => (await import('./zstd.js')).loadZstd(),
}

const loaded = new Map<Compression, Promise<Decompressor>>()

/** Loads the decompressor of one compression, once per thread. */
export function loadDecompressor(compression: Compression): Promise<Decompressor> {
  const decompressor = loaded.get(compression) ?? LOADERS[compression]()
  loaded.set(compression, decompressor)
  return decompressor
}
