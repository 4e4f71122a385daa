import { shownPath } from './system-path.js'

/**
 * Characters that `JSON.stringify` does not escape but that may control a terminal: DEL, C1 controls, invisible format
 * characters, line separators.
 */
const LEFT = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * JSON that is safe to show on a terminal: control and format characters that JSON allows are escaped as `\uNNNN`, which
 * means the same.
 *
 * @param indent Spaces per level; 0 for a single line.
 */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, shownTexts, indent).replace(LEFT, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

// Bytes of a path that are not UTF-8 cannot be in JSON. They are shown as `\xNN`.
function shownTexts(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? shownPath(value) : value
}
