import { shownPath } from '../system-path.js'

/** Control characters, line separators, format characters (bidi overrides among them) and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** `text` on one line that cannot drive a terminal: `\x1b`, `\u202e`; of a path, bytes that are no UTF-8 as `\xNN`. File names and error texts go through here. */
export function printable(text: string): string {
  return shownPath(text).replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code > 0xffff) return `\\u{${code.toString(16)}}`
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\x${code.toString(16).padStart(2, '0')}`
  })
}
