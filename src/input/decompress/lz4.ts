import type { InputReadProblem } from '../byte-source.js'
import type { CompressedInput } from './compressed-input.js'
import { damaged, endsEarly, followed, type WriteContent } from './decompressor.js'
import { decodeLz4Block } from './lz4-block.js'
import { Xxh32 } from './xxh32.js'

const MAGIC = 0x184d2204
const SKIPPABLE_MAGIC = 0x184d2a50 // to 0x184d2a5f
const WINDOW_BYTES = 64 * 1024
const LARGEST_BLOCK_BYTES = 4 * 1024 * 1024
const LARGEST_HEADER_BYTES = 19
const UNCOMPRESSED = 0x80000000
/** Bits of the descriptor's first byte. */
const Flag = {
  DICTIONARY: 0x01,
  CHECKSUM: 0x04,
  SIZE: 0x08,
  BLOCK_CHECKSUM: 0x10,
  INDEPENDENT: 0x20,
} as const

interface Frame {
  readonly headerBytes: number
  readonly flags: number
  readonly blockBytes: number
}

/**
 * Decompresses lz4 files of any number of frames (LZ4 Frame Format 1.6.4) and verifies all checksums. Needs memory for
 * the window of 64 KiB and twice the largest block, at most 8 MiB.
 */
export function decompressLz4(input: CompressedInput, write: WriteContent): InputReadProblem | null {
  const blocks = new BlockDecoder()
  while (input.ensure(4)) {
    const magic = input.uint32le(0)
    if (magic === MAGIC) {
      const problem = readFrame(input, blocks, write)
      if (problem !== null) return problem
    } else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      if (!input.ensure(8) || !input.skip(8 + input.uint32le(4))) return endsEarly('lz4', input)
    } else {
      break
    }
  }
  return followed('lz4', 'frame', input)
}

function readFrame(
  input: CompressedInput,
  blocks: BlockDecoder,
  write: WriteContent,
): InputReadProblem | null {
  const frame = readHeader(input)
  if (frame === null) return endsEarly('lz4', input)
  if (typeof frame === 'string') return damaged('lz4', input.offset, frame)
  input.take(frame.headerBytes)
  const content = (frame.flags & Flag.CHECKSUM) === 0 ? null : new Xxh32()
  blocks.start(frame)
  for (;;) {
    if (!input.ensure(4)) return endsEarly('lz4', input)
    const word = input.uint32le(0)
    if (word === 0) break
    const offset = input.offset
    input.take(4)
    const found = blocks.read(input, word, content, write)
    if (found === 'end') return endsEarly('lz4', input)
    if (found !== null) return damaged('lz4', offset, found)
  }
  input.take(4)
  if (content === null) return null
  if (!input.ensure(4)) return endsEarly('lz4', input)
  if (input.uint32le(0) !== content.digest())
    return damaged('lz4', input.offset, 'wrong checksum of the content')
  input.take(4)
  return null
}

/** Returns null when the file ends in the header, or a text that says what is wrong with it. */
function readHeader(input: CompressedInput): Frame | string | null {
  if (!input.ensure(7)) return null
  const flags = input.uint8(4)
  const sizeCode = (input.uint8(5) >>> 4) & 7
  if (flags >>> 6 !== 1) return `unknown version ${flags >>> 6}`
  const headerBytes = 7 + ((flags & Flag.SIZE) === 0 ? 0 : 8) + ((flags & Flag.DICTIONARY) === 0 ? 0 : 4)
  if (!input.ensure(Math.min(headerBytes, LARGEST_HEADER_BYTES))) return null
  const checksum = Xxh32.of(input.bytes, input.from + 4, input.from + headerBytes - 1)
  if (((checksum >>> 8) & 0xff) !== input.uint8(headerBytes - 1)) return 'wrong checksum of the header'
  if (sizeCode < 4) return `unknown block size ${sizeCode}`
  if ((flags & Flag.DICTIONARY) !== 0) return 'it needs a dictionary'
  return { headerBytes, flags, blockBytes: 1 << (8 + 2 * sizeCode) }
}

/** Decodes the blocks of a frame in order. */
class BlockDecoder {
  // Invariant: #content[0, #windowBytes) is the earlier content to which the next block may refer.
  #packed = new Uint8Array(0)
  #content = new Uint8Array(0)
  #windowBytes = 0
  #blockBytes = 0
  #flags = 0

  start({ flags, blockBytes }: Frame): void {
    this.#flags = flags
    this.#blockBytes = Math.min(blockBytes, LARGEST_BLOCK_BYTES)
    this.#windowBytes = 0
    if (this.#packed.length >= this.#blockBytes) return
    this.#packed = new Uint8Array(this.#blockBytes)
    this.#content = new Uint8Array(WINDOW_BYTES + this.#blockBytes)
  }

  /** Reads the block after its size. Returns `'end'` when the file ends in it, or what is wrong with it. */
  read(input: CompressedInput, size: number, content: Xxh32 | null, write: WriteContent): string | null {
    const isPacked = (size & UNCOMPRESSED) === 0
    const bytes = size & ~UNCOMPRESSED
    if (bytes > this.#blockBytes) return `a block of ${bytes} bytes, ${this.#blockBytes} are allowed`
    if (!this.#readPacked(input, bytes)) return 'end'
    if ((this.#flags & Flag.BLOCK_CHECKSUM) !== 0) {
      if (!input.ensure(4)) return 'end'
      if (input.uint32le(0) !== Xxh32.of(this.#packed, 0, bytes)) return 'wrong checksum of a block'
      input.take(4)
    }
    const from = this.#windowBytes
    const to = isPacked ? this.#unpack(bytes) : this.#copy(bytes)
    if (to < 0) return 'corrupted block'
    content?.update(this.#content, from, to)
    write(this.#content, from, to)
    this.#keepWindow(to)
    return null
  }

  #readPacked(input: CompressedInput, bytes: number): boolean {
    for (let at = 0; at < bytes; ) {
      if (!input.ensure(1)) return false
      const step = Math.min(bytes - at, input.available)
      this.#packed.set(input.bytes.subarray(input.from, input.from + step), at)
      input.take(step)
      at += step
    }
    return true
  }

  #unpack(bytes: number): number {
    const from = this.#windowBytes
    return decodeLz4Block(this.#packed, 0, bytes, this.#content, from, from + this.#blockBytes)
  }

  #copy(bytes: number): number {
    this.#content.set(this.#packed.subarray(0, bytes), this.#windowBytes)
    return this.#windowBytes + bytes
  }

  #keepWindow(to: number): void {
    if ((this.#flags & Flag.INDEPENDENT) !== 0) return
    const bytes = Math.min(to, WINDOW_BYTES)
    this.#content.copyWithin(0, to - bytes, to)
    this.#windowBytes = bytes
  }
}
