import { FilterSyntaxError } from './filter-syntax-error.js'
import { isProtocol } from './keywords.js'
import { continuedArithmetic, parseArithmetic, parseLoad } from './parse-arithmetic.js'
import { isPrimitiveStart, isWlanStart, parsePrimitive, parseWlan } from './parse-primitive.js'
import type {
  AddressKind,
  Arithmetic,
  Comparison,
  Direction,
  Expression,
  Identifier,
  Qualifiers,
} from './syntax-tree.js'
import { TokenStream } from './token-stream.js'

/**
 * Whether an address, a number or a name may inherit its qualifiers: not (`none`), when it stands alone (`one`), or also
 * in parentheses (`group`). libpcap's grammar makes these distinctions.
 */
type Bare = 'none' | 'one' | 'group'

/** The unit parsed: a test, an identifier, or a number that may turn out to be an identifier or an operand. */
type Unit =
  | { readonly kind: 'term'; readonly expression: Expression; readonly qualifiers: Qualifiers | null }
  | { readonly kind: 'identifier'; readonly expression: Expression; readonly qualifiers: Qualifiers | null }
  | { readonly kind: 'arithmetic'; readonly arithmetic: Arithmetic }

const COMPARISONS: ReadonlySet<string> = new Set(['>', '>=', '=', '<=', '<', '!='])
const DIRECTIONS: ReadonlySet<string> = new Set([
  'src',
  'dst',
  'addr1',
  'addr2',
  'addr3',
  'addr4',
  'ra',
  'ta',
])
const ADDRESS_KINDS: ReadonlySet<string> = new Set(['host', 'net', 'port', 'portrange'])
const LONE_KINDS: ReadonlySet<string> = new Set(['proto', 'protochain', 'gateway'])

const TERM = 'a test such as "tcp", "host ADDRESS" or "port NUMBER"'
const ADDRESS = 'an address, a number or a name'

/**
 * Parses an expression to a syntax tree; null for an empty expression, which matches every packet. Accepts what
 * libpcap's grammar accepts, and does not check names and values. The tree contains inherited qualifiers explicitly.
 *
 * @throws FilterSyntaxError for a syntax error.
 */
export function parseExpression(text: string): Expression | null {
  const stream = new TokenStream(text)
  if (stream.kind === 'end') return null
  const { expression } = parseTerms(stream, null)
  if (stream.kind !== 'end') throw stream.unexpected('"and", "or" or the end')
  return expression
}

interface Terms {
  readonly expression: Expression
  /** The qualifiers that a following identifier inherits; null if there are none. */
  readonly qualifiers: Qualifiers | null
}

function parseTerms(stream: TokenStream, qualifiers: Qualifiers | null): Terms {
  return continuedTerms(stream, parseUnit(stream, 'none', true, qualifiers))
}

function continuedTerms(stream: TokenStream, start: Unit): Terms {
  const first = termOf(stream, start)
  let { qualifiers } = first
  const rest: { operator: 'and' | 'or'; operand: Expression }[] = []
  while (stream.kind === 'and' || stream.kind === 'or') {
    const operator = stream.take().kind as 'and' | 'or'
    const unit = parseUnit(stream, 'group', true, qualifiers)
    const operand = asTermOrIdentifier(unit, qualifiers)
    rest.push({ operator, operand: operand.expression })
    qualifiers = operand.qualifiers
  }
  return { expression: chainOf(first.expression, rest), qualifiers }
}

function chainOf(first: Expression, rest: { operator: 'and' | 'or'; operand: Expression }[]): Expression {
  return rest.length === 0 ? first : { kind: 'chain', column: first.column, first, rest }
}

function termOf(stream: TokenStream, unit: Unit): Terms {
  if (unit.kind === 'term') return unit
  throw stream.unexpected(unit.kind === 'arithmetic' ? 'a comparison such as ">" or "="' : TERM)
}

function asTermOrIdentifier(unit: Unit, qualifiers: Qualifiers | null): Terms {
  return unit.kind === 'arithmetic' ? numberIdentifier(unit.arithmetic, qualifiers) : unit
}

// Converts a number to an identifier.
function numberIdentifier(arithmetic: Arithmetic, qualifiers: Qualifiers | null): Terms {
  const { kind, column } = arithmetic
  if (kind !== 'number') {
    throw new FilterSyntaxError('expected a comparison such as ">" or "=" after this computation', column)
  }
  return identifierOf({ form: 'number', column, value: arithmetic.value }, column, qualifiers)
}

function identifierOf(identifier: Identifier, column: number, qualifiers: Qualifiers | null): Terms {
  if (qualifiers === null) {
    throw new FilterSyntaxError('expected a qualifier before this: "host", "net", "port" or the like', column)
  }
  return { expression: { kind: 'identifier', column, qualifiers, identifier }, qualifiers }
}

/**
 * Parses one operand of `and`, `or` and `not`, or the first item in parentheses.
 *
 * @param terms False if only identifiers are allowed: after `host`, `port` and so on.
 */
function parseUnit(stream: TokenStream, bare: Bare, terms: boolean, qualifiers: Qualifiers | null): Unit {
  const { kind, column } = stream
  if (kind === '!') return stream.nested(() => parseNot(stream, bare, terms, qualifiers))
  if (kind === '(') {
    const unit = stream.nested(() => parseParentheses(stream, bare, terms, qualifiers))
    return unit.kind === 'arithmetic' ? afterArithmetic(stream, unit.arithmetic, bare, terms) : unit
  }
  if (kind === 'number' && (bare !== 'none' || terms)) {
    const { value } = stream.take()
    return afterArithmetic(stream, { kind: 'number', column, value }, bare, terms)
  }
  if (bare !== 'none') {
    const identifier = parseIdentifier(stream)
    if (identifier !== null) return { kind: 'identifier', ...identifierOf(identifier, column, qualifiers) }
  }
  if (!terms) throw stream.unexpected(ADDRESS)
  return parseTerm(stream, bare)
}

function parseNot(stream: TokenStream, bare: Bare, terms: boolean, qualifiers: Qualifiers | null): Unit {
  const { column } = stream.take()
  const unit = parseUnit(stream, bare === 'none' ? 'none' : 'group', terms, qualifiers)
  const operand = asTermOrIdentifier(unit, qualifiers)
  if (unit.kind === 'arithmetic' && bare === 'none')
    throw stream.unexpected('a comparison such as ">" or "="')
  return {
    kind: unit.kind === 'term' ? 'term' : 'identifier',
    expression: { kind: 'not', column, operand: operand.expression },
    qualifiers: operand.qualifiers,
  }
}

// The content of parentheses decides whether they are a term, a group of identifiers, or a part of a computation.
function parseParentheses(
  stream: TokenStream,
  bare: Bare,
  terms: boolean,
  qualifiers: Qualifiers | null,
): Unit {
  const { column } = stream.take()
  const isGroup = bare === 'group'
  const unit = parseUnit(stream, isGroup ? 'one' : 'none', true, qualifiers)
  if (unit.kind === 'arithmetic') {
    if (isGroup && isJoined(stream) && unit.arithmetic.kind === 'number') {
      return parseGroup(stream, numberIdentifier(unit.arithmetic, qualifiers))
    }
    if (stream.kind !== ')') throw stream.unexpected('")" or a comparison such as ">" or "="')
    if (!terms && unit.arithmetic.kind !== 'number') throw stream.unexpected(ADDRESS)
    stream.take()
    return { kind: 'arithmetic', arithmetic: { ...unit.arithmetic, column } }
  }
  if (unit.kind === 'identifier') return parseGroup(stream, unit)
  if (!terms)
    throw new FilterSyntaxError(`expected ${ADDRESS}, found a complete test`, unit.expression.column)
  const { expression } = continuedTerms(stream, unit)
  stream.expect(')', '"and", "or" or ")"')
  return { kind: 'term', expression, qualifiers }
}

function parseGroup(stream: TokenStream, first: Terms): Unit {
  const rest: { operator: 'and' | 'or'; operand: Expression }[] = []
  while (isJoined(stream)) {
    const operator = stream.take().kind as 'and' | 'or'
    const operand = asTermOrIdentifier(parseUnit(stream, 'group', false, first.qualifiers), first.qualifiers)
    rest.push({ operator, operand: operand.expression })
  }
  stream.expect(')', '"and", "or" or ")"')
  return { kind: 'identifier', expression: chainOf(first.expression, rest), qualifiers: first.qualifiers }
}

function isJoined(stream: TokenStream): boolean {
  return stream.kind === 'and' || stream.kind === 'or'
}

// After a number or computation: it is the left side of a comparison, or stands alone.
function afterArithmetic(stream: TokenStream, start: Arithmetic, bare: Bare, terms: boolean): Unit {
  if (!terms) {
    if (start.kind !== 'number') throw stream.unexpected(ADDRESS)
    return { kind: 'arithmetic', arithmetic: start }
  }
  const left = continuedArithmetic(stream, start)
  if (COMPARISONS.has(stream.kind)) {
    const comparison = stream.take().kind as Comparison
    const right = parseArithmetic(stream)
    const expression: Expression = { kind: 'relation', column: left.column, comparison, left, right }
    return { kind: 'term', expression, qualifiers: null }
  }
  if (left.kind !== 'number' && stream.kind !== ')')
    throw stream.unexpected('a comparison such as ">" or "="')
  if (bare === 'none' && stream.kind !== ')') throw stream.unexpected('a comparison such as ">" or "="')
  return { kind: 'arithmetic', arithmetic: left }
}

function parseIdentifier(stream: TokenStream): Identifier | null {
  const { kind, text, column } = stream.next
  switch (kind) {
    case 'name':
      stream.take()
      return { form: 'name', column, text }
    case 'mac':
      stream.take()
      return { form: 'mac', column, text }
    case 'arcnet':
      stream.take()
      return { form: 'arcnet', column, text }
    case 'ipv6': {
      stream.take()
      const prefix = stream.tryTake('/') ? stream.expect('number', 'a prefix length').value : null
      return { form: 'ipv6', column, text, prefix }
    }
    case 'ipv4':
      stream.take()
      return { form: 'ipv4', column, text, mask: parseMask(stream) }
    default:
      return null
  }
}

function parseMask(stream: TokenStream): number | string | null {
  if (stream.tryTake('/')) return stream.expect('number', 'a prefix length').value
  return stream.tryTake('mask') ? stream.expect('ipv4', 'a mask such as 255.255.0.0').text : null
}

function parseTerm(stream: TokenStream, bare: Bare): Unit {
  const { column, kind } = stream
  if (isPrimitiveStart(kind)) return { kind: 'term', expression: parsePrimitive(stream), qualifiers: null }
  if (isWlanStart(kind)) return { kind: 'term', expression: parseWlan(stream, column), qualifiers: null }
  if (kind === '-' || kind === 'len') {
    return afterArithmetic(stream, parseArithmetic(stream), bare, true)
  }
  if (!isProtocol(kind)) {
    if (DIRECTIONS.has(kind) || ADDRESS_KINDS.has(kind) || LONE_KINDS.has(kind)) {
      return parseQualified(stream, column, null)
    }
    throw stream.unexpected(TERM)
  }
  stream.take()
  if (stream.kind === '[') {
    return afterArithmetic(stream, parseLoad(stream, column, kind), bare, true)
  }
  if (stream.kind === 'broadcast' || stream.kind === 'multicast') {
    return {
      kind: 'term',
      expression: { kind: stream.take().kind as 'broadcast', column, protocol: kind },
      qualifiers: null,
    }
  }
  if (isWlanStart(stream.kind))
    return { kind: 'term', expression: parseWlan(stream, column), qualifiers: null }
  if (DIRECTIONS.has(stream.kind) || ADDRESS_KINDS.has(stream.kind) || LONE_KINDS.has(stream.kind)) {
    return parseQualified(stream, column, kind)
  }
  return { kind: 'term', expression: { kind: 'protocol', column, protocol: kind }, qualifiers: null }
}

// Parses the qualifiers after the protocol, and what they qualify.
function parseQualified(stream: TokenStream, column: number, protocol: Qualifiers['protocol']): Unit {
  const direction = DIRECTIONS.has(stream.kind) ? parseDirection(stream) : null
  const mayBeLone = direction === null && LONE_KINDS.has(stream.kind)
  const kind = mayBeLone || ADDRESS_KINDS.has(stream.kind) ? (stream.take().kind as AddressKind) : null
  const qualifiers = { protocol, direction, kind }
  const unit = parseUnit(stream, 'group', false, qualifiers)
  const { expression } = asTermOrIdentifier(unit, qualifiers)
  const whole = expression.kind === 'identifier' ? { ...expression, column } : expression
  return { kind: 'term', expression: whole, qualifiers }
}

function parseDirection(stream: TokenStream): Direction {
  const first = stream.take().kind
  if ((first !== 'src' && first !== 'dst') || !isJoined(stream)) return first as Direction
  const operator = stream.take().kind
  const second = first === 'src' ? 'dst' : 'src'
  stream.expect(second, `"${second}"`)
  return operator === 'or' ? 'src or dst' : 'src and dst'
}
