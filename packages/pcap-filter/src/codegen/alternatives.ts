import type { Expression, Qualifiers } from '../syntax-tree.js'
import { type Block, or } from './blocks.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import { ipv4Host } from './ip-hosts.js'
import { parseShortAddress, shiftLeft } from './numbers.js'
import { portProtocolOf, portTest } from './ports.js'

const ALL_BITS = 0xffff_ffff
const MAX_PORT = 0xffff

/** One test of a chain, or several alternatives that can become one test. */
export interface Link {
  /** Joins it to the tests before it. Has no meaning in the first link. */
  readonly operator: 'and' | 'or'
  readonly operands: readonly Expression[]
}

type Chain = Extract<Expression, { kind: 'chain' }>

/** The tests of a chain, each as its own link. */
export function links({ first, rest }: Chain): Link[] {
  return [
    { operator: 'or', operands: [first] },
    ...rest.map(({ operator, operand }) => ({ operator, operands: [operand] })),
  ]
}

/**
 * The tests of a chain, with alternatives of the same kind joined even when other tests stand between them. Used for
 * expressions too long for the optimizer, which would also bring tests of one field together, but much more slowly.
 */
export function joined(chain: Chain): Link[] {
  const result: { operator: 'and' | 'or'; operands: Expression[] }[] = []
  // The latest link of each kind that further alternatives can join.
  const open = new Map<string, { operands: Expression[] }>()
  for (const { operator, operands } of links(chain)) {
    const kind = operands[0] === undefined ? undefined : joinableValue(operands[0])?.kind
    const isAlternative = operator === 'or' && kind !== undefined
    if (!isAlternative) open.clear()
    const before = isAlternative ? open.get(kind) : undefined
    if (before !== undefined) {
      before.operands.push(...operands)
      continue
    }
    const link = { operator, operands: [...operands] }
    result.push(link)
    if (isAlternative) open.set(kind, link)
  }
  return result
}

/** Matches any of several tests that {@link joined} joined. */
export function alternativesTest(cx: CodeContext, operands: readonly Expression[]): Block {
  const [first] = operands
  if (first?.kind !== 'identifier') throw new Error('bug: these tests cannot be joined')
  const { protocol, direction, kind }: Qualifiers = first.qualifiers
  cx.column = first.column
  const joinable = operands.map((operand) => joinableValue(operand))
  const values = joinable.map((found) => found?.value ?? 0)
  const test = (some: readonly number[]): Block =>
    kind === 'port'
      ? portTest(cx, new Set(some), portProtocolOf(cx, protocol), direction)
      : ipv4Host(cx, new Set(some), joinable[0]?.mask ?? ALL_BITS, protocol, direction, kind)
  // Without optimization libpcap checks both ends for the first value before the other values. So a packet that is cut
  // between the two ends can match by its first end only for that value.
  if (dlt.WLANS.has(cx.outermostLinkType)) return or(test(values.slice(0, 1)), test(values.slice(1)))
  return test(values)
}

interface Joinable {
  /** Tests with the same kind can be joined. */
  readonly kind: string
  /** A port or an IPv4 address, uint32. */
  readonly value: number
  /** Bits of the address to compare. */
  readonly mask: number
}

// Returns null for a test that cannot be joined.
function joinableValue(operand: Expression): Joinable | null {
  if (operand.kind !== 'identifier') return null
  const { identifier, qualifiers } = operand
  const { protocol, direction, kind } = qualifiers
  if (direction === 'src and dst') return null // one value at both ends is not the same as any of several at each end
  if (kind === 'port') {
    const isPort = identifier.form === 'number' && identifier.value <= MAX_PORT
    return isPort ? { kind: `${protocol},${direction},port`, value: identifier.value, mask: ALL_BITS } : null
  }
  const isPlace = kind === null || kind === 'host' || kind === 'net'
  if (!isPlace || protocol === 'link' || protocol === 'decnet' || identifier.form !== 'ipv4') return null
  const short = parseShortAddress(identifier.text)
  if (short === null || typeof identifier.mask === 'string') return null
  const value = shiftLeft(short.value, 32 - short.bits)
  const prefix = identifier.mask ?? short.bits
  const mask = prefix === 0 ? 0 : shiftLeft(ALL_BITS, 32 - prefix)
  const isSound = prefix <= 32 && (value & ~mask) === 0 && (identifier.mask === null || kind === 'net')
  return isSound ? { kind: `${protocol},${direction},${kind},${prefix}`, value, mask } : null
}
