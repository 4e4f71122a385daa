import type { ChunkTarget } from '../../src/output/chunk.js'

/** Keeps what a format hands on, as text of the characters U+0000..U+00FF. */
export class RecordingTarget implements ChunkTarget {
  text = ''

  append(bytes: Uint8Array, from: number, to: number): void {
    this.text += Buffer.from(bytes.subarray(from, to)).toString('latin1')
  }

  repeat(pattern: Uint8Array, count: number): void {
    this.text += Buffer.from(pattern).toString('latin1').repeat(count)
  }
}
