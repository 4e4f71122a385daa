import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { failureReason, OutputError } from '../errors.js'
import { readFully } from '../read-fully.js'

/**
 * A temporary file for early segments that memory has no room for. It has no name in the file system. When everything in it
 * has been freed, its space is used again from the start.
 */
export class SpillFile {
  readonly #path: string
  #descriptor = -1
  #end = 0
  #keptBytes = 0

  /** @param path Where the file is created when it is first needed. */
  constructor(path: string) {
    this.#path = path
  }

  /** Writes `bytes[from, to)`. Returns the position for `read()`. @throws OutputError */
  write(bytes: Uint8Array, from: number, to: number): number {
    const position = this.#end
    this.rewrite(position, bytes, from, to)
    this.#end += to - from
    this.#keptBytes += to - from
    return position
  }

  /** Overwrites what is at `position` with `bytes[from, to)`. @throws OutputError */
  rewrite(position: number, bytes: Uint8Array, from: number, to: number): void {
    try {
      if (this.#descriptor < 0) this.#open()
      let at = from
      while (at < to) at += writeSync(this.#descriptor, bytes, at, to - at, position + at - from)
    } catch (cause) {
      throw new OutputError(
        `Cannot write temporary file "${this.#path}": ${failureReason(cause)}`,
        this.#path,
        { cause },
      )
    }
  }

  /** Fills `target` with what was written at `position`. @throws OutputError */
  read(position: number, target: Uint8Array): void {
    try {
      if (readFully(this.#descriptor, target, position) < target.length)
        throw new Error('the file is shorter than what was written')
    } catch (cause) {
      throw new OutputError(
        `Cannot read temporary file "${this.#path}": ${failureReason(cause)}`,
        this.#path,
        { cause },
      )
    }
  }

  /** Frees `bytes` of the bytes that were written. */
  free(bytes: number): void {
    this.#keptBytes -= bytes
    if (this.#keptBytes > 0) return
    this.#end = 0
    try {
      ftruncateSync(this.#descriptor)
    } catch {} // its space is used again even so
  }

  close(): void {
    const descriptor = this.#descriptor
    this.#descriptor = -1
    try {
      if (descriptor >= 0) closeSync(descriptor)
    } catch {} // nobody needs its content any more
  }

  #open(): void {
    this.#descriptor = openSync(this.#path, 'wx+', 0o600)
    unlinkSync(this.#path)
  }
}
