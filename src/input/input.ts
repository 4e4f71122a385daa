/** One capture to read. */
export interface Input {
  readonly kind: 'file' | 'stdin' | 'live' | 'merged'
  /** Path as the user gave it, or as it was found below a folder or by a pattern; `-` for standard input; of a live
   * capture, the interface; of several that are merged, words for them. */
  readonly path: string
}
