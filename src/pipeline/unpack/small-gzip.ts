import { openSync } from 'node:fs'
import type { ByteSource, InputReadProblem } from '../../input/byte-source.js'
import { compressedFile } from '../../input/decompress/compressed-file.js'
import { loadDecompressor } from '../../input/decompress/load-decompressor.js'
import { closeQuietly, readProblem } from '../../input/file-source.js'
import { systemPath } from '../../system-path.js'

/** Largest gzip file that is unpacked at once. */
export const SMALL_GZIP_BYTES = 64 * 1024
/** Its largest content. */
const CONTENT_BYTES = 1024 * 1024
const FIRST_BYTES = 64 * 1024

/** Thrown when there is more content than that. */
class LargeContent extends Error {}

/**
 * Unpacks a small gzip file on the calling thread. To start a thread would take ten times as long.
 *
 * @returns Null when its content is too large.
 */
export async function unpackSmallGzip(path: string, totalBytes: number): Promise<ByteSource | null> {
  const decompress = await loadDecompressor('gzip')
  let content = new Uint8Array(FIRST_BYTES)
  let length = 0
  let position = 0
  const write = (bytes: Uint8Array, from: number, to: number) => {
    const needed = length + to - from
    if (needed > CONTENT_BYTES) throw new LargeContent()
    if (needed > content.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * content.length))
      larger.set(content.subarray(0, length))
      content = larger
    }
    content.set(bytes.subarray(from, to), length)
    length = needed
  }
  const onRead = (to: number) => {
    position = Math.max(position, to)
  }
  let file: number
  try {
    file = openSync(systemPath(path), 'r')
  } catch (error) {
    return new UnpackedSource(content.subarray(0, 0), 0, totalBytes, readProblem(0, error)) // it existed a moment ago
  }
  try {
    const problem = decompress(compressedFile(file, onRead), write)
    return new UnpackedSource(content.subarray(0, length), position, totalBytes, problem)
  } catch (error) {
    if (error instanceof LargeContent) return null
    throw error
  } finally {
    closeQuietly(file)
  }
}

/** The content of such a file as a source. */
class UnpackedSource implements ByteSource {
  // Invariant: #rest was not read yet.
  readonly isDecompressed = true
  readonly bytesRead: number
  readonly totalBytes: number
  readonly problem: InputReadProblem | null
  #rest: Uint8Array

  constructor(content: Uint8Array, bytesRead: number, totalBytes: number, problem: InputReadProblem | null) {
    this.#rest = content
    this.bytesRead = bytesRead
    this.totalBytes = totalBytes
    this.problem = problem
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0
  }

  async read(target: Uint8Array): Promise<number> {
    const part = this.#rest.subarray(0, target.length)
    target.set(part)
    this.#rest = this.#rest.subarray(part.length)
    return part.length
  }

  async close(): Promise<void> {
    this.#rest = this.#rest.subarray(0, 0)
  }
}
