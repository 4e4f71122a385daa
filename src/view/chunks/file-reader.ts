import type { FileHandle } from 'node:fs/promises'
import { failureReason, InputError } from '../../errors.js'

/** A connection file that is read at any place. */
export class FileReader {
  readonly path: string
  readonly size: number
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle, size: number) {
    this.path = path
    this.#file = file
    this.size = size
  }

  /** @param path How the file is called in messages. */
  static async of(path: string, file: FileHandle): Promise<FileReader> {
    return new FileReader(path, file, (await file.stat()).size)
  }

  /** Reads `count` bytes at `at`, fewer only at the end of the file. The bytes are the caller's. @throws InputError */
  async read(at: number, count: number): Promise<Buffer> {
    const bytes = Buffer.alloc(Math.max(0, Math.min(count, this.size - at)))
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

  /** @param problem What must hold. */
  bad(at: number, problem: string): InputError {
    return new InputError(`Cannot read "${this.path}" at byte ${at}: ${problem}`, this.path)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
