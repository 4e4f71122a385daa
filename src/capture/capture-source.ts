import { CaptureFormatError } from '../errors.js'

/** Where a reader's bytes come from, as its messages say it. */
export interface CaptureSource {
  /** Path as the user gave it. */
  readonly file: string
  /** The bytes come out of a decompressor: offsets count the decompressed content. */
  readonly isDecompressed: boolean
}

/** The error of damage at `offset`, saying of which bytes the offset is. */
export function formatError(source: CaptureSource, offset: number, problem: string): CaptureFormatError {
  const text = source.isDecompressed ? `${problem} (byte of the decompressed content)` : problem
  return new CaptureFormatError(text, { file: source.file, offset })
}

/** A uint32 as messages show it: `0x0a0d0d0a`. */
export function hex32(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
