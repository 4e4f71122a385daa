/** The target of formatted chunks: a connection's file, or the console. A view of bytes is valid only during the call. */
export interface ChunkTarget {
  append(bytes: Uint8Array, from: number, to: number): void
  /** `pattern` `count` times. */
  repeat(pattern: Uint8Array, count: number): void
}

/** A zero byte, the filler for lost bytes. */
export const ZERO_BYTE = new Uint8Array([0])

/**
 * One chunk to format, with the filler for the lost bytes before it: either a marker or zero bytes. The owner makes one
 * object and reuses it.
 */
export interface Chunk {
  /** Base name of the connection if the format shows it, otherwise empty. */
  name: string
  side: number
  /** Marker for lost bytes: `marker[0, markerBytes)`, printable ASCII. */
  readonly marker: Uint8Array
  markerBytes: number
  /** Number of zero bytes for lost bytes. */
  zeros: number
  /** Stream offset of the first payload byte, counting lost bytes. Set only if the format shows it, otherwise 0. */
  offset: number
  /** Payload is `bytes[from, to)`. */
  bytes: Uint8Array
  from: number
  to: number
  /** Time of the packet that carried it, and the connection's first. */
  tsSec: number
  tsNsec: number
  firstSec: number
  firstNsec: number
  isNanosecond: boolean
}

export function blankChunk(): Chunk {
  return {
    name: '',
    side: 0,
    marker: new Uint8Array(48),
    markerBytes: 0,
    zeros: 0,
    offset: 0,
    bytes: new Uint8Array(0),
    from: 0,
    to: 0,
    tsSec: 0,
    tsNsec: 0,
    firstSec: 0,
    firstNsec: 0,
    isNanosecond: false,
  }
}

/** Length of a chunk, including the filler for lost bytes. */
export function chunkBytes(chunk: Chunk): number {
  return chunk.markerBytes + chunk.zeros + chunk.to - chunk.from
}

/** Formats chunks and passes them to a target. */
export interface ChunkFormat {
  write(target: ChunkTarget, chunk: Chunk): void
}
