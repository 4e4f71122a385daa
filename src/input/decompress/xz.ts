import xz from 'xz-decompress'
import type { InputReadProblem } from '../byte-source.js'
import type { CompressedInput } from './compressed-input.js'
import { type Decompressor, damaged, endsEarly, followed, type WriteContent } from './decompressor.js'

/** The functions of the package's module, XZ Embedded. A context is a structure in its memory. */
interface XzExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly create_context: () => number
  readonly destroy_context: (context: number) => void
  readonly supply_input: (context: number, bytes: number) => void
  readonly get_next_output: (context: number) => number
}

/** Private parts of the package's class. */
interface XzModule {
  readonly _getModuleInstance: () => Promise<void>
  readonly _moduleInstance: { readonly exports: unknown }
}

// `enum xz_ret` of xz.h.
const OK = 0
const STREAM_END = 1
const FORMAT_ERROR = 5
const BUF_ERROR = 8
/**
 * Bytes passed to the decoder at a time. Few, because it yields none of their content if they are damaged. 64 KiB at a
 * time would hardly be faster.
 */
const PIECE_BYTES = 512
const ERRORS: Readonly<Record<number, string>> = {
  3: 'no memory for its dictionary',
  4: 'its dictionary is larger than 64 MiB, which is the limit',
  6: 'unsupported: a check other than CRC32 and CRC64, or a filter other than LZMA2',
  7: 'corrupted block',
}

/**
 * Calls the package's WebAssembly module directly, because its stream drops the content before damage and reports no
 * offset.
 *
 * @returns A decompressor of xz files of any number of streams, with LZMA2 dictionaries of up to 64 MiB (`xz -9`).
 */
export async function loadXz(): Promise<Decompressor> {
  const module = xz.XzReadableStream as unknown as XzModule
  await module._getModuleInstance()
  const exports = module._moduleInstance.exports as XzExports
  return (input, write) => {
    const context = new XzContext(exports)
    try {
      return decompress(context, input, write)
    } finally {
      context.free()
    }
  }
}

function decompress(
  context: XzContext,
  input: CompressedInput,
  write: WriteContent,
): InputReadProblem | null {
  for (;;) {
    const isOver = !input.ensure(1)
    const count = Math.min(input.available, PIECE_BYTES)
    const result = context.decompress(input.bytes, input.from, input.from + count, write)
    input.take(Math.min(count, context.taken))
    if (result === STREAM_END) return input.problem
    if (result === FORMAT_ERROR) return followed('xz', 'stream', input)
    if (result === BUF_ERROR) return endsEarly('xz', input)
    if (result !== OK) return damaged('xz', input.offset, ERRORS[result] ?? `error ${result}`)
    if (isOver) return endsEarly('xz', input)
  }
}

/** A decompression context. Its structure has six uint32: buffer size, input, input taken, input size, output, made. */
class XzContext {
  readonly #exports: XzExports
  readonly #context: number
  readonly #bufferBytes: number
  #memory = new Uint8Array(0)
  #words = new Uint32Array(0)

  constructor(exports: XzExports) {
    this.#exports = exports
    this.#context = exports.create_context()
    this.#refresh()
    this.#bufferBytes = this.#word(0)
  }

  /** Number of bytes of the latest input that were consumed. */
  get taken(): number {
    return this.#word(2)
  }

  /** Decompresses `bytes[from, to)`, at most PIECE_BYTES; empty at the end of the file. Returns an `xz_ret`. */
  decompress(bytes: Uint8Array, from: number, to: number, write: WriteContent): number {
    this.#refresh()
    if (to > from) this.#memory.set(bytes.subarray(from, to), this.#word(1))
    this.#exports.supply_input(this.#context, to - from)
    for (;;) {
      const result = this.#exports.get_next_output(this.#context)
      this.#refresh()
      const made = this.#word(5)
      const output = this.#word(4)
      if (made > 0) write(this.#memory, output, output + made)
      this.#words[5] = 0
      if (result !== OK || (made < this.#bufferBytes && this.taken === to - from)) return result
    }
  }

  free(): void {
    this.#exports.destroy_context(this.#context)
  }

  // Views of the memory become invalid when it grows.
  #refresh(): void {
    const { buffer } = this.#exports.memory
    if (this.#memory.buffer === buffer) return
    this.#memory = new Uint8Array(buffer)
    this.#words = new Uint32Array(buffer, this.#context, 7)
  }

  #word(index: number): number {
    return this.#words[index] ?? 0
  }
}
