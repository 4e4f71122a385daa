import type { Chunk, ChunkFormat, ChunkTarget } from '../chunk.js'

/**
 * A chunk in a file that a program reads back, little-endian, followed by its payload:
 *
 *   byte 0          8               16        20        24      28
 *   +---------------+---------------+---------+---------+-------+---- ... ----+
 *   | ts sec (f64)  | missing bytes | nsec    | payload | side  | payload     |
 *   |               | before (f64)  | (u32)   | (u32)   | (u32) |             |
 *   +---------------+---------------+---------+---------+-------+---- ... ----+
 */
export const FRAME_MISSING = 8
export const FRAME_NSEC = 16
export const FRAME_PAYLOAD_BYTES = 20
export const FRAME_SIDE = 24
export const FRAME_HEADER_BYTES = 28

/** Formats chunks with a binary header, which counts the lost bytes before the chunk. No filler is written. */
export class FrameFormat implements ChunkFormat {
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES)
  readonly #view = new DataView(this.#header.buffer)

  write(target: ChunkTarget, chunk: Chunk): void {
    const view = this.#view
    view.setFloat64(0, chunk.tsSec, true)
    view.setFloat64(FRAME_MISSING, chunk.zeros, true)
    view.setUint32(FRAME_NSEC, chunk.tsNsec, true)
    view.setUint32(FRAME_PAYLOAD_BYTES, chunk.to - chunk.from, true)
    view.setUint32(FRAME_SIDE, chunk.side, true)
    target.append(this.#header, 0, FRAME_HEADER_BYTES)
    if (chunk.to > chunk.from) target.append(chunk.bytes, chunk.from, chunk.to)
  }
}
