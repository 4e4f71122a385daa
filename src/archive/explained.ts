import type { RawOptions } from '../config/config.js'
import { PacketRole } from '../flow/connection-sink.js'
import type { RunHooks } from '../pipeline/hooks.js'
import { numberFrames } from '../pipeline/reading/frame-numbers.js'
import { PickedFrames } from '../pipeline/reading/picked-reader.js'
import { type PickedInput, runPicked } from '../pipeline/run-picked.js'
import type { Summary } from '../summary.js'
import type { Archive } from './archive.js'
import { archiveConfig } from './archive-config.js'
import { type ExplainedPacket, Explanation, type PacketRecord } from './explanation.js'
import { changesResults, Picks, picked, type Wanted } from './picks.js'

/** A record of an input. */
export interface Frame extends PacketRecord {
  /** Among the records of its input, from 1, as in Wireshark; null: not known. */
  readonly number: number | null
  readonly tsSec: number
  readonly tsNsec: number
  readonly isNanosecond: boolean
}

/** A packet of a connection with its records. */
export interface Explained extends ExplainedPacket, Frame {
  readonly fragments: readonly Frame[]
}

/**
 * Reads a connection again, and tells of each of its packets what became of it.
 *
 * @param paths Of the inputs, by their numbers.
 * @throws InputError
 */
export async function explainConnection(
  archive: Archive,
  paths: ReadonlyMap<number, string>,
  wanted: Wanted,
  take: (packet: Explained) => void,
  hooks: Pick<RunHooks, 'signal'> = {},
): Promise<Summary> {
  const picks = new ExplainedPicks(archive, paths, wanted)
  for (const input of picks.inputs) await numberFrames(input, archive.map.checkpointsOf(input.number))
  picks.watch = (table) =>
    new Explanation(table, (packet) => {
      const fragments = packet.fragments.map((place) => picks.frameAt(place))
      take({ ...packet, number: picks.frameAt(packet).number, fragments })
    })
  // The summary shows conflicts: they are looked for then.
  const config = archiveConfig(archive, { noWrite: true, summary: '-' } as RawOptions)
  return runPicked(config, hooks, picks)
}

/** What is read to explain one connection: copies and ICMP errors, too. */
class ExplainedPicks extends Picks {
  override readonly inputs: readonly PickedInput[]
  readonly #copies = new Set<string>()

  constructor(archive: Archive, paths: ReadonlyMap<number, string>, wanted: Wanted) {
    super(archive, paths, [wanted])
    const { entry, company } = wanted
    const others = company.map((other) => ({ ...other, ...only(other, changesResults) }))
    this.inputs = picked(archive, paths, [entry, ...others], () => true).inputs.map((input) => ({
      ...input,
      frames: new PickedFrames(input.positions.length),
    }))
    for (const [i, mark] of entry.marks.entries())
      if (mark === PacketRole.COPY)
        this.#copies.add(`${entry.inputs[i]}:${entry.positions[i]}:${entry.indexes[i]}`)
  }

  readonly isCopy = (input: number, position: number, index: number) =>
    this.#copies.has(`${input}:${position}:${index}`)

  frameAt({ input, position }: PacketRecord): Frame {
    const { positions, frames } = this.inputs.find(({ number }) => number === input)!
    const i = placeOf(positions, position)
    const number = frames!.numbers[i]!
    return {
      input,
      position,
      number: number === 0 ? null : number,
      tsSec: frames!.sec[i]!,
      tsNsec: frames!.nsec[i]!,
      isNanosecond: frames!.isNanosecond[i] === 1,
    }
  }
}

// The packets of an entry with such marks.
function only(
  { inputs, positions, marks }: Wanted['entry'],
  isWanted: (mark: number) => boolean,
): Pick<Wanted['entry'], 'inputs' | 'positions' | 'marks'> {
  const kept = [...marks.keys()].filter((i) => isWanted(marks[i]!))
  return {
    inputs: kept.map((i) => inputs[i]!),
    positions: kept.map((i) => positions[i]!),
    marks: kept.map((i) => marks[i]!),
  }
}

// Where a position stands in a sorted list that has it.
function placeOf(positions: Float64Array, position: number): number {
  let low = 0
  let high = positions.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (positions[middle]! < position) low = middle + 1
    else high = middle
  }
  return low
}
