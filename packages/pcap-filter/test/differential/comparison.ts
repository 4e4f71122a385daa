import { lookup } from 'node:dns/promises'
import { compileFilter, type Filter, type Predicate } from '../../src/compile-filter.js'
import { FilterSyntaxError } from '../../src/filter-syntax-error.js'
import { type BpfProgram, runBpf } from './bpf.js'
import { knownDifference } from './known-differences.js'
import type { Libpcap } from './libpcap.js'
import type { Frame } from './link-frames.js'

/** An expression as our compiler takes it: for each link type a predicate, or the reason against it. */
export class OurFilter {
  readonly #filter: Filter | string

  private constructor(filter: Filter | string) {
    this.#filter = filter
  }

  /** Errors other than those of the expression are thrown on. */
  static async of(expression: string): Promise<OurFilter> {
    try {
      return new OurFilter(await compileFilter(expression, { resolveHost }))
    } catch (error) {
      return new OurFilter(reasonOf(error))
    }
  }

  forLinkType(linkType: number, isBigEndian: boolean): Predicate | string {
    if (typeof this.#filter === 'string') return this.#filter
    try {
      return this.#filter.forLinkType(linkType, isBigEndian)
    } catch (error) {
      return reasonOf(error)
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof FilterSyntaxError) return error.message
  throw error
}

// As libpcap does: names of hosts come from the system.
async function resolveHost(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true, verbatim: true }).catch(() => [])
  return found.map(({ address }) => address)
}

/** What was compared. */
export interface Tally {
  /** Pairs of an expression and a link type. */
  pairs: number
  packets: number
  matches: number
  /** Packets for which libpcap's program reads memory that it has not set: nothing to compare with. */
  undefined: number
}

export const blankTally = (): Tally => ({ pairs: 0, packets: 0, matches: 0, undefined: 0 })

/** Where frames of one link type come from. */
export interface FrameSource {
  readonly name: string
  readonly linkType: number
  readonly isBigEndian: boolean
  readonly frames: readonly Frame[]
}

/** Compares expressions with libpcap, each link type compiled once. */
export class Comparison {
  readonly #libpcap: Libpcap
  readonly tally = blankTally()
  /** Differences found, as sentences. */
  readonly differences: string[] = []

  constructor(libpcap: Libpcap) {
    this.#libpcap = libpcap
  }

  async compare(expression: string, sources: readonly FrameSource[]): Promise<void> {
    const ours = await OurFilter.of(expression)
    const compiled = new Map<string, [BpfProgram, Predicate] | null>()
    for (const source of sources) {
      const { linkType, isBigEndian } = source
      const key = `${linkType} ${isBigEndian}`
      let programs = compiled.get(key)
      if (programs === undefined) {
        programs = this.#compileBoth(expression, ours, linkType, isBigEndian)
        compiled.set(key, programs)
      }
      if (programs === null || knownDifference(expression, linkType) !== null) continue
      this.#run(expression, source, ...programs)
    }
  }

  #compileBoth(
    expression: string,
    ours: OurFilter,
    linkType: number,
    isBigEndian: boolean,
  ): [BpfProgram, Predicate] | null {
    this.tally.pairs++
    const program = this.#libpcap.compile(expression, linkType, isBigEndian)
    const predicate = ours.forLinkType(linkType, isBigEndian)
    if (typeof program !== 'string' && typeof predicate !== 'string') return [program, predicate]
    if (typeof program === 'string' && typeof predicate === 'string') return null
    const verdict = (result: unknown) => (typeof result === 'string' ? `refuse it (${result})` : 'accept it')
    const place = `${JSON.stringify(expression)} for link type ${linkType}`
    this.differences.push(`${place}: libpcap would ${verdict(program)}, we ${verdict(predicate)}`)
    return null
  }

  #run(expression: string, { name, frames }: FrameSource, program: BpfProgram, predicate: Predicate): void {
    for (const [index, { bytes, wireLength }] of frames.entries()) {
      this.tally.packets++
      const expected = runBpf(program, bytes, wireLength)
      if (expected === null) this.tally.undefined++
      if (expected === true) this.tally.matches++
      const actual = predicate(bytes, 0, bytes.length, wireLength)
      if (expected === null || actual === expected) continue
      const packet = `packet ${index + 1} of ${name} (${bytes.length} bytes)`
      this.differences.push(
        `${JSON.stringify(expression)}, ${packet}: libpcap says ${expected}, we say ${actual}`,
      )
    }
  }
}
