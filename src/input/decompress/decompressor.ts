import type { InputReadProblem } from '../byte-source.js'
import type { CompressedInput } from './compressed-input.js'

/** Takes `bytes[from, to)` of the content; they are valid during the call alone. */
export type WriteContent = (bytes: Uint8Array, from: number, to: number) => void

/**
 * Writes the content of a compressed file, as far as it can be read. Errors of `write` pass through.
 *
 * @returns What was wrong with the file, and at which of its bytes; null: nothing.
 */
export type Decompressor = (input: CompressedInput, write: WriteContent) => InputReadProblem | null

/** The file ends inside its compressed data. */
export function endsEarly(format: string, input: CompressedInput): InputReadProblem {
  return input.problem ?? { offset: input.offset + input.available, message: `the ${format} data ends early` }
}

export function damaged(format: string, offset: number, found: string): InputReadProblem {
  return { offset, message: `the ${format} data is damaged (${found})` }
}

/** What follows the end of sound data. Zeros are no problem there: they fill up the block of a tape. */
export function followed(format: string, unit: string, input: CompressedInput): InputReadProblem | null {
  if (input.skipZeros()) return input.problem
  return {
    offset: input.offset,
    message: `what follows the last ${format} ${unit} is no ${format} data, it is ignored`,
  }
}
