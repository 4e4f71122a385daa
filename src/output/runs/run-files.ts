import fs from 'node:fs'
import { join } from 'node:path'
import type { FileSlots } from '../files/file-slots.js'
import { runFileFailure } from '../output-failure.js'

const WRITE_BYTES = 256 * 1024
/** So few bytes are copied faster one by one. */
const SHORT_BYTES = 256

/** Writes temporary files of one worker, one after the other, each through one buffer. */
export class RunFiles {
  readonly #slots: FileSlots
  readonly #prefix: string
  /** Where the next file is made. */
  folder: string
  readonly paths: string[] = []
  readonly #block = Buffer.allocUnsafe(WRITE_BYTES)
  #used = 0
  #descriptor = -1

  /** @param prefix Of the files' names, unlike any other's. */
  constructor(slots: FileSlots, folder: string, prefix: string) {
    this.#slots = slots
    this.folder = folder
    this.#prefix = prefix
  }

  /** Makes a file of what `fill` puts. @throws OutputError */
  write(fill: () => void): void {
    const path = join(this.folder, `${this.#prefix}-${this.paths.length}.run`)
    this.#slots.withSlot(() => {
      try {
        this.#descriptor = fs.openSync(path, 'wx', 0o600)
        try {
          fill()
          this.#flush()
        } finally {
          fs.closeSync(this.#descriptor)
        }
      } catch (error) {
        throw runFileFailure(path, error)
      }
    })
    this.paths.push(path)
  }

  put(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const take = Math.min(to - at, WRITE_BYTES - this.#used)
      if (take > SHORT_BYTES) this.#block.set(bytes.subarray(at, at + take), this.#used)
      else for (let i = 0; i < take; i++) this.#block[this.#used + i] = bytes[at + i]!
      this.#used += take
      at += take
      if (this.#used === WRITE_BYTES) this.#flush()
    }
  }

  #flush(): void {
    fs.writeFileSync(this.#descriptor, this.#block.subarray(0, this.#used))
    this.#used = 0
  }
}
