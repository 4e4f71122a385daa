import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs'
import { codeOf, failureReason, InputError, inputErrorKind } from '../errors.js'
import { systemPath } from '../system-path.js'
import type { ByteSource, InputReadProblem } from './byte-source.js'

/**
 * The rest of a file up to this length is read synchronously: for many small files, the thread pool would cost more than
 * the reads.
 */
const SMALL_BYTES = 64 * 1024

const BECAME_SHORTER = 'the file has become shorter while it was read'

/** Reads a regular file. */
export class FileByteSource implements ByteSource {
  // Invariants: #fd is open until close(); its position is #bytesRead. #pending is the current read.
  #fd: number | null
  #pending: Promise<number> | null = null
  #bytesRead = 0
  #isAtEnd = false
  readonly totalBytes: number
  readonly isDecompressed = false
  problem: InputReadProblem | null = null

  /** @param fd Of a regular file, at its beginning. The source closes it. */
  constructor(fd: number, totalBytes: number) {
    this.#fd = fd
    this.totalBytes = totalBytes
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  async read(target: Uint8Array): Promise<number> {
    const fd = this.#fd
    if (fd === null || this.#isAtEnd) return 0
    try {
      const isSmall = this.totalBytes - this.#bytesRead <= SMALL_BYTES
      const bytes = isSmall
        ? readSync(fd, target, 0, target.length, null)
        : await this.#readInPool(fd, target)
      this.#bytesRead += bytes
      this.#isAtEnd = bytes === 0 || (bytes < target.length && this.#bytesRead >= this.totalBytes)
      if (bytes === 0 && this.#bytesRead < this.totalBytes)
        this.problem = { offset: this.#bytesRead, message: BECAME_SHORTER, isOfSystem: true }
      return bytes
    } catch (error) {
      this.#isAtEnd = true
      this.problem = readProblem(this.#bytesRead, error)
      return 0
    }
  }

  async close(): Promise<void> {
    const fd = this.#fd
    this.#fd = null
    this.#isAtEnd = true
    // If the descriptor were closed during a read, the read might run when the number already belongs to another file.
    await this.#pending?.catch(() => 0)
    if (fd !== null) closeQuietly(fd)
  }

  async #readInPool(fd: number, target: Uint8Array): Promise<number> {
    this.#pending = new Promise((resolve, reject) => {
      read(fd, target, 0, target.length, null, (error, bytes) => (error ? reject(error) : resolve(bytes)))
    })
    try {
      return await this.#pending
    } finally {
      this.#pending = null
    }
  }
}

/** Opens a file whose parts are read where they stand. @throws InputError */
export function openParts(path: string): { readonly descriptor: number; readonly totalBytes: number } {
  try {
    const descriptor = openSync(systemPath(path), 'r')
    return { descriptor, totalBytes: fstatSync(descriptor).size }
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
  }
}

/** Closes a descriptor that was only read from. Ignores errors, which do not change what was read. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch {}
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENXIO: 'it is not a regular file',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ELOOP: 'too many symbolic links',
}

/** Makes the problem for a failure to open or read an input at `offset`. */
export function readProblem(offset: number, error: unknown): InputReadProblem {
  const kind = inputErrorKind(error)
  return { offset, message: reason(error), isOfSystem: true, ...(kind === 'input' ? {} : { kind }) }
}

/** Why a file operation failed, in words. */
export function reason(error: unknown): string {
  return REASONS[codeOf(error)] ?? failureReason(error)
}
