import { objectOf } from '../../report/connection-record.js'
import type { ChunkSource, StoredChunk } from './chunk-source.js'
import type { FileReader } from './file-reader.js'

const BLOCK_BYTES = 64 * 1024
/** Longest line parsed. A chunk of 64 KiB takes up to 530 KB; a filled gap may be of any length. */
const MAX_LINE_BYTES = 32 * 1024 * 1024
const LINE_FEED = 0x0a

/** Reads a file with a JSON object per chunk (`-j`). */
export class JsonChunks implements ChunkSource {
  position: number
  readonly #file: FileReader
  // Invariant: #ahead holds the file's bytes from `position` on, as far as they were read.
  #ahead: Buffer = Buffer.alloc(0)

  constructor(file: FileReader, position: number) {
    this.#file = file
    this.position = position
  }

  async next(): Promise<StoredChunk | null> {
    const file = this.#file
    let end = this.#ahead.indexOf(LINE_FEED)
    while (end < 0 && this.position + this.#ahead.length < file.size) {
      if (this.#ahead.length > MAX_LINE_BYTES)
        throw file.bad(this.position, `chunk must be at most ${MAX_LINE_BYTES} bytes of JSON to be shown`)
      const searched = this.#ahead.length
      const more = await file.read(this.position + searched, Math.max(BLOCK_BYTES, searched))
      if (more.length === 0) break
      this.#ahead = Buffer.concat([this.#ahead, more])
      end = this.#ahead.indexOf(LINE_FEED, searched)
    }
    if (this.#ahead.length === 0) return null
    const line = this.#ahead.subarray(0, end < 0 ? this.#ahead.length : end)
    const chunk = storedChunk(line)
    if (chunk === null) throw file.bad(this.position, 'line must be a chunk written by -j')
    const taken = end < 0 ? this.#ahead.length : end + 1
    this.position += taken
    this.#ahead = this.#ahead.subarray(taken)
    return chunk
  }
}

function storedChunk(line: Buffer): StoredChunk | null {
  const fields = objectOf(line.toString('latin1'))
  if (fields === null) return null
  const { side, data_hex: hex, time } = fields
  const abs: unknown = typeof time === 'object' && time !== null ? (time as { abs?: unknown }).abs : undefined
  const isSound =
    (side === '0' || side === '1') &&
    typeof hex === 'string' &&
    typeof abs === 'string' &&
    /^-?\d{1,15}\.\d{6,9}$/.test(abs)
  if (!isSound) return null
  const bytes = Buffer.from(hex, 'hex')
  return {
    side: side === '0' ? 0 : 1,
    time: abs,
    length: bytes.length,
    read: async (at, count) => bytes.subarray(at, at + count),
  }
}
