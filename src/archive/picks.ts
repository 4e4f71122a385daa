import { basename, dirname, join, relative, sep } from 'node:path'
import { PacketRole } from '../flow/connection-sink.js'
import { fingerprint } from '../input/fingerprint.js'
import type { Selection } from '../output/selection.js'
import type { Picked, PickedInput } from '../pipeline/run-picked.js'
import type { Archive } from './archive.js'
import type { Entry, Lateness } from './map-entry.js'

const NONE_LATE: ReadonlyMap<number, Lateness> = new Map()

/** A connection that was asked for. */
export interface Wanted {
  readonly entry: Entry
  /** The others whose packets must be read with it. */
  readonly company: readonly Entry[]
}

/** What is read for connections. Copies and ICMP errors are not: they change nothing. */
export class Picks implements Selection, Picked {
  readonly #firsts = new Map<string, Wanted>()
  /** Base names of connections that have been read, by uid. */
  readonly names = new Map<string, string>()
  readonly inputs: readonly PickedInput[]
  readonly isMerged: boolean
  watch?: NonNullable<Selection['watch']>

  constructor(archive: Archive, paths: ReadonlyMap<number, string>, wanted: readonly Wanted[]) {
    for (const one of wanted) this.#firsts.set(firstOf(one.entry), one)
    const entries = wanted.flatMap(({ entry, company }) => [entry, ...company])
    const { inputs, isMerged } = picked(archive, paths, entries, changesResults)
    this.inputs = inputs
    this.isMerged = isMerged
  }

  ordinalOf(input: number, position: number, index: number): number {
    return this.#firsts.get(`${input}:${position}:${index}`)?.entry.ordinal ?? 0
  }

  named(input: number, position: number, index: number, baseName: string): void {
    const wanted = this.#firsts.get(`${input}:${position}:${index}`)
    if (wanted !== undefined) this.names.set(wanted.entry.uid, baseName)
  }
}

/** True for a packet with this mark on which results depend. */
export function changesResults(mark: number): boolean {
  return mark !== PacketRole.COPY && mark !== PacketRole.ERROR
}

// The packet that began the connection.
function firstOf({ inputs, positions, indexes, marks }: Entry): string {
  const i = marks.indexOf(PacketRole.MEMBER)
  return `${inputs[i]}:${positions[i]}:${indexes[i]}`
}

/** The connections with these uids, and those that must be read with them. @returns Null for one that is not there. */
export function wantedOf({ map }: Archive, uid: string): Wanted | null {
  const entry = map.find(uid)
  if (entry === null) return null
  if (entry.key === null) return { entry, company: [] }
  const others = map.companyOf(entry.key).filter((other) => other !== uid)
  return { entry, company: others.map((other) => map.find(other)).filter((other) => other !== null) }
}

/**
 * The records of connections.
 *
 * @param paths By number of the input.
 * @param isRead Whether packets with this mark are read.
 */
export function picked(
  archive: Archive,
  paths: ReadonlyMap<number, string>,
  entries: readonly Entry[],
  isRead: (mark: number) => boolean,
): Picked {
  const positions = new Map<number, Set<number>>()
  const late = new Map<number, Map<number, Lateness>>()
  for (const entry of new Set(entries)) {
    for (const [i, position] of entry.positions.entries()) {
      if (!isRead(entry.marks[i]!)) continue
      const input = entry.inputs[i]!
      const ofInput = positions.get(input) ?? new Set()
      positions.set(input, ofInput.add(position))
    }
    for (const [i, lateness] of entry.late) {
      const input = entry.inputs[i]
      if (input === undefined) continue // of no packet
      const ofInput = late.get(input) ?? new Map<number, Lateness>()
      late.set(input, ofInput.set(entry.positions[i]!, lateness))
    }
  }
  const inputs = [...positions.keys()]
    .sort((a, b) => a - b)
    .map((number) => ({
      number,
      path: paths.get(number)!,
      facts: archive.inputs[number]!,
      positions: Float64Array.from(positions.get(number)!).sort(),
      late: late.get(number) ?? NONE_LATE,
    }))
  return { inputs, isMerged: archive.isMerged }
}

/** Finds the inputs of an archive, and looks whether they are what they were. */
export class InputPaths {
  readonly #archive: Archive
  readonly #root: string | null
  readonly #common: string
  /** Paths by numbers of inputs. */
  readonly found = new Map<number, string>()
  readonly #problems = new Map<number, string>()

  /** @param root Folder below which they are looked for; null: where they were. */
  constructor(archive: Archive, root: string | null) {
    this.#archive = archive
    this.#root = root
    this.#common = commonFolder(archive.inputs.map(({ path }) => path))
  }

  /** What is wrong with an input; null: nothing. */
  problemOf(number: number): string | null {
    if (this.found.has(number)) return null
    const known = this.#problems.get(number)
    if (known !== undefined) return known
    const problem = this.#look(number)
    if (problem !== null) this.#problems.set(number, problem)
    return problem
  }

  #look(number: number): string | null {
    const facts = this.#archive.inputs[number]
    if (facts === undefined)
      return `Cannot use "${this.#archive.map.path}": it names input ${number}, which there is not`
    if (facts.bytes === null) return `Cannot read "${facts.path}" again: it was no file`
    let problem: string | null = null
    for (const path of this.#placesOf(facts.path)) {
      const now = fingerprint(path)
      if (now === null) continue
      if (now.bytes === facts.bytes && now.sha256 === facts.sha256) {
        this.found.set(number, path)
        return null
      }
      problem ??= `Cannot use "${path}": it has changed since it was indexed`
    }
    const hint = this.#root === null ? ' (--root DIR: where the captures are now)' : ` below "${this.#root}"`
    return problem ?? `Cannot find "${facts.path}"${hint}`
  }

  #placesOf(path: string): string[] {
    const root = this.#root
    if (root === null) return [path]
    const below = relative(this.#common, path)
    const isBelow = below !== '' && below !== '..' && !below.startsWith(`..${sep}`)
    return [...(isBelow ? [join(root, below)] : []), join(root, basename(path))]
  }
}

function commonFolder(paths: readonly string[]): string {
  let common = dirname(paths[0] ?? '')
  for (const path of paths)
    while (common !== dirname(common) && !path.startsWith(common.endsWith(sep) ? common : common + sep))
      common = dirname(common)
  return common
}

/** Numbers of the inputs in which packets of the connection stand. */
export function inputsOf({ entry, company }: Wanted): Set<number> {
  return new Set([entry, ...company].flatMap(({ inputs }) => [...new Set(inputs)]))
}
