/** Why captured payload is no part of a stream, in the order of {@link OUTSIDE_KINDS}. */
export const Outside = {
  /** Below the start of a half-stream that was joined in the middle. */
  BEFORE_START: 0,
  /** Beyond a FIN. */
  AFTER_FIN: 1,
  /** For a gap that had been given up. */
  LATE: 2,
  /** Far from all that the connection has shown, and confirmed by nothing. */
  UNCONFIRMED: 3,
  /** Text in a RST (RFC 9293 §3.5.3). */
  RESET_TEXT: 4,
  /** The byte of a keep-alive, whose content means nothing (RFC 9293 §3.8.4). */
  KEEP_ALIVE: 5,
} as const

/** Names of the kinds, as the summary has them. */
export const OUTSIDE_KINDS = [
  'before_start',
  'after_fin',
  'late',
  'unconfirmed',
  'reset_text',
  'keep_alive',
] as const
export type OutsideKind = (typeof OUTSIDE_KINDS)[number]
