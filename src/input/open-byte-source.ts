import type { Readable } from 'node:stream'
import type { ByteSource, InputReadProblem } from './byte-source.js'
import { FileByteSource } from './file-source.js'
import { GzipByteSource, isGzip } from './gzip-source.js'
import { StreamByteSource } from './stream-source.js'

/** Bytes that tell whether an input is compressed. */
const MAGIC_BYTES = 2

/**
 * Opens a file. Whether it is compressed is told by its first bytes, at the first `read()`.
 *
 * @throws InputError that names the file, where it cannot be opened or is no regular file.
 */
export function openFile(path: string): ByteSource {
  const open = () => FileByteSource.open(path)
  return new DetectingByteSource(open(), open)
}

/** The same for a stream such as standard input, which `close()` destroys. */
export function openStream(stream: Readable): ByteSource {
  return new DetectingByteSource(new StreamByteSource(stream), null)
}

/** Looks at the first bytes of a source, and puts the decompressor that they ask for behind it. */
class DetectingByteSource implements ByteSource {
  #source: ByteSource
  #isDetected = false
  readonly #reopen: (() => ByteSource) | null

  constructor(source: ByteSource, reopen: (() => ByteSource) | null) {
    this.#source = source
    this.#reopen = reopen
  }

  get bytesRead(): number {
    return this.#source.bytesRead
  }

  get totalBytes(): number | null {
    return this.#source.totalBytes
  }

  get isAtEnd(): boolean {
    return this.#source.isAtEnd
  }

  get isDecompressed(): boolean {
    return this.#source.isDecompressed
  }

  get problem(): InputReadProblem | null {
    return this.#source.problem
  }

  read(target: Uint8Array): Promise<number> {
    return this.#isDetected ? this.#source.read(target) : this.#readFirst(target)
  }

  close(): Promise<void> {
    return this.#source.close()
  }

  async #readFirst(target: Uint8Array): Promise<number> {
    if (target.length < MAGIC_BYTES) throw new Error(`bug: first read into ${target.length} bytes`)
    let filled = await this.#source.read(target)
    while (filled < MAGIC_BYTES && !this.#source.isAtEnd) {
      const bytes = await this.#source.read(target.subarray(filled))
      if (bytes === 0) break
      filled += bytes
    }
    this.#isDetected = true
    if (!isGzip(target.subarray(0, filled))) return filled
    // Owned copy: the decompressor writes over `target` while it still reads these bytes.
    this.#source = new GzipByteSource(this.#source, target.slice(0, filled), this.#reopen)
    return this.#source.read(target)
  }
}
