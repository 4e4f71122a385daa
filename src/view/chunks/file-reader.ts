import { failureReason, InputError } from '../../errors.js'

/** Bytes read at a time: the next request is usually nearby. */
const WINDOW_BYTES = 64 * 1024

/** An open file, or a part of one that stands for a file. */
export interface OpenedFile {
  stat(): Promise<{ readonly size: number }>
  read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>
  close(): Promise<void>
}

/** Reads a connection file at any offset. */
export class FileReader {
  // Invariant: #window holds the file's bytes from #windowFrom on. It is replaced, never modified.
  readonly path: string
  readonly size: number
  readonly #file: OpenedFile
  #window: Buffer = Buffer.alloc(0)
  #windowFrom = 0

  private constructor(path: string, file: OpenedFile, size: number) {
    this.path = path
    this.#file = file
    this.size = size
  }

  /** @param path Name of the file in messages. */
  static async of(path: string, file: OpenedFile): Promise<FileReader> {
    return new FileReader(path, file, (await file.stat()).size)
  }

  /** Reads `count` bytes at `at`; fewer only at the end of the file. Callers must not modify them. @throws InputError */
  async read(at: number, count: number): Promise<Buffer> {
    const to = Math.min(at + count, this.size)
    const isInWindow = at >= this.#windowFrom && to <= this.#windowFrom + this.#window.length
    if (at < to && !isInWindow) {
      this.#window = await this.#load(at, Math.min(Math.max(count, WINDOW_BYTES), this.size - at))
      this.#windowFrom = at
    }
    return this.#window.subarray(Math.max(0, at - this.#windowFrom), Math.max(0, to - this.#windowFrom))
  }

  async #load(at: number, count: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(count)
    try {
      let length = 0
      while (length < bytes.length) {
        const { bytesRead } = await this.#file.read(bytes, length, bytes.length - length, at + length)
        if (bytesRead === 0) break
        length += bytesRead
      }
      return bytes.subarray(0, length)
    } catch (cause) {
      throw new InputError(`Cannot read "${this.path}": ${failureReason(cause)}`, this.path, { cause })
    }
  }

  /** Makes an error about byte `at`. @param problem The condition that does not hold. */
  bad(at: number, problem: string): InputError {
    return new InputError(`Cannot read "${this.path}" at byte ${at}: ${problem}`, this.path)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
