import type { ChunkSource, StoredChunk } from './chunk-source.js'

/** Merges the chunks of two files by time. Of two chunks with equal times, the originator's comes first. */
export class MergedChunks {
  readonly #sources: readonly [ChunkSource, ChunkSource]
  readonly #ahead: [StoredChunk | null | undefined, StoredChunk | null | undefined] = [undefined, undefined]
  /** Position of the next chunk in each file. */
  readonly positions: [number, number]

  constructor(sources: readonly [ChunkSource, ChunkSource]) {
    this.#sources = sources
    this.positions = [sources[0].position, sources[1].position]
  }

  async next(): Promise<StoredChunk | null> {
    const [orig, resp] = [await this.#peek(0), await this.#peek(1)]
    const side = orig === null ? 1 : resp === null ? 0 : isBefore(resp, orig) ? 1 : 0
    const chunk = side === 0 ? orig : resp
    this.#ahead[side] = undefined
    this.positions[side] = this.#sources[side].position
    return chunk
  }

  async #peek(side: 0 | 1): Promise<StoredChunk | null> {
    const ahead = this.#ahead[side]
    if (ahead !== undefined) return ahead
    const chunk = await this.#sources[side].next()
    this.#ahead[side] = chunk
    return chunk
  }
}

function isBefore(a: StoredChunk, b: StoredChunk): boolean {
  const [x, y] = [a.time ?? '', b.time ?? '']
  return x.length === y.length ? x < y : Number(x) < Number(y)
}
