import type { InputError } from '../errors.js'

/** One capture to read. */
export interface Input {
  /** `pipe`: one with a name, which is read once, as it comes. */
  readonly kind: 'file' | 'pipe' | 'stdin' | 'live' | 'merged'
  /** Path as the user gave it, or as it was found below a folder or by a pattern; `-` for standard input; of a live
   * capture, the interface; of several that are merged, words for them. */
  readonly path: string
  /** Its path below the folder argument or below the constant part of the pattern; absent: its base name. */
  readonly below?: string
  /** True when it was found below a folder or by a pattern, where files that are not captures are skipped. */
  readonly isFound?: true
  /** Why it cannot be read, if that is already known. */
  readonly failure?: InputError
}

/**
 * Most inputs that can be merged. Each has a descriptor and a buffer. A compressed one also has 4 MiB of content, a decompressor
 * and mostly a thread.
 */
export const MOST_MERGED_INPUTS = 64

/** It can be read once only, and ends where whoever writes ends it. */
export function isStream({ kind }: Pick<Input, 'kind'>): boolean {
  return kind === 'stdin' || kind === 'pipe'
}
