import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

const MIN_LENGTH = 44
const ALIGNMENT = 4
const OLD_HEADER_BYTES = 28

/**
 * LINKTYPE_PFLOG: the first byte of the header is its length, which differs between BSD systems and versions. Padding to
 * a multiple of four and an IP packet follow.
 */
export function decodePflog(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < 1) return Layer.TRUNCATED
  const length = bytes[at]!
  if (length < MIN_LENGTH) return Layer.MALFORMED
  return trySkip(cursor, Math.ceil(length / ALIGNMENT) * ALIGNMENT) ? Layer.IP : Layer.TRUNCATED
}

/** DLT_OLD_PFLOG, of OpenBSD before 3.4. */
export function decodeOldPflog(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, OLD_HEADER_BYTES) ? Layer.IP : Layer.TRUNCATED
}
