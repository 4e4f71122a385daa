import type { InputReadProblem } from '../byte-source.js'
import { BitReader, EndOfInput } from './bit-reader.js'
import { BlockDamage, Bzip2Block } from './bzip2-block.js'
import { bzip2Crc } from './bzip2-crc.js'
import type { CompressedInput } from './compressed-input.js'
import { damaged, endsEarly, followed, type WriteContent } from './decompressor.js'

const BLOCK_UNIT_BYTES = 100_000
const LARGEST_BLOCK_BYTES = 9 * BLOCK_UNIT_BYTES
const BLOCK_MAGIC = [0x314159, 0x265359] as const
const END_MAGIC = [0x177245, 0x385090] as const
/** After this many equal bytes, a byte gives the number of further copies. */
const RUN_BYTES = 4
/** Bytes of a block at a time. */
const STEP_BYTES = 4096
/** Most content of a block that is held back until its checksum is known. */
const CONTENT_BYTES = 4 * 1024 * 1024
const LONGEST_STEP_BYTES = STEP_BYTES * 255

/** Decompresses bzip2 files of any number of streams. Needs 9 MiB of memory. */
export function decompressBzip2(input: CompressedInput, write: WriteContent): InputReadProblem | null {
  const block = new Bzip2Block(LARGEST_BLOCK_BYTES)
  const content = new BlockContent(write)
  while (input.ensure(4) && isStream(input)) {
    const mostBytes = (input.uint8(3) - 0x30) * BLOCK_UNIT_BYTES
    input.take(4)
    const reader = new BitReader(input)
    let offset = input.offset
    let streamCrc = 0
    try {
      for (;;) {
        offset = reader.offset
        const [high, low] = [reader.read(24), reader.read(24)]
        const crc = reader.readUint32()
        if (high === END_MAGIC[0] && low === END_MAGIC[1]) {
          if (crc !== streamCrc >>> 0) return damaged('bzip2', offset, 'wrong checksum of the stream')
          reader.finish()
          break
        }
        if (high !== BLOCK_MAGIC[0] || low !== BLOCK_MAGIC[1]) return damaged('bzip2', offset, 'no block')
        block.read(reader)
        if (block.length > mostBytes) return damaged('bzip2', offset, 'block too long')
        if (content.writeBlock(block) !== crc) return damaged('bzip2', offset, 'wrong checksum of a block')
        content.flush()
        streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ crc
      }
    } catch (error) {
      if (error instanceof EndOfInput) return endsEarly('bzip2', input)
      if (error instanceof BlockDamage) return damaged('bzip2', offset, error.message)
      throw error
    }
  }
  return followed('bzip2', 'stream', input)
}

function isStream(input: CompressedInput): boolean {
  const level = input.uint8(3) - 0x30
  return (
    input.uint8(0) === 0x42 && input.uint8(1) === 0x5a && input.uint8(2) === 0x68 && level >= 1 && level <= 9
  )
}

/** Expands the runs of a block. */
class BlockContent {
  // Invariant: #bytes[0, #length) is content of the block not yet passed to #write.
  readonly #write: WriteContent
  readonly #bytes = new Uint8Array(CONTENT_BYTES)
  readonly #step = new Uint8Array(STEP_BYTES)
  #length = 0
  #crc = 0

  constructor(write: WriteContent) {
    this.#write = write
  }

  /** Expands a block for `flush()` to write. Content that does not fit is written at once. Returns the block's CRC. */
  writeBlock(block: Bzip2Block): number {
    this.#length = 0
    this.#crc = -1
    let last = -1
    let run = 0
    for (let left = block.length; left > 0; ) {
      const count = Math.min(left, STEP_BYTES)
      block.take(this.#step, count)
      left -= count
      if (CONTENT_BYTES - this.#length < LONGEST_STEP_BYTES) this.#writeEarly()
      for (let at = 0; at < count; at++) {
        const byte = this.#step[at] ?? 0
        if (run === RUN_BYTES) {
          this.#bytes.fill(last, this.#length, this.#length + byte)
          this.#length += byte
          run = 0
          last = -1
          continue
        }
        run = byte === last ? run + 1 : 1
        last = byte
        this.#bytes[this.#length++] = byte
      }
    }
    this.#crc = bzip2Crc(this.#crc, this.#bytes, 0, this.#length)
    return ~this.#crc >>> 0
  }

  flush(): void {
    this.#write(this.#bytes, 0, this.#length)
    this.#length = 0
  }

  #writeEarly(): void {
    this.#crc = bzip2Crc(this.#crc, this.#bytes, 0, this.#length)
    this.flush()
  }
}
