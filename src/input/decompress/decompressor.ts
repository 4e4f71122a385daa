import type { InputReadProblem } from '../byte-source.js'
import type { CompressedInput } from './compressed-input.js'

/** Takes `bytes[from, to)` of the content, which are valid only during the call. */
export type WriteContent = (bytes: Uint8Array, from: number, to: number) => void

/**
 * Writes the content of a compressed file up to its end or to damage. Errors of `write` pass through.
 *
 * @returns The problem of the file, with its offset, or null.
 */
export type Decompressor = (input: CompressedInput, write: WriteContent) => InputReadProblem | null

/** The file ends inside its compressed data. */
export function endsEarly(format: string, input: CompressedInput): InputReadProblem {
  return input.problem ?? { offset: input.offset + input.available, message: `the ${format} data ends early` }
}

export function damaged(format: string, offset: number, found: string): InputReadProblem {
  return { offset, message: `the ${format} data is damaged (${found})` }
}

/** The problem of bytes after the end of the data; null for zeros, which pad tape blocks. */
export function followed(format: string, unit: string, input: CompressedInput): InputReadProblem | null {
  if (input.skipZeros()) return input.problem
  return {
    offset: input.offset,
    message: `what follows the last ${format} ${unit} is no ${format} data, it is ignored`,
  }
}
