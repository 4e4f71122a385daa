/** Why captured payload is not part of a stream, in the order of {@link OUTSIDE_KINDS}. */
export const Outside = {
  /** Below the start of a half-stream that was joined in the middle. */
  BEFORE_START: 0,
  /** Beyond a FIN. */
  AFTER_FIN: 1,
  /** In a gap that was already given up. */
  LATE: 2,
  /** Far from all sequence numbers of the connection, and not confirmed by another packet. */
  UNCONFIRMED: 3,
  /** Text in a RST (RFC 9293 §3.5.3). */
  RESET_TEXT: 4,
  /** The byte of a keep-alive, whose content has no meaning (RFC 9293 §3.8.4). */
  KEEP_ALIVE: 5,
} as const

/** Names of the kinds in the summary. */
export const OUTSIDE_KINDS = [
  'before_start',
  'after_fin',
  'late',
  'unconfirmed',
  'reset_text',
  'keep_alive',
] as const
export type OutsideKind = (typeof OUTSIDE_KINDS)[number]

/** Bytes by the names of the kinds. @param bytes By the numbers of {@link Outside}. */
export function outsideByKind(bytes: Float64Array): Record<OutsideKind, number> {
  return Object.fromEntries(OUTSIDE_KINDS.map((kind, i) => [kind, bytes[i]])) as Record<OutsideKind, number>
}
