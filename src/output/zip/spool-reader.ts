import fs from 'node:fs'
import { systemPath } from '../../system-path.js'
import { outputFailure } from '../output-failure.js'
import { ZEROS } from './zip-entry.js'

const WINDOW_BYTES = 1024 * 1024
const NO_BYTES = Buffer.alloc(64 * 1024)

/** Reads the pieces of a worker's spool, whose order is nearly that of the archive. */
export class SpoolReader {
  // Invariant: #window[0, #to - #from) is `[#from, #to)` of the spool.
  readonly #path: string
  readonly #window = Buffer.allocUnsafe(WINDOW_BYTES)
  #descriptor: number | null = null
  #from = 0
  #to = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Hands over a piece in parts, each valid during the call. @throws OutputError */
  read(position: number, length: number, take: (bytes: Buffer, from: number, to: number) => void): void {
    if (position >= this.#from && position + length <= this.#to) {
      take(this.#window, position - this.#from, position - this.#from + length)
      return
    }
    for (const { bytes, from, to } of this.parts(position, length)) take(bytes, from, to)
  }

  /** The parts of a piece, each valid until the next. @throws OutputError */
  *parts(position: number, length: number): Generator<{ bytes: Buffer; from: number; to: number }> {
    for (let left = length; left > 0; ) {
      const isZeros = position === ZEROS
      if (!isZeros && (position < this.#from || position >= this.#to)) this.#fill(position)
      const bytes = isZeros ? NO_BYTES : this.#window
      const from = isZeros ? 0 : position - this.#from
      const count = Math.min(left, (isZeros ? NO_BYTES.length : this.#to - this.#from) - from)
      yield { bytes, from, to: from + count }
      left -= count
      if (!isZeros) position += count
    }
  }

  close(): void {
    if (this.#descriptor !== null) fs.closeSync(this.#descriptor)
    this.#descriptor = null
  }

  #fill(position: number): void {
    try {
      this.#descriptor ??= fs.openSync(systemPath(this.#path), 'r')
      const count = fs.readSync(this.#descriptor, this.#window, 0, WINDOW_BYTES, position)
      if (count === 0) throw new Error('the file has become shorter')
      this.#from = position
      this.#to = position + count
    } catch (error) {
      throw outputFailure(this.#path, error)
    }
  }
}
