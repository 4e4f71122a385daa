import type { Side } from '../view-data.js'
import type { ChunkSource, StoredChunk } from './chunk-source.js'
import type { FileReader } from './file-reader.js'

/** Reads a file without chunk boundaries as a single chunk. */
export class PlainChunks implements ChunkSource {
  position: number
  readonly #file: FileReader
  readonly #side: Side

  /** @param side The side whose payload the file holds; null when it mixes both. */
  constructor(file: FileReader, side: Side, position: number) {
    this.#file = file
    this.#side = side
    this.position = position
  }

  async next(): Promise<StoredChunk | null> {
    const file = this.#file
    const from = this.position
    if (from >= file.size) return null
    this.position = file.size
    return {
      side: this.#side,
      time: null,
      length: file.size - from,
      read: (at, count) => file.read(from + at, count),
    }
  }
}
