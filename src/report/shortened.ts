const MAX_CHARACTERS = 120

/** `text`, or its begin and an ellipsis: what stands in a record is believed to be a name, but a file may hold anything. */
export function shortened(text: string, maxCharacters = MAX_CHARACTERS): string {
  if (text.length <= maxCharacters) return text
  return `${text.slice(0, maxCharacters - 1)}…`
}
