/** Letters of the word per allowed typing error. */
const LETTERS_PER_SLIP = 3

/**
 * The word that was probably meant: the nearest one if few letters differ, else the shortest that begins with `typed`.
 * Null when no word is near.
 */
export function suggestionFor(typed: string, words: readonly string[]): string | null {
  const allowed = Math.max(1, Math.floor(typed.length / LETTERS_PER_SLIP))
  const nearest = words
    .map((word) => ({ word, distance: distance(typed, word) }))
    .filter((candidate) => candidate.distance <= allowed)
    .sort((a, b) => a.distance - b.distance)[0]
  if (nearest !== undefined) return nearest.word
  const longer = words.filter((word) => typed.length > 1 && word.startsWith(typed))
  return longer.sort((a, b) => a.length - b.length)[0] ?? null
}

/** Number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (isSame ? 0 : 1),
        isSwap ? beforeLast[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
