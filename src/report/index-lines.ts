import fs from 'node:fs'
import { open } from 'node:fs/promises'
import { failureReason, InputError } from '../errors.js'
import { systemPath } from '../system-path.js'

const BLOCK_BYTES = 512 * 1024
/** Longest line accepted. A real record is far shorter: it has at most 200 gaps and two paths. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024
const LINE_FEED = 0x0a
const RETURN = 0x0d

/** Reads an index file block by block. */
export interface IndexReading {
  /** Size of the file when it was opened. */
  readonly bytesTotal: number
  /**
   * Passes the lines of the next block to `onLine`, after giving the event loop a turn.
   *
   * @param onLine Receives each line without its line end; empty lines are skipped. `bytes[from, to)` is valid only
   *        during the call; `offset` is the file offset of the line.
   * @returns False at the end of the file.
   * @throws InputError naming the file when it cannot be read, with the offset when a line is too long.
   */
  next(onLine: (bytes: Buffer, from: number, to: number, offset: number) => void): Promise<boolean>
  /** Reads the line of `length` bytes at `offset` again; less where the file has become shorter. @throws InputError */
  line(offset: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** Opens an index of JSON lines. @throws InputError naming the file when it cannot be read. */
export async function openIndex(path: string): Promise<IndexReading> {
  const file = await open(systemPath(path), fs.constants.O_RDONLY).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  try {
    const stats = await file.stat().catch((cause: unknown) => {
      throw unreadable(path, cause)
    })
    if (stats.isDirectory()) throw new InputError(`Cannot read "${path}": it is a folder`, path)
    return new IndexFileReading(path, file, stats.size)
  } catch (error) {
    await file.close()
    throw error
  }
}

function unreadable(path: string, cause: unknown): InputError {
  return new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
}

class IndexFileReading implements IndexReading {
  // Invariant: #buffer[0, #kept) is the start of a line whose end was not read yet; its file offset is #offset.
  readonly bytesTotal: number
  readonly #path: string
  readonly #file: fs.promises.FileHandle
  #buffer = Buffer.allocUnsafeSlow(2 * BLOCK_BYTES)
  #kept = 0
  #offset = 0

  constructor(path: string, file: fs.promises.FileHandle, bytesTotal: number) {
    this.#path = path
    this.#file = file
    this.bytesTotal = bytesTotal
  }

  async next(onLine: (bytes: Buffer, from: number, to: number, offset: number) => void): Promise<boolean> {
    if (this.#kept > MAX_LINE_BYTES) {
      throw new InputError(
        `Cannot read "${this.#path}" at byte ${this.#offset}: line must be at most ${MAX_LINE_BYTES} bytes long`,
        this.#path,
      )
    }
    if (this.#buffer.length - this.#kept < BLOCK_BYTES) this.#grow()
    const { bytesRead } = await this.#file
      .read(this.#buffer, this.#kept, BLOCK_BYTES, null)
      .catch((cause: unknown) => {
        throw unreadable(this.#path, cause)
      })
    const end = this.#kept + bytesRead
    let from = 0
    const lines = this.#buffer.subarray(0, end)
    for (let to = lines.indexOf(LINE_FEED, this.#kept); to >= 0; to = lines.indexOf(LINE_FEED, from)) {
      this.#give(from, to, onLine)
      from = to + 1
    }
    if (bytesRead === 0) {
      this.#give(from, end, onLine)
      this.#kept = 0
      return false
    }
    this.#buffer.copyWithin(0, from, end)
    this.#kept = end - from
    this.#offset += from
    return true
  }

  async line(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await this.#file.read(bytes, 0, length, offset).catch((cause: unknown) => {
      throw unreadable(this.#path, cause)
    })
    return bytes.subarray(0, bytesRead)
  }

  close(): Promise<void> {
    return this.#file.close().catch(() => {}) // what was read is already used
  }

  #give(
    from: number,
    to: number,
    onLine: (bytes: Buffer, from: number, to: number, offset: number) => void,
  ): void {
    const end = to > from && this.#buffer[to - 1] === RETURN ? to - 1 : to
    if (end > from) onLine(this.#buffer, from, end, this.#offset + from)
  }

  #grow(): void {
    const grown = Buffer.allocUnsafeSlow(this.#buffer.length * 2)
    this.#buffer.copy(grown, 0, 0, this.#kept)
    this.#buffer = grown
  }
}
