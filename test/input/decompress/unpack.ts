import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InputReadProblem } from '../../../src/input/byte-source.js'
import type { Compression } from '../../../src/input/compression.js'
import { CompressedInput } from '../../../src/input/decompress/compressed-input.js'
import { loadDecompressor } from '../../../src/input/decompress/load-decompressor.js'

/** What the files in test/input/data hold. */
export const CONTENT = Buffer.from(
  Array.from({ length: 6000 }, (_, i) => `connection ${i} of 6000\n`).join(''),
)

/** A file of test/input/data. */
export function packed(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, '..', 'data', name))
}

/** The compressed bytes as an input that gives `pieceBytes` at a time. @param canSeek As a file can, and a stream cannot. */
export function inputOf(bytes: Uint8Array, pieceBytes = Infinity, canSeek = false): CompressedInput {
  let at = 0
  const read = (target: Uint8Array) => {
    const piece = bytes.subarray(at, at + Math.min(pieceBytes, target.length))
    target.set(piece)
    at += piece.length
    return piece.length
  }
  const seek = (offset: number) => {
    at = offset
  }
  return new CompressedInput(read, canSeek ? seek : null)
}

/** What a decompressor makes of `bytes`. */
export async function unpack(
  compression: Compression,
  bytes: Uint8Array,
  pieceBytes?: number,
  canSeek?: boolean,
): Promise<{ content: Buffer; problem: InputReadProblem | null }> {
  const decompress = await loadDecompressor(compression)
  const parts: Buffer[] = []
  const problem = decompress(inputOf(bytes, pieceBytes, canSeek), (written, from, to) => {
    parts.push(Buffer.from(written.slice(from, to)))
  })
  return { content: Buffer.concat(parts), problem }
}
