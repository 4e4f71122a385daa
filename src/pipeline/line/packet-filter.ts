import { lookup } from 'node:dns/promises'
import { compileFilter, type Filter, FilterSyntaxError, type Predicate } from 'pcap-filter'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import { ConfigError } from '../../errors.js'
import type { InputProblem } from '../../summary.js'
import { linkTypeName } from '../../wire/link/link-types.js'

const SHOWN_CHARACTERS = 200
/** Most link types listed per input. */
const MAX_PROBLEMS = 100
/** Stands for no link type. */
const NONE = -1
/** ETHERNET, RAW and LINUX_SLL: an expression that matches no packet of any of them contradicts itself. */
const COMMON_LINK_TYPES = [1, 101, 113] as const

/**
 * Selects captured packets by the expression of `-e`. Packets of a link type with which the expression cannot be used
 * are not selected, and their input gets a problem.
 */
export class PacketFilter {
  // Invariants: #predicate is that for #current and #isBigEndian, and matches nothing while #current is NONE.
  readonly #filter: Filter
  /** Overrides the captures' link type; null: as the capture says. */
  #linkType: number | null
  readonly #refused = new Map<number, FilterSyntaxError>()
  #current = NONE
  #isBigEndian = false
  #predicate: Predicate = nothing

  private constructor(filter: Filter, linkType: number | null) {
    this.#filter = filter
    this.#linkType = linkType
  }

  /**
   * Compiles the expression and looks up its host names.
   *
   * @param linkType Overrides the captures' link type; null: as the capture says.
   * @throws ConfigError (as rejection) naming the option, the column and what was expected.
   */
  static async compile(expression: string, linkType: number | null): Promise<PacketFilter> {
    try {
      const filter = await compileFilter(expression, { resolveHost: hostAddresses })
      if (linkType !== null) filter.forLinkType(linkType)
      refuseContradiction(filter)
      return new PacketFilter(filter, linkType)
    } catch (error) {
      if (!(error instanceof FilterSyntaxError)) throw error
      const shown =
        expression.length > SHOWN_CHARACTERS ? `${expression.slice(0, SHOWN_CHARACTERS)}…` : expression
      const where =
        linkType === null || error.problem === 'expression' ? '' : ` (link type ${named(linkType)})`
      const place = `column ${error.column}: ${error.message}${where}`
      throw new ConfigError(`Cannot use -e/--filter ${JSON.stringify(shown)}: ${place}`, { cause: error })
    }
  }

  /**
   * True when the packet is selected. Never throws.
   *
   * @param isBigEndian True when a big-endian machine captured it.
   */
  matches(bytes: Uint8Array, packet: CapturedPacket, isBigEndian: boolean): boolean {
    const linkType = this.#linkType ?? packet.linkType
    if (linkType !== this.#current || isBigEndian !== this.#isBigEndian) this.#choose(linkType, isBigEndian)
    return this.#predicate(bytes, packet.from, packet.to - packet.from, packet.originalBytes)
  }

  /**
   * The link types seen since the last call with which the expression cannot be used, as problems of the input: the
   * first {@link MAX_PROBLEMS}, and the number of further ones.
   */
  takeProblems(path: string): InputProblem[] {
    const listed = [...this.#refused].slice(0, MAX_PROBLEMS)
    const problems = listed.map(([linkType, { column, message }]) => ({
      offset: 0,
      length: 0,
      message: `Cannot filter packets of link type ${named(linkType)} in "${path}" (none was taken): -e/--filter, column ${column}: ${message}`,
    }))
    const more = this.#refused.size - listed.length
    if (more > 0) {
      const message = `Cannot filter packets of ${more} more link types in "${path}" (none was taken)`
      problems.push({ offset: 0, length: 0, message })
    }
    this.#refused.clear()
    this.#current = NONE
    this.#predicate = nothing
    return problems
  }

  /** Link type of all packets from now on; null: as the capture says. */
  useLinkType(linkType: number | null): void {
    this.#linkType = linkType
  }

  #choose(linkType: number, isBigEndian: boolean): void {
    this.#current = linkType
    this.#isBigEndian = isBigEndian
    try {
      this.#predicate = this.#filter.forLinkType(linkType, isBigEndian)
    } catch (error) {
      if (!(error instanceof FilterSyntaxError)) throw error
      this.#predicate = nothing
      if (error.problem !== 'rejectsAll') this.#refused.set(linkType, error)
    }
  }
}

function refuseContradiction(filter: Filter): void {
  // Usually the first link type can match. Compiling a long expression takes a second for each link type.
  const rejectsAll = (linkType: number) => {
    try {
      filter.program(linkType)
      return false
    } catch (error) {
      return error instanceof FilterSyntaxError && error.problem === 'rejectsAll'
    }
  }
  if (COMMON_LINK_TYPES.every(rejectsAll)) throw new FilterSyntaxError('no packet can match', 1)
}

function named(linkType: number): string {
  return `${linkTypeName(linkType)} (${linkType})`
}

function nothing(): boolean {
  return false
}

async function hostAddresses(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true, verbatim: true }).catch(() => [])
  return found.map(({ address }) => address)
}
