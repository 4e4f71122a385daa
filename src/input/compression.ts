/** How an input may be compressed. */
export type Compression = 'gzip' | 'zstd' | 'xz' | 'lz4' | 'bzip2'

/** Bytes needed from the start of a file to detect its compression. */
export const COMPRESSION_MAGIC_BYTES = 10

// Signatures; null matches any byte. zstd and lz4 have the same skippable frames. Such a frame counts as zstd, because
// lz4 never writes one.
type Magic = readonly (number | null)[]
const MAGICS: readonly (readonly [Compression, Magic])[] = [
  ['gzip', [0x1f, 0x8b]], // RFC 1952 section 2.3.1
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]], // RFC 8878 section 3.1.1
  ...Array.from({ length: 16 }, (_, low): [Compression, Magic] => ['zstd', [0x50 + low, 0x2a, 0x4d, 0x18]]),
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]], // The .xz File Format 1.2.1, section 2.1.1.1
  ['lz4', [0x04, 0x22, 0x4d, 0x18]], // LZ4 Frame Format 1.6.4
  ['bzip2', [0x42, 0x5a, 0x68, null, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]], // with a block
  ['bzip2', [0x42, 0x5a, 0x68, null, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90]], // without a block
]

/** Detects the compression of a file from its first COMPRESSION_MAGIC_BYTES, or the whole file. Null for none. */
export function detectCompression(head: Uint8Array): Compression | null {
  return MAGICS.find(([, magic]) => head.length >= magic.length && agree(head, magic))?.[0] ?? null
}

/** True while more bytes are needed to decide. */
export function isUndecided(head: Uint8Array): boolean {
  return MAGICS.some(([, magic]) => head.length < magic.length && agree(head, magic))
}

function agree(head: Uint8Array, magic: Magic): boolean {
  const bytes = Math.min(head.length, magic.length)
  return magic.slice(0, bytes).every((byte, at) => byte === null || head[at] === byte)
}
