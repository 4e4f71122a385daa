import { FilterSyntaxError } from './filter-syntax-error.js'
import {
  LLC_SUPERVISORY,
  LLC_UNNUMBERED,
  nameOf,
  numberFor,
  PFLOG_ACTIONS,
  PFLOG_REASONS,
  WLAN_DIRECTIONS,
  WLAN_SUBTYPE_MASK,
  WLAN_SUBTYPES,
  WLAN_TYPE_MASK,
  WLAN_TYPES,
} from './named-values.js'
import type { Comparison, Expression } from './syntax-tree.js'
import type { TokenStream } from './token-stream.js'

const COMPARISONS: ReadonlySet<string> = new Set(['>', '>=', '=', '<=', '<', '!='])
const BYTE_OPERATORS: ReadonlySet<string> = new Set(['&', '|', '<', '>', '='])
const WLAN_STARTS: ReadonlySet<string> = new Set(['type', 'subtype', 'dir'])

type Parser = (stream: TokenStream, kind: never, column: number) => Expression

const lone: Parser = (_stream, kind, column) => ({ kind, column })
const withNumber: Parser = (stream, kind, column) => ({
  kind,
  column,
  value: stream.expect('number', 'a number').value,
})
const withOptionalNumber: Parser = (stream, kind, column) => ({
  kind,
  column,
  valueColumn: stream.kind === 'number' || stream.kind === '(' ? stream.column : column,
  value: stream.kind === 'number' || stream.kind === '(' ? parseNumberInParentheses(stream) : null,
})
const withName: Parser = (stream, kind, column) => ({
  kind,
  column,
  name: stream.expect('name', 'a name').text,
})

/** Parsers of the keywords that begin a test and take no qualifiers. */
const PARSERS: Readonly<Record<string, Parser>> = {
  ...every(['inbound', 'outbound', 'pppoed'], lone),
  ...every(['lane', 'metac', 'bcc', 'oamf4ec', 'oamf4sc', 'sc', 'ilmic', 'oam', 'oamf4'], lone),
  ...every(['connectmsg', 'metaconnect', 'fisu', 'lssu', 'msu', 'hfisu', 'hlssu', 'hmsu'], lone),
  ...every(['broadcast', 'multicast'], (_stream, kind, column) => ({ kind, column, protocol: null })),
  ...every(['less', 'greater', 'ifindex', 'rulenum', 'subrulenum'], withNumber),
  ...every(['vlan', 'mpls', 'pppoes', 'geneve'], withOptionalNumber),
  ...every(['ifname', 'ruleset'], withName),
  ...every(['vpi', 'vci', 'sio', 'opc', 'dpc', 'sls', 'hsio', 'hopc', 'hdpc', 'hsls'], parseField),
  byte: parseByte,
  llc: parseLlc,
  reason: parseReason,
  action: parseAction,
}

function every(kinds: readonly string[], parser: Parser): Record<string, Parser> {
  return Object.fromEntries(kinds.map((kind) => [kind, parser]))
}

/** True for a token that begins a test and must not follow a protocol. */
export function isPrimitiveStart(kind: string): boolean {
  return Object.hasOwn(PARSERS, kind)
}

/** True for the tokens `type`, `subtype` and `dir` of IEEE 802.11. */
export function isWlanStart(kind: string): boolean {
  return WLAN_STARTS.has(kind)
}

/** Parses a test that begins with the next token. */
export function parsePrimitive(stream: TokenStream): Expression {
  const { kind, column } = stream.take()
  return PARSERS[kind]!(stream, kind as never, column)
}

function parseNumberInParentheses(stream: TokenStream): number {
  if (!stream.tryTake('(')) return stream.expect('number', 'a number').value
  const value = stream.nested(() => parseNumberInParentheses(stream))
  stream.expect(')', '")"')
  return value
}

function parseByte(stream: TokenStream, _kind: never, column: number): Expression {
  const offset = stream.expect('number', 'the offset of a byte').value
  if (!BYTE_OPERATORS.has(stream.kind)) throw stream.unexpected('one of & | < > =')
  const operator = stream.take().kind as '&'
  return { kind: 'byte', column, offset, operator, value: stream.expect('number', 'a number').value }
}

function parseLlc(stream: TokenStream, _kind: never, column: number): Expression {
  if (stream.tryTake('rulenum')) return { kind: 'llc', column, frame: 'rnr' } // "rnr" is also a keyword of pflog
  if (stream.kind !== 'name') return { kind: 'llc', column, frame: null }
  const { text, column: nameColumn } = stream.take()
  const frame = text.toLowerCase()
  const isKnown =
    ['i', 's', 'u'].includes(frame) ||
    numberFor(LLC_SUPERVISORY, frame) !== undefined ||
    numberFor(LLC_UNNUMBERED, frame) !== undefined
  if (!isKnown) throw new FilterSyntaxError(`"${text}" is not a type of LLC frame`, nameColumn)
  return { kind: 'llc', column, frame }
}

function parseReason(stream: TokenStream, _kind: never, column: number): Expression {
  const value = numberOrName(stream, PFLOG_REASONS, 'a reason of the packet filter')
  return { kind: 'reason', column, value }
}

function parseAction(stream: TokenStream, _kind: never, column: number): Expression {
  const { text, column: nameColumn } = stream.expect('name', 'an action of the packet filter')
  const value = numberFor(PFLOG_ACTIONS, text)
  if (value === undefined)
    throw new FilterSyntaxError(`"${text}" is not an action of the packet filter`, nameColumn)
  return { kind: 'action', column, value }
}

// Parses `vpi 5`, `vpi > 5` or `vpi (5 or 6)`.
function parseField(stream: TokenStream, kind: never, column: number): Expression {
  if (COMPARISONS.has(stream.kind)) {
    const comparison = stream.take().kind as Comparison
    const { column: valueColumn, value } = stream.expect('number', 'a number')
    return { kind, column, comparison, valueColumn, value }
  }
  const isList = stream.tryTake('(')
  const first = fieldValue(stream, kind, column)
  if (!isList) return first
  const rest: { operator: 'or'; operand: Expression }[] = []
  while (stream.tryTake('or')) rest.push({ operator: 'or', operand: fieldValue(stream, kind, stream.column) })
  stream.expect(')', '"or" or ")"')
  return rest.length === 0 ? first : { kind: 'chain', column, first, rest }
}

function fieldValue(stream: TokenStream, kind: never, column: number): Expression {
  const { column: valueColumn, value } = stream.expect('number', 'a number')
  return { kind, column, comparison: '=', valueColumn, value }
}

/** Parses a test that begins with `type`, `subtype` or `dir`. @param column Column of the whole test. */
export function parseWlan(stream: TokenStream, column: number): Expression {
  const { kind } = stream.take()
  if (kind === 'dir')
    return {
      kind: 'wlanDirection',
      column,
      value: numberOrName(stream, WLAN_DIRECTIONS, 'an 802.11 direction'),
    }
  if (kind === 'subtype') return { kind: 'wlanType', column, ...parseLoneSubtype(stream) }
  const { column: typeColumn } = stream.next
  const type = numberOrName(stream, WLAN_TYPES, 'an 802.11 type')
  refuseOtherBits(type, WLAN_TYPE_MASK, 'type', typeColumn)
  return {
    kind: 'wlanType',
    column,
    type,
    subtype: stream.tryTake('subtype') ? parseSubtype(stream, type) : null,
  }
}

function parseSubtype(stream: TokenStream, type: number): number {
  const { column } = stream.next
  const names = WLAN_SUBTYPES.find((row) => row.type === type)?.names ?? {}
  const subtype = numberOrName(stream, names, `a subtype of ${nameOf(WLAN_TYPES, type) ?? 'this type'}`)
  refuseOtherBits(subtype, WLAN_SUBTYPE_MASK, 'subtype', column)
  return subtype
}

function parseLoneSubtype(stream: TokenStream): { type: number; subtype: number } {
  const { text, column } = stream.expect('name', 'the name of an 802.11 subtype')
  for (const { type, names } of WLAN_SUBTYPES) {
    const subtype = numberFor(names, text)
    if (subtype !== undefined) return { type, subtype }
  }
  throw new FilterSyntaxError(`"${text}" is not an 802.11 subtype`, column)
}

function refuseOtherBits(value: number, mask: number, what: string, column: number): void {
  if ((value & ~mask) !== 0) {
    throw new FilterSyntaxError(`an 802.11 ${what} may only have bits of 0x${mask.toString(16)}`, column)
  }
}

function numberOrName(stream: TokenStream, names: Readonly<Record<string, number>>, what: string): number {
  const { kind, text, value, column } = stream.next
  if (kind !== 'number' && kind !== 'name') throw stream.unexpected(what)
  stream.take()
  if (kind === 'number') return value
  const named = numberFor(names, text)
  if (named === undefined) throw new FilterSyntaxError(`"${text}" is not ${what}`, column)
  return named
}
