import type { Expression, Qualifiers } from '../syntax-tree.js'
import type { Block } from './blocks.js'
import type { CodeContext } from './context.js'
import { ipv4Host } from './ip-hosts.js'
import { parseShortAddress } from './numbers.js'
import { portProtocolOf, portTest } from './ports.js'

const ALL_BITS = 0xffff_ffff
const MAX_PORT = 0xffff

/** Some tests of a chain: one, or several that are joined by "or" and can be one test. */
export interface Link {
  /** What joins it to those before; of the first it has no meaning. */
  readonly operator: 'and' | 'or'
  readonly operands: readonly Expression[]
}

type Chain = Extract<Expression, { kind: 'chain' }>

/** The tests of a chain, each by itself. */
export function links({ first, rest }: Chain): Link[] {
  return [
    { operator: 'or', operands: [first] },
    ...rest.map(({ operator, operand }) => ({ operator, operands: [operand] })),
  ]
}

/**
 * The tests of a chain, alternatives of one kind together. That is for expressions too long for the optimizer: it would
 * bring tests of one field together too, only much later.
 */
export function joined(chain: Chain): Link[] {
  const result: { operator: 'and' | 'or'; operands: Expression[]; kind: string | null }[] = []
  for (const { operator, operands } of links(chain)) {
    const [operand] = operands
    const kind = operand === undefined ? null : kindOf(operand)
    const before = result.at(-1)
    const isMore = operator === 'or' && kind !== null && before?.kind === kind && before.operator === 'or'
    if (isMore) before.operands.push(...operands)
    else result.push({ operator, operands: [...operands], kind })
  }
  return result
}

/** Any of several tests that {@link joined} put together. */
export function alternativesTest(cx: CodeContext, operands: readonly Expression[]): Block {
  const [first] = operands
  if (first?.kind !== 'identifier') throw new Error('bug: these tests cannot be joined')
  const { protocol, direction, kind }: Qualifiers = first.qualifiers
  cx.column = first.column
  const values = new Set(operands.map(joinableValue))
  return kind === 'port'
    ? portTest(cx, values, portProtocolOf(cx, protocol), direction)
    : ipv4Host(cx, values, ALL_BITS, protocol, direction, kind)
}

// Tests with the same text can be joined; null: with none.
function kindOf(operand: Expression): string | null {
  if (operand.kind !== 'identifier') return null
  const { protocol, direction, kind } = operand.qualifiers
  const isPort = kind === 'port' && operand.identifier.form === 'number'
  const isHost = (kind === null || kind === 'host') && protocol !== 'link' && protocol !== 'decnet'
  const isAddress = isHost && operand.identifier.form === 'ipv4'
  return (isPort || isAddress) && joinableValue(operand) >= 0 ? `${protocol},${direction},${kind}` : null
}

// A port, or a whole IPv4 address; -1 for what is neither.
function joinableValue(operand: Expression): number {
  if (operand.kind !== 'identifier') return -1
  const { identifier } = operand
  if (identifier.form === 'number') return identifier.value <= MAX_PORT ? identifier.value : -1
  if (identifier.form !== 'ipv4' || identifier.mask !== null) return -1
  const address = parseShortAddress(identifier.text)
  return address?.bits === 32 ? address.value : -1
}
