/** Longest name or list of names that is kept, in bytes: a DNS name has 253 at most. */
export const MAX_NAME_BYTES = 255

const BACKSLASH = 0x5c

/**
 * A name from the capture as text that is safe anywhere: its first {@link MAX_NAME_BYTES} bytes, with `\xNN` for whatever is not a
 * printable ASCII character, and for a backslash.
 */
export function nameText(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let i = from; i < Math.min(to, from + MAX_NAME_BYTES); i++) {
    const byte = bytes[i]!
    const isPlain = byte > 0x20 && byte < 0x7f && byte !== BACKSLASH
    text += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return text
}

/** The name of a host: as {@link nameText}, in lower case, since the case of such names has no meaning; null: it is empty. */
export function hostText(bytes: Uint8Array, from: number, to: number): string | null {
  return from < to ? nameText(bytes, from, to).toLowerCase() : null
}
