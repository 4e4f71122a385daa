const MAX_CHARACTERS = 120

/** Cuts `text` to `maxCharacters`, with an ellipsis at the cut: names in an index may be of any length. */
export function shortened(text: string, maxCharacters = MAX_CHARACTERS): string {
  if (text.length <= maxCharacters) return text
  return `${text.slice(0, maxCharacters - 1)}…`
}
