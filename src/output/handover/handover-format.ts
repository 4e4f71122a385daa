import type { Chunk, ChunkFormat, ChunkTarget } from '../chunk.js'

/**
 * The encoding of a chunk in a file that a program reads back, little-endian:
 *
 *   byte 0          8               16        20        24      28
 *   +---------------+---------------+---------+---------+-------+---- ... ----+
 *   | ts sec (f64)  | missing bytes | nsec    | payload | side  | payload     |
 *   |               | before (f64)  | (u32)   | (u32)   | (u32) |             |
 *   +---------------+---------------+---------+---------+-------+---- ... ----+
 */
export const CHUNK_MISSING = 8
export const CHUNK_NSEC = 16
export const CHUNK_PAYLOAD_BYTES = 20
export const CHUNK_SIDE = 24
export const CHUNK_HEADER_BYTES = 28

/** Formats chunks with a binary header, which counts the lost bytes before the chunk. No filler is written. */
export class HandoverFormat implements ChunkFormat {
  readonly #header = new Uint8Array(CHUNK_HEADER_BYTES)
  readonly #view = new DataView(this.#header.buffer)

  write(target: ChunkTarget, chunk: Chunk): void {
    const view = this.#view
    view.setFloat64(0, chunk.tsSec, true)
    view.setFloat64(CHUNK_MISSING, chunk.zeros, true)
    view.setUint32(CHUNK_NSEC, chunk.tsNsec, true)
    view.setUint32(CHUNK_PAYLOAD_BYTES, chunk.to - chunk.from, true)
    view.setUint32(CHUNK_SIDE, chunk.side, true)
    target.append(this.#header, 0, CHUNK_HEADER_BYTES)
    if (chunk.to > chunk.from) target.append(chunk.bytes, chunk.from, chunk.to)
  }
}
