import { shownPath } from './system-path.js'

/** What JSON leaves as it is, and a terminal may obey: DEL, C1 controls, invisible format characters, line separators. */
const LEFT = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * The JSON of a value, which drives no terminal whatever texts are in it: what JSON itself would leave is escaped too,
 * and means the same.
 *
 * @param indent Blanks of a level; 0: one line.
 */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, shownTexts, indent).replace(LEFT, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

// A path's bytes that are no UTF-8 are no text of JSON either.
function shownTexts(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? shownPath(value) : value
}
