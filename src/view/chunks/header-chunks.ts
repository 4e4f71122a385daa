import type { ChunkSource, StoredChunk } from './chunk-source.js'
import type { FileReader } from './file-reader.js'

const HEADER = /^\r\n\{"_":"-{20}","side":"([01])","size":"(\d{1,15})"\}\r\n/
const MAX_HEADER_BYTES = 80

/** True when the file begins with a chunk header (`-d`). */
export async function hasChunkHeaders(file: FileReader): Promise<boolean> {
  return HEADER.test((await file.read(0, MAX_HEADER_BYTES)).toString('latin1'))
}

/** Reads a file with a header before every chunk (`-d`). */
export class HeaderChunks implements ChunkSource {
  position: number
  readonly #file: FileReader

  constructor(file: FileReader, position: number) {
    this.#file = file
    this.position = position
  }

  async next(): Promise<StoredChunk | null> {
    const file = this.#file
    if (this.position >= file.size) return null
    const header = HEADER.exec((await file.read(this.position, MAX_HEADER_BYTES)).toString('latin1'))
    if (header === null) throw file.bad(this.position, 'chunk header must be here')
    const from = this.position + header[0].length
    const length = Math.min(Number(header[2]), file.size - from)
    this.position = from + length
    return {
      side: header[1] === '0' ? 0 : 1,
      time: null,
      length,
      read: (at, count) => file.read(from + at, Math.min(count, length - at)),
    }
  }
}
