import { constants, fstatSync, openSync, type Stats } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { InputError } from '../errors.js'
import { systemPath } from '../system-path.js'
import type { ByteSource, InputReadProblem } from './byte-source.js'
import { COMPRESSION_MAGIC_BYTES, type Compression, detectCompression, isUndecided } from './compression.js'
import type { Decompression } from './decompression.js'
import { closeQuietly, FileByteSource, reason } from './file-source.js'
import type { Input } from './input.js'
import { StreamByteSource } from './stream-source.js'

// A pipe without a writer must not stop the program at `open`. Windows has neither.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A file that was opened, compressed or not. */
export interface OpenedFile extends ByteSource {
  /**
   * Begins to decompress a compressed file before the first `read()`, a bounded number of bytes ahead. Of an
   * uncompressed file it reads only the start.
   */
  readAhead(): Promise<void>
}

/**
 * Opens a file or a pipe with a name. Whether it is compressed is told by its first bytes, at the first `read()`.
 *
 * @param decompression Null: what is compressed is given as it stands.
 * @throws InputError that names the file, where it cannot be opened or is neither.
 */
export function openFile(path: string, decompression: Decompression | null = null): OpenedFile {
  const source = openPath(path)
  return new DetectingByteSource(source, source instanceof FileByteSource ? path : null, decompression)
}

/** Opens an input that is a file or pipe; otherwise as `openFile()`. */
export function openInput({ path, failure }: Input, decompression: Decompression | null = null): OpenedFile {
  if (failure !== undefined) throw failure
  return openFile(path, decompression)
}

/** Opens a stream such as standard input, which `close()` destroys. */
export function openStream(stream: Readable, decompression: Decompression | null = null): ByteSource {
  return new DetectingByteSource(new StreamByteSource(stream), null, decompression)
}

/**
 * Opens a file, or a pipe that has a name: a named pipe, or what a shell makes of `<(command)`.
 *
 * @throws InputError that names it, where it cannot be opened or is neither.
 */
function openPath(path: string): FileByteSource | StreamByteSource {
  let fd: number
  try {
    fd = openSync(systemPath(path), OPEN_FLAGS)
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${reason(cause)}`, path, { cause })
  }
  let stats: Stats
  try {
    stats = fstatSync(fd)
  } catch (cause) {
    closeQuietly(fd)
    throw new InputError(`Cannot read "${path}": ${reason(cause)}`, path, { cause })
  }
  if (stats.isFile()) return new FileByteSource(fd, stats.size)
  if (stats.isFIFO()) return new StreamByteSource(new Socket({ fd, readable: true, writable: false }))
  closeQuietly(fd)
  const kind = stats.isDirectory() ? 'it is a folder' : 'it is not a regular file'
  throw new InputError(`Cannot read "${path}": ${kind}`, path)
}

/** Looks at the first bytes of a source, and adds the decompressor that they call for. */
class DetectingByteSource implements OpenedFile {
  // Invariant: #head holds bytes from the start of an uncompressed source that were not passed on yet.
  readonly #path: string | null
  readonly #decompression: Decompression | null
  #source: ByteSource
  #head: Uint8Array = new Uint8Array(0)
  #detecting: Promise<void> | null = null
  #isDetected = false
  #isClosed = false
  compression: Compression | null = null

  /** @param path Path by which the source can be opened again, or null. */
  constructor(source: ByteSource, path: string | null, decompression: Decompression | null) {
    this.#source = source
    this.#path = path
    this.#decompression = decompression
  }

  get bytesRead(): number {
    return this.#source.bytesRead
  }

  get totalBytes(): number | null {
    return this.#source.totalBytes
  }

  get isAtEnd(): boolean {
    return this.#head.length === 0 && this.#source.isAtEnd
  }

  get isDecompressed(): boolean {
    return this.#source.isDecompressed
  }

  get problem(): InputReadProblem | null {
    return this.#source.problem
  }

  read(target: Uint8Array): Promise<number> {
    return this.#isDetected && this.#head.length === 0 ? this.#source.read(target) : this.#readFirst(target)
  }

  readAhead(): Promise<void> {
    this.#detecting ??= this.#detect(true)
    return this.#detecting
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#source.close()
    await this.#detecting?.catch(() => {}) // read() reports it
    this.#head = new Uint8Array(0)
    await this.#source.close() // which may be another one now
  }

  async #readFirst(target: Uint8Array): Promise<number> {
    this.#detecting ??= this.#detect(false)
    await this.#detecting
    if (this.#head.length === 0) return this.#source.read(target)
    const filled = Math.min(this.#head.length, target.length)
    target.set(this.#head.subarray(0, filled))
    this.#head = this.#head.subarray(filled)
    // Do not wait for further bytes of a stream.
    if (this.#path === null || filled === target.length) return filled
    return filled + (await this.#source.read(target.subarray(filled)))
  }

  async #detect(isAhead: boolean): Promise<void> {
    const source = this.#source
    const head = await readHead(source)
    const compression = this.#isClosed ? null : detectCompression(head)
    this.compression = compression
    if (compression === null || this.#decompression === null) this.#head = head
    else this.#source = await this.#unpack(this.#decompression, compression, source, head, isAhead)
    this.#isDetected = true
  }

  async #unpack(
    decompression: Decompression,
    compression: Compression,
    source: ByteSource,
    head: Uint8Array,
    isAhead: boolean,
  ): Promise<ByteSource> {
    if (this.#path === null) return decompression.open(compression, { source, head }, isAhead)
    await source.close() // the file is opened again where it is unpacked
    const file = { path: this.#path, totalBytes: source.totalBytes ?? 0 }
    return decompression.open(compression, file, isAhead)
  }
}

async function readHead(source: ByteSource): Promise<Uint8Array> {
  const head = new Uint8Array(COMPRESSION_MAGIC_BYTES)
  let filled = 0
  while (isUndecided(head.subarray(0, filled))) {
    const bytes = await source.read(head.subarray(filled))
    if (bytes === 0) break
    filled += bytes
  }
  return head.subarray(0, filled)
}
