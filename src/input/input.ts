/** One capture to read. */
export interface Input {
  readonly kind: 'file' | 'stdin'
  /** Path as the user gave it, or as it was found below a folder or by a pattern; `-` for standard input. */
  readonly path: string
}
