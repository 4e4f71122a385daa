import type { Summary } from '../summary.js'
import type { Picks, Wanted } from './picks.js'

/** Says which connections have packets where an input could not be read any more. */
export function cutShort(wanted: readonly Wanted[], { inputs }: Picks, summary: Summary): string[] {
  const from = new Map<number, number>()
  for (const [i, { status, problems }] of summary.inputs.entries()) {
    const missed = problems.at(-1) // the record that is not there
    if (missed !== undefined && inputs[i] !== undefined)
      from.set(inputs[i].number, status === 'failed' ? 0 : missed.offset)
  }
  return wanted
    .filter(({ entry }) =>
      entry.positions.some(
        (position, i) => position >= (from.get(entry.inputs[i]!) ?? Number.POSITIVE_INFINITY),
      ),
    )
    .map(({ entry }) => `${entry.uid} lacks packets that could not be read`)
}

/** Says which connections have packets that the map does not list, and which ones a limit has touched in the run. */
export function connectionNotes(wanted: readonly Pick<Wanted, 'entry'>[]): string[] {
  return wanted.flatMap(({ entry: { uid, isCut, limits } }) => [
    ...(isCut ? [`${uid} lacks packets: a datagram had more fragments than are listed`] : []),
    ...(limits.length > 0 ? [`${uid} was touched by ${limits.join(', ')} when it was indexed`] : []),
  ])
}
