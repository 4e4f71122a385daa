import { failureReason, OutputError } from '../../errors.js'
import { RecordFile } from '../record-file.js'
import type { RecordTaker, RunLayout } from './merge-runs.js'

const READ_BYTES = 128 * 1024
/** A record that must be in memory as a whole is never longer. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024

/** Reads the records of one sorted run in turn. */
export class RunReader {
  // Invariant: after next() has returned true, the current record begins at #file.at: its header is in memory, and all of
  // it where the key goes to its end.
  readonly #path: string
  readonly #layout: RunLayout
  readonly #order: number
  readonly #file: RecordFile
  /** Bytes of the current record. */
  #bytes = 0

  /** @param order Decides between equal keys: the lower one is first. @throws OutputError */
  constructor(path: string, layout: RunLayout, order: number) {
    this.#path = path
    this.#layout = layout
    this.#order = order
    this.#file = this.#attempt(() => new RecordFile(path, READ_BYTES))
  }

  /** Goes to the next record; the one before has been handed over. Returns false at the end. @throws OutputError */
  next(): boolean {
    const { headerBytes, keyTo } = this.#layout
    const file = this.#file
    if (!this.#fill(headerBytes)) {
      if (file.isAtEnd) return false
      throw this.#refusal('it ends inside a record')
    }
    this.#bytes = headerBytes + this.#layout.contentBytes(file.buffer, file.at)
    if (keyTo !== null) return true
    if (this.#bytes > MAX_RECORD_BYTES) throw this.#refusal('a record is too long')
    if (this.#fill(this.#bytes)) return true
    throw this.#refusal('it ends inside a record')
  }

  /** Hands over the current record, and passes it. Returns its length in bytes. @throws OutputError */
  handOver(taker: RecordTaker): number {
    const file = this.#file
    const { headerBytes } = this.#layout
    taker.begin(file.buffer, file.at)
    file.at += headerBytes
    for (let left = this.#bytes - headerBytes; left > 0; ) {
      if (!this.#fill(1)) throw this.#refusal('it ends inside a record')
      const count = Math.min(left, file.available)
      taker.content(file.buffer, file.at, file.at + count)
      file.at += count
      left -= count
    }
    return this.#bytes
  }

  /** The key of the current record. Valid until the next call. */
  key(): Buffer {
    const { keyFrom, keyTo } = this.#layout
    const { buffer, at } = this.#file
    return buffer.subarray(at + keyFrom, at + (keyTo ?? this.#bytes))
  }

  /** Order of the current records of two readers. */
  compare(other: RunReader): number {
    return this.#compareKeys(other) || this.#order - other.#order
  }

  close(): void {
    this.#file.close()
  }

  #compareKeys(other: RunReader): number {
    const { keyFrom, keyTo } = this.#layout
    const a = this.#file.buffer
    const b = other.#file.buffer
    const aAt = this.#file.at
    const bAt = other.#file.at
    const aTo = keyTo ?? this.#bytes
    const bTo = keyTo ?? other.#bytes
    const length = Math.min(aTo, bTo)
    for (let i = keyFrom; i < length; i++) {
      const difference = a[aAt + i]! - b[bAt + i]!
      if (difference !== 0) return difference
    }
    return aTo - bTo
  }

  #fill(needed: number): boolean {
    if (this.#file.available >= needed) return true
    return this.#attempt(() => this.#file.fill(needed))
  }

  #attempt<T>(read: () => T): T {
    try {
      return read()
    } catch (cause) {
      const message = `Cannot read "${this.#path}": ${failureReason(cause)}`
      throw new OutputError(message, this.#path, { cause, kind: 'run' })
    }
  }

  #refusal(problem: string): OutputError {
    const message = `Cannot merge "${this.#path}": ${problem}`
    return new OutputError(message, this.#path, { kind: 'run' })
  }
}
