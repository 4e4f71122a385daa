import { ZSTDDecoder } from 'zstddec/stream'
import type { CompressedInput } from './compressed-input.js'
import { type Decompressor, damaged, endsEarly, followed, type WriteContent } from './decompressor.js'

/** The functions of the zstd library (1.5) in the package's module. */
interface ZstdExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly malloc: (bytes: number) => number
  readonly free: (position: number) => void
  readonly ZSTD_createDCtx: () => number
  readonly ZSTD_freeDCtx: (context: number) => void
  readonly ZSTD_decompressStream: (context: number, output: number, input: number) => number
}

const MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50 // to 0x184d2a5f (RFC 8878 section 3.1.2)
/** The largest compressed block with its header (RFC 8878 section 3.1.1.2), and more than any frame header. */
const INPUT_BYTES = 128 * 1024 + 3
const OUTPUT_BYTES = 128 * 1024
/** Bytes at the start of a frame that the library requests first. */
const FRAME_START_BYTES = 5
/** Results above this are errors, counted down from 2^32: `ZSTD_ErrorCode` of zstd_errors.h. */
const LEAST_ERROR = 2 ** 32 - 120
const ERRORS: Readonly<Record<number, string>> = {
  14: 'unsupported frame parameter',
  16: 'its window is larger than 128 MiB, which is the limit',
  20: 'corrupted block',
  22: 'wrong checksum',
  30: 'corrupted block',
  32: 'it needs a dictionary',
  64: 'no memory for its window',
}

/** @returns A decompressor of zstd files of any number of frames (RFC 8878), with windows of up to 128 MiB. */
export async function loadZstd(): Promise<Decompressor> {
  const exports = await loadModule()
  return (input, write) => {
    const stream = new ZstdStream(exports)
    try {
      return decompress(stream, input, write)
    } finally {
      stream.free()
    }
  }
}

/**
 * Calls the package's WebAssembly module, the zstd library, directly, because the package's decoder loops forever on
 * damaged data and drops content at the end of a piece.
 */
async function loadModule(): Promise<ZstdExports> {
  let exports: ZstdExports | null = null
  class Decoder extends ZSTDDecoder {
    // Called without `this`.
    override _init(result: Parameters<ZSTDDecoder['_init']>[0]): void {
      super._init(result)
      exports = result.instance.exports as unknown as ZstdExports
    }
  }
  await new Decoder().init()
  if (exports === null) throw new Error('bug: the zstd module was loaded twice')
  return exports
}

function decompress(stream: ZstdStream, input: CompressedInput, write: WriteContent) {
  while (input.ensure(4) && isFrame(input.uint32le(0))) {
    let wanted = FRAME_START_BYTES
    while (wanted > 0) {
      if (!input.ensure(1)) return endsEarly('zstd', input)
      const count = Math.min(wanted, INPUT_BYTES, input.available)
      wanted = stream.decompress(input.bytes, input.from, input.from + count, write)
      if (wanted >= LEAST_ERROR) return problemOf(2 ** 32 - wanted, input.offset)
      input.take(count)
    }
  }
  return followed('zstd', 'frame', input)
}

function isFrame(magic: number): boolean {
  return magic === MAGIC || (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC
}

function problemOf(code: number, offset: number) {
  return damaged('zstd', offset, ERRORS[code] ?? `error ${code}`)
}

/** A decompression context of the library, with buffers in its memory. */
class ZstdStream {
  readonly #exports: ZstdExports
  readonly #context: number
  readonly #input: number
  readonly #output: number
  /** Two structures of three uint32: `ZSTD_inBuffer` and `ZSTD_outBuffer`, each position, size, done. */
  readonly #buffers: number

  constructor(exports: ZstdExports) {
    this.#exports = exports
    this.#context = exports.ZSTD_createDCtx()
    this.#input = exports.malloc(INPUT_BYTES)
    this.#output = exports.malloc(OUTPUT_BYTES)
    this.#buffers = exports.malloc(24)
  }

  /**
   * Decompresses `bytes[from, to)`, at most INPUT_BYTES.
   *
   * @returns Number of bytes that the library requests next; 0 at the end of a frame; LEAST_ERROR or more for an error.
   */
  decompress(bytes: Uint8Array, from: number, to: number, write: WriteContent): number {
    this.#memory().set(bytes.subarray(from, to), this.#input)
    this.#setBuffer(this.#buffers, this.#input, to - from)
    for (;;) {
      this.#setBuffer(this.#buffers + 12, this.#output, OUTPUT_BYTES)
      const result =
        this.#exports.ZSTD_decompressStream(this.#context, this.#buffers + 12, this.#buffers) >>> 0
      const made = this.#word(this.#buffers + 20)
      if (made > 0) write(this.#memory(), this.#output, this.#output + made)
      const isTaken = this.#word(this.#buffers + 8) === to - from
      if (result >= LEAST_ERROR || (isTaken && made < OUTPUT_BYTES)) return result
      if (result === 0 && isTaken) return result
    }
  }

  free(): void {
    for (const position of [this.#input, this.#output, this.#buffers]) this.#exports.free(position)
    this.#exports.ZSTD_freeDCtx(this.#context)
  }

  // The library's memory moves when it grows.
  #memory(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer)
  }

  #word(position: number): number {
    return new DataView(this.#exports.memory.buffer).getUint32(position, true)
  }

  #setBuffer(position: number, bytes: number, size: number): void {
    const view = new DataView(this.#exports.memory.buffer)
    view.setUint32(position, bytes, true)
    view.setUint32(position + 4, size, true)
    view.setUint32(position + 8, 0, true)
  }
}
