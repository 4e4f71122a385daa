/**
 * Signed distance from sequence number `b` to `a`: positive when `a` comes after `b`.
 *
 * Sequence numbers wrap at 2^32 (RFC 9293 §3.4), so they must never be compared with `a > b`.
 * The result is exact while the two are less than 2^31 apart (RFC 1982 §3.2).
 * They are kept as int32.
 *
 * @param a int32
 * @param b int32
 * @returns int32, in bytes of sequence space
 */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0
}

/** `seq` advanced by `bytes`, as int32. */
export function seqAdd(seq: number, bytes: number): number {
  return (seq + bytes) | 0
}
