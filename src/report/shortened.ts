const MAX_CHARACTERS = 120

/** `text`, or its begin and an ellipsis: what stands in a record is believed to be a name, but a file may hold anything. */
export function shortened(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text
  return `${text.slice(0, MAX_CHARACTERS - 1)}…`
}
