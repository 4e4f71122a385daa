import { type ChunkTarget, ZERO_BYTE } from '../chunk.js'
import type { FileWriter } from './file-writer.js'

const EXPANDED_BYTES = 16 * 1024

/** Writes chunks to the file `file` of a {@link FileWriter}. */
export class FileTarget implements ChunkTarget {
  file = 0
  readonly #writer: FileWriter

  constructor(writer: FileWriter) {
    this.#writer = writer
  }

  append(bytes: Uint8Array, from: number, to: number): void {
    this.#writer.append(this.file, bytes, from, to)
  }

  repeat(pattern: Uint8Array, count: number): void {
    if (pattern === ZERO_BYTE) {
      this.#writer.appendZeros(this.file, count)
      return
    }
    const expanded = new Uint8Array(EXPANDED_BYTES - (EXPANDED_BYTES % pattern.length))
    for (let at = 0; at < expanded.length; at += pattern.length) expanded.set(pattern, at)
    for (let rest = count * pattern.length; rest > 0; rest -= expanded.length) {
      this.#writer.append(this.file, expanded, 0, Math.min(rest, expanded.length))
    }
  }
}
