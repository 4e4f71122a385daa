/** Where formatted chunks go: one connection's file, or the console. A view of bytes is valid during the call only. */
export interface ChunkTarget {
  append(bytes: Uint8Array, from: number, to: number): void
  /** `pattern` `count` times. */
  repeat(pattern: Uint8Array, count: number): void
}

/** Zero bytes as they stand in a stream. */
export const ZERO_BYTE = new Uint8Array([0])

/**
 * One chunk to format, with what stands for the lost bytes before it: a text or zero bytes, not both. The owner
 * makes one and reuses it.
 */
export interface Chunk {
  /** Base name of the connection, where the format shows it; otherwise empty. */
  name: string
  side: number
  /** Text that stands for lost bytes: `marker[0, markerBytes)`, printable ASCII. */
  readonly marker: Uint8Array
  markerBytes: number
  /** Zero bytes that stand for lost bytes. */
  zeros: number
  /** Stream offset of the first payload byte, lost bytes counted. Set only if the format shows it, otherwise 0. */
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

/** Bytes that a chunk has, lost ones as they are shown. */
export function chunkBytes(chunk: Chunk): number {
  return chunk.markerBytes + chunk.zeros + chunk.to - chunk.from
}

/** Puts a chunk into its form and hands it on. */
export interface ChunkFormat {
  write(target: ChunkTarget, chunk: Chunk): void
}
