import { readFileSync } from 'node:fs'
import type { ByteSource, InputReadProblem } from '../../src/input/byte-source.js'
import type { Compression } from '../../src/input/compression.js'
import { CompressedInput } from '../../src/input/decompress/compressed-input.js'
import { loadDecompressor } from '../../src/input/decompress/load-decompressor.js'
import type { CompressedBytes, Decompression } from '../../src/input/decompression.js'

/** Unpacks on the calling thread, all at once. */
export const INLINE: Decompression = {
  async open(compression: Compression, compressed: CompressedBytes): Promise<ByteSource> {
    const packed = await bytesOf(compressed)
    const decompress = await loadDecompressor(compression)
    const parts: Buffer[] = []
    let at = 0
    const problem = decompress(
      new CompressedInput((target) => {
        const piece = packed.subarray(at, at + target.length)
        target.set(piece)
        at += piece.length
        return piece.length
      }),
      (bytes, from, to) => parts.push(Buffer.from(bytes.slice(from, to))),
    )
    const source = 'source' in compressed ? compressed.source : null
    return new UnpackedSource(Buffer.concat(parts), packed.length, source, problem)
  },
}

async function bytesOf(compressed: CompressedBytes): Promise<Uint8Array> {
  if ('path' in compressed) return readFileSync(compressed.path)
  const { source, head } = compressed
  const parts: Uint8Array[] = [head]
  for (;;) {
    const buffer = new Uint8Array(64 * 1024)
    const bytes = await source.read(buffer)
    if (bytes === 0) return Buffer.concat(parts)
    parts.push(buffer.subarray(0, bytes))
  }
}

class UnpackedSource implements ByteSource {
  readonly isDecompressed = true
  readonly bytesRead: number
  readonly totalBytes: number | null
  readonly problem: InputReadProblem | null
  readonly #source: ByteSource | null
  #content: Uint8Array

  constructor(
    content: Uint8Array,
    bytesRead: number,
    source: ByteSource | null,
    problem: InputReadProblem | null,
  ) {
    this.#content = content
    this.bytesRead = bytesRead
    this.#source = source
    this.totalBytes = source === null ? bytesRead : source.totalBytes
    this.problem = source?.problem ?? problem
  }

  get isAtEnd(): boolean {
    return this.#content.length === 0
  }

  async read(target: Uint8Array): Promise<number> {
    const piece = this.#content.subarray(0, target.length)
    target.set(piece)
    this.#content = this.#content.subarray(piece.length)
    return piece.length
  }

  async close(): Promise<void> {
    this.#content = this.#content.subarray(this.#content.length)
    await this.#source?.close()
  }
}
