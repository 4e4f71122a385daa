/** Where bytes of a match stand. */
export interface Match {
  readonly from: number
  readonly to: number
}

/** Finds what a pattern fits, window by window. */
export interface Matcher {
  /** Bytes from the beginning of a match that decide about it. */
  readonly reach: number
  /** Bytes in which matches begin that are looked at in one go. */
  readonly block: number
  /** Takes the bytes to look at, which stay until the next call. */
  load(bytes: Buffer): void
  /** The first match that begins at `at` or behind it and has at least one byte; null: none. */
  next(at: number): Match | null
}
