import { CaptureFormatError, NoCaptureError } from '../errors.js'

/** The source of a reader's bytes, for messages. */
export interface CaptureSource {
  /** Path as the user gave it. */
  readonly file: string
  /** True for decompressed bytes: offsets refer to the decompressed content. */
  readonly isDecompressed: boolean
}

/** Makes the error for damage at `offset`. The message says when the offset refers to decompressed content. */
export function formatError(source: CaptureSource, offset: number, problem: string): CaptureFormatError {
  return new CaptureFormatError(textOf(source, problem), { file: source.file, offset })
}

/** Makes the error for content that is not a capture. */
export function noCaptureError(source: CaptureSource, problem: string): NoCaptureError {
  return new NoCaptureError(textOf(source, problem), { file: source.file, offset: 0 })
}

function textOf({ isDecompressed }: CaptureSource, problem: string): string {
  return isDecompressed ? `${problem} (byte of the decompressed content)` : problem
}

/** Formats a uint32 for messages: `0x0a0d0d0a`. */
export function hex32(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
