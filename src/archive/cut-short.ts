import type { Summary } from '../summary.js'
import type { Picks, Wanted } from './picks.js'

/** Says which connections have packets where an input could not be read any more. */
export function cutShort(wanted: readonly Wanted[], { inputs }: Picks, summary: Summary): string[] {
  const from = new Map<number, number>()
  for (const [i, { problems }] of summary.inputs.entries()) {
    const [problem] = problems
    if (problem !== undefined && inputs[i] !== undefined) from.set(inputs[i].number, problem.offset)
  }
  return wanted
    .filter(({ entry }) =>
      entry.positions.some(
        (position, i) => position >= (from.get(entry.inputs[i]!) ?? Number.POSITIVE_INFINITY),
      ),
    )
    .map(({ entry }) => `${entry.uid} lacks packets that could not be read`)
}

/** Says which connections have packets that the map does not list. */
export function cutInMap(wanted: readonly Wanted[]): string[] {
  return wanted
    .filter(({ entry }) => entry.isCut)
    .map(({ entry }) => `${entry.uid} lacks packets: a datagram had more fragments than are listed`)
}
