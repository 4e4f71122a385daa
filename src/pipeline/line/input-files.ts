import { openSync } from 'node:fs'
import { closeQuietly } from '../../input/file-source.js'
import type { Input } from '../../input/input.js'
import { readFully } from '../../read-fully.js'
import type { InputBytes } from '../../stream/recent-segments.js'
import { systemPath } from '../../system-path.js'

/** Inputs that stay open: those that were read last. */
const MOST_OPEN = 4
const BLOCK_BYTES = 16 * 1024
/** Blocks that are kept, for what is compared piece by piece. */
const MOST_BLOCKS = 16

interface OpenInput {
  readonly descriptor: number
  /** Blocks by their number, in the order in which they were read. */
  readonly blocks: Map<number, Uint8Array>
}

/**
 * Reads bytes of a run's inputs again, of those that are files. An input is opened when its first window comes, so that
 * another file that takes its path later is never read.
 */
export class InputFiles implements InputBytes {
  readonly #inputs: readonly Pick<Input, 'kind' | 'path'>[]
  /** By number of the input, the one that was opened last at the end. */
  readonly #open = new Map<number, OpenInput>()

  /** @param inputs By their numbers. */
  constructor(inputs: readonly Pick<Input, 'kind' | 'path'>[]) {
    this.#inputs = inputs
  }

  /** Opens an input for later reads. Returns false where it is not a file, or cannot be opened. */
  open(input: number): boolean {
    if (this.#open.has(input)) return true
    const { kind, path } = this.#inputs[input]!
    if (kind !== 'file') return false
    try {
      this.#open.set(input, { descriptor: openSync(systemPath(path), 'r'), blocks: new Map() })
    } catch {
      return false // its bytes are copied then
    }
    if (this.#open.size > MOST_OPEN) this.#close(this.#open.keys().next().value!)
    return true
  }

  read(input: number, offset: number, target: Uint8Array): boolean {
    const open = this.#open.get(input)
    if (open === undefined) return false
    for (let at = 0; at < target.length; ) {
      const number = Math.floor((offset + at) / BLOCK_BYTES)
      const from = offset + at - number * BLOCK_BYTES
      const part = blockOf(open, number).subarray(from, from + target.length - at)
      if (part.length === 0) return false
      target.set(part, at)
      at += part.length
    }
    return true
  }

  close(): void {
    for (const input of [...this.#open.keys()]) this.#close(input)
  }

  #close(input: number): void {
    closeQuietly(this.#open.get(input)!.descriptor)
    this.#open.delete(input)
  }
}

/** A block of a file; shorter where the file ends or cannot be read. */
function blockOf({ descriptor, blocks }: OpenInput, number: number): Uint8Array {
  const kept = blocks.get(number)
  if (kept !== undefined) return kept
  let block: Uint8Array = new Uint8Array(BLOCK_BYTES)
  if (blocks.size === MOST_BLOCKS) {
    const [oldest, buffer] = blocks.entries().next().value!
    blocks.delete(oldest)
    block = new Uint8Array(buffer.buffer, 0, BLOCK_BYTES)
  }
  const whole = block.subarray(0, bytesRead(descriptor, block, number * BLOCK_BYTES))
  if (whole.length === BLOCK_BYTES) blocks.set(number, whole)
  return whole
}

function bytesRead(descriptor: number, target: Uint8Array, position: number): number {
  try {
    return readFully(descriptor, target, position)
  } catch {
    return 0 // these bytes count as not compared
  }
}
