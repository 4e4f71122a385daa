import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** Codings in one body that are undone. */
const MAX_CODINGS = 4
const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = constants

type Decode = (bytes: Uint8Array, maxOutputLength: number) => Buffer

// A body whose end is missing is decoded as far as it is there.
const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  [
    'br',
    (bytes, maxOutputLength) =>
      brotliDecompressSync(bytes, { maxOutputLength, finishFlush: BROTLI_OPERATION_FLUSH }),
  ],
])

function gunzip(bytes: Uint8Array, maxOutputLength: number): Buffer {
  return gunzipSync(bytes, { maxOutputLength, finishFlush: Z_SYNC_FLUSH })
}

// RFC 9110 section 8.4.1.2 says zlib; some send what is in it alone.
function inflate(bytes: Uint8Array, maxOutputLength: number): Buffer {
  const options = { maxOutputLength, finishFlush: Z_SYNC_FLUSH }
  const isZlib = (bytes[0]! & 15) === 8 && ((bytes[0]! << 8) | (bytes[1] ?? 0)) % 31 === 0
  return isZlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options)
}

/** True when all codings can be undone. */
export function canDecode(codings: readonly string[]): boolean {
  return codings.length <= MAX_CODINGS && codings.every((name) => DECODERS.has(name))
}

/** What `decoded()` could not do. */
export const NotDecoded = { DAMAGED: 'damaged', TOO_LARGE: 'too large' } as const

/** Undoes content codings, the last one first. @param maxBytes Most bytes that any of them may give. */
export function decoded(
  bytes: Uint8Array,
  codings: readonly string[],
  maxBytes: number,
): Uint8Array | (typeof NotDecoded)[keyof typeof NotDecoded] {
  let content = bytes
  try {
    for (const name of [...codings].reverse()) content = DECODERS.get(name)!(content, maxBytes)
    return content
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? NotDecoded.TOO_LARGE
      : NotDecoded.DAMAGED
  }
}
