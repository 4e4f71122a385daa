import { closeSync, openSync, readSync } from 'node:fs'
import type { Input } from '../../input/input.js'
import type { InputBytes } from '../../stream/recent-segments.js'
import { systemPath } from '../../system-path.js'

/** Files that stay open. */
const MOST_OPEN = 4

/** Reads bytes of a run's inputs again, of those that are files. */
export class InputFiles implements InputBytes {
  readonly #inputs: readonly Pick<Input, 'kind' | 'path'>[]
  /** Descriptors by number of the input, the one that was used last at the end. */
  readonly #open = new Map<number, number>()

  constructor(inputs: readonly Pick<Input, 'kind' | 'path'>[]) {
    this.#inputs = inputs
  }

  canRead(input: number): boolean {
    return this.#inputs[input]?.kind === 'file'
  }

  read(input: number, offset: number, target: Uint8Array): boolean {
    try {
      const descriptor = this.#descriptorOf(input)
      let at = 0
      while (at < target.length) {
        const count = readSync(descriptor, target, at, target.length - at, offset + at)
        if (count === 0) return false
        at += count
      }
      return true
    } catch {
      return false // it is told as bytes that nothing was compared with
    }
  }

  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor)
    this.#open.clear()
  }

  #descriptorOf(input: number): number {
    const descriptor = this.#open.get(input) ?? openSync(systemPath(this.#inputs[input]!.path), 'r')
    this.#open.delete(input)
    this.#open.set(input, descriptor)
    if (this.#open.size > MOST_OPEN) {
      const [oldest, unused] = this.#open.entries().next().value!
      this.#open.delete(oldest)
      closeSync(unused)
    }
    return descriptor
  }
}
