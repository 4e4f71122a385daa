/** One capture to read. */
export interface Input {
  readonly kind: 'file' | 'stdin' | 'live'
  /** Path as the user gave it, or as it was found below a folder or by a pattern; `-` for standard input; of a live
   * capture, the interface. */
  readonly path: string
}
