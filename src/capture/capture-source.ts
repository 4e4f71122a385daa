import { CaptureFormatError, NoCaptureError } from '../errors.js'

/** Where a reader's bytes come from, as its messages say it. */
export interface CaptureSource {
  /** Path as the user gave it. */
  readonly file: string
  /** The bytes come out of a decompressor: offsets count the decompressed content. */
  readonly isDecompressed: boolean
}

/** The error of damage at `offset`, saying of which bytes the offset is. */
export function formatError(source: CaptureSource, offset: number, problem: string): CaptureFormatError {
  return new CaptureFormatError(textOf(source, problem), { file: source.file, offset })
}

/** The error of a content that is no capture from its first byte on. */
export function noCaptureError(source: CaptureSource, problem: string): NoCaptureError {
  return new NoCaptureError(textOf(source, problem), { file: source.file, offset: 0 })
}

function textOf({ isDecompressed }: CaptureSource, problem: string): string {
  return isDecompressed ? `${problem} (byte of the decompressed content)` : problem
}

/** A uint32 as messages show it: `0x0a0d0d0a`. */
export function hex32(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
