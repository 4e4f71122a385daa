import type { Surroundings } from './codegen/context.js'
import { generateCode } from './codegen/generate.js'
import { type Predicate, predicateOf } from './emit/javascript.js'
import { type Instruction, programOf } from './emit/program.js'
import { FilterSyntaxError } from './filter-syntax-error.js'
import { hostAddress } from './host-address.js'
import { hostNamesOf } from './host-names.js'
import { reachable } from './optimize/flow-graph.js'
import { optimize } from './optimize/optimize.js'
import { parseExpression } from './parser.js'
import type { Expression } from './syntax-tree.js'

export type { Predicate } from './emit/javascript.js'

/** Longest expression, in characters. */
const MAX_CHARACTERS = 100_000
/** Most different host names. Each look-up may take many seconds if no name server answers. */
const MAX_HOST_NAMES = 256
/** Above this number of blocks, alternatives of one kind become one test. About 80 hosts or 25 ports. */
const MAX_PLAIN_BLOCKS = 1_024
/** Above this number of blocks, a program is not optimized: the work grows with the square of the number. */
const MAX_OPTIMIZED_BLOCKS = 4_096
/** Most blocks of a program. */
const MAX_BLOCKS = 100_000
/** Link types with which a new expression is tried. If none of these accepts it, no supported link type does. */
const TRIED_LINK_TYPES = [
  1, 127, 113, 276, 101, 0, 9, 6, 123, 117, 140, 7, 8, 107, 166, 130, 119, 192,
] as const

export interface FilterOptions {
  /** Network mask for `ip broadcast`, uint32. Default 0, as libpcap uses for a file, whose network is unknown. */
  readonly netmask?: number
  /**
   * Looks up a host name: resolves to its IPv4 and IPv6 addresses as text, in the resolver's order, or to an empty list
   * for an unknown name. Called once per name. By default all names are unknown.
   */
  readonly resolveHost?: (name: string) => Promise<readonly string[]>
}

/** A compiled expression for packets of any link type. */
export class Filter {
  readonly #tree: Expression | null
  readonly #addresses: ReadonlyMap<string, readonly Uint8Array[]>
  readonly #netmask: number
  // By link type and byte order, made on first use.
  readonly #programs = new Map<number, Instruction[] | FilterSyntaxError>()
  readonly #predicates = new Map<number, Predicate>()

  constructor(
    tree: Expression | null,
    addresses: ReadonlyMap<string, readonly Uint8Array[]>,
    netmask: number,
  ) {
    this.#tree = tree
    this.#addresses = addresses
    this.#netmask = netmask
  }

  /**
   * The test for packets of a link type. Made on the first call; later calls return the same function.
   *
   * @param linkType LINKTYPE_ value
   * @param isBigEndian True for a capture from a big-endian machine, whose byte order NULL and ENC headers have.
   * @throws FilterSyntaxError when libpcap rejects the expression for this link type. Its `problem` is `rejectsAll` when
   *         the expression is valid but cannot match any packet.
   */
  forLinkType(linkType: number, isBigEndian = false): Predicate {
    const key = keyOf(linkType, isBigEndian)
    let made = this.#predicates.get(key)
    if (made === undefined) {
      made = predicateOf(this.program(linkType, isBigEndian))
      this.#predicates.set(key, made)
    }
    return made
  }

  /**
   * The BPF program from which {@link forLinkType} makes the test.
   *
   * @throws FilterSyntaxError as {@link forLinkType} does.
   */
  program(linkType: number, isBigEndian = false): readonly Instruction[] {
    const key = keyOf(linkType, isBigEndian)
    let made = this.#programs.get(key)
    if (made === undefined) {
      made = this.#compiled(linkType, isBigEndian)
      this.#programs.set(key, made)
    }
    if (made instanceof FilterSyntaxError) throw made
    return made
  }

  #compiled(linkType: number, isBigEndian: boolean): Instruction[] | FilterSyntaxError {
    try {
      return this.#compile(linkType, isBigEndian)
    } catch (error) {
      if (error instanceof FilterSyntaxError) return error
      throw error
    }
  }

  #compile(linkType: number, isBigEndian: boolean): Instruction[] {
    const surroundings: Surroundings = {
      hostAddresses: (name) => this.#addresses.get(name) ?? null,
      netmask: this.#netmask,
      isBigEndian,
    }
    let { root, mustNotOptimize } = generateCode(this.#tree, linkType, surroundings)
    let blocks = reachable(root).length
    if (blocks > MAX_PLAIN_BLOCKS) {
      ;({ root, mustNotOptimize } = generateCode(this.#tree, linkType, surroundings, true))
      blocks = reachable(root).length
    }
    if (blocks > MAX_BLOCKS) {
      throw new FilterSyntaxError(`the expression has more than ${MAX_BLOCKS} tests`, 1)
    }
    if (mustNotOptimize || blocks > MAX_OPTIMIZED_BLOCKS) return programOf(root)
    const optimized = optimize(root)
    if (optimized.isReturn && optimized.k === 0) {
      throw new FilterSyntaxError('no packet of this link type can match', 1, 'rejectsAll')
    }
    return programOf(optimized)
  }
}

function keyOf(linkType: number, isBigEndian: boolean): number {
  return 2 * linkType + (isBigEndian ? 1 : 0)
}

/**
 * Compiles a pcap-filter(7) expression and looks up its host names.
 *
 * @throws FilterSyntaxError (as a rejection) when the expression is invalid, or valid for no link type.
 */
export async function compileFilter(expression: string, options: FilterOptions = {}): Promise<Filter> {
  if (expression.length > MAX_CHARACTERS) {
    throw new FilterSyntaxError(
      `the expression has more than ${MAX_CHARACTERS} characters`,
      MAX_CHARACTERS + 1,
    )
  }
  const tree = parseExpression(expression)
  const names = [...hostNamesOf(tree)]
  if (names.length > MAX_HOST_NAMES) {
    throw new FilterSyntaxError(`the expression has more than ${MAX_HOST_NAMES} host names to look up`, 1)
  }
  const { resolveHost = async () => [] } = options
  const found = await Promise.all(names.map((name) => resolveHost(name)))
  const addresses = new Map(
    names.map((name, i) => [name, (found[i] ?? []).flatMap((text) => hostAddress(text) ?? [])]),
  )
  const filter = new Filter(tree, addresses, options.netmask ?? 0)
  refuseUseless(filter)
  return filter
}

// Throws if no link type accepts the expression, or if its error does not depend on the link type.
function refuseUseless(filter: Filter): void {
  let first: FilterSyntaxError | null = null
  for (const linkType of TRIED_LINK_TYPES) {
    try {
      filter.program(linkType)
      return
    } catch (error) {
      if (!(error instanceof FilterSyntaxError) || error.problem === 'expression') throw error
      first ??= error
    }
  }
  if (first !== null) throw first
}
