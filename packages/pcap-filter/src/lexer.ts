import { FilterSyntaxError } from './filter-syntax-error.js'
import { parseIpv6 } from './ipv6-address.js'
import { keywordOf, NAMED_NUMBERS } from './keywords.js'

/** Kinds of tokens other than keywords and operators, which are their own kinds. */
export type ValueKind = 'number' | 'name' | 'mac' | 'ipv4' | 'ipv6' | 'arcnet'

export interface Token {
  /** A {@link ValueKind}, a keyword, an operator such as `<=`, or `end`. */
  readonly kind: string
  /** The text as written; a name without the backslash that quotes it. */
  readonly text: string
  /** The value of a number, uint32; 0 for other tokens. */
  readonly value: number
  /** Column of the first character, from 1. */
  readonly column: number
  /** Number of characters. */
  readonly length: number
}

const MAX_NUMBER = 0xffff_ffff
const BLANK = /[ \r\n\t]/
const OPERATOR = /&&|\|\||>=|<=|!=|==|<<|>>|[-+*/%:[\]!<>()&|^=]/y
const OPERATOR_KINDS: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', '==': '=' }

const N = '(?:0[xX][0-9A-Fa-f]+|[0-9]+)'
const B = '[0-9A-Fa-f]{1,2}'
const B2 = '[0-9A-Fa-f]{4}'
const W = '[0-9A-Fa-f]{1,4}'
const QUAD = `${N}\\.${N}\\.${N}\\.${N}`

const NUMBER = new RegExp(N, 'y')
const DOTTED = new RegExp(`${N}(?:\\.${N}){1,3}`, 'y')
const MAC = new RegExp(
  `${B}(?::${B}){5}|${B}(?:-${B}){5}|${B}(?:\\.${B}){5}|${B2}\\.${B2}\\.${B2}|${B2}${B2}${B2}`,
  'y',
)
const BROKEN_MAC = new RegExp(`${B}:+(?:${B}:+)+`, 'y')
const ARCNET = new RegExp(`\\$${B}`, 'y')
const NAME = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y
const QUOTED_NAME = /\\[^ !()\n\t]+/y
const IPV6 = ipv6Patterns()

// Patterns for every form of an IPv6 address. They are separate because the longest match counts, but alternatives in
// one pattern yield the first. Besides `::` there are at most seven groups, or five before a dotted quad.
function ipv6Patterns(): readonly RegExp[] {
  const groups = (count: number) => new Array<string>(count).fill(W)
  const patterns = [groups(8).join(':'), [...groups(6), QUAD].join(':')]
  for (let left = 0; left <= 7; left++) {
    for (let right = 0; left + right <= 7; right++) {
      patterns.push(`${groups(left).join(':')}::${groups(right).join(':')}`)
      if (left + right <= 5) patterns.push(`${groups(left).join(':')}::${[...groups(right), QUAD].join(':')}`)
    }
  }
  return patterns.map((pattern) => new RegExp(pattern, 'y'))
}

/**
 * Splits an expression into tokens by libpcap's rules: the longest match wins, and among equally long ones the first
 * rule. The last token is `end`.
 *
 * @throws FilterSyntaxError for a character that cannot begin a token, a number above 32 bits, or an invalid address.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (BLANK.test(text[at]!)) {
      at += 1
      continue
    }
    const token = tokenAt(text, at)
    tokens.push(token)
    at += token.length
  }
  tokens.push({ kind: 'end', text: '', value: 0, column: text.length + 1, length: 0 })
  return tokens
}

function tokenAt(text: string, at: number): Token {
  const word = matchAt(NAME, text, at)
  const mac = matchAt(MAC, text, at)
  const ipv6 = ipv6At(text, at)
  const broken = matchAt(BROKEN_MAC, text, at)
  const dotted = matchAt(DOTTED, text, at)
  const number = matchAt(NUMBER, text, at)
  const longest = Math.max(word.length, mac.length, ipv6.length, broken.length, dotted.length, number.length)
  if (longest === 0) return otherTokenAt(text, at)
  const value = (kind: ValueKind, found: string): Token => token(kind, found, at)
  const keyword = word.length === longest ? keywordOf(word) : null
  if (keyword !== null) return token(keyword, word, at)
  if (mac.length === longest) return value('mac', mac)
  if (number.length === longest) return numberToken(number, at)
  if (dotted.length === longest) return value('ipv4', dotted)
  if (ipv6.length === longest) {
    if (parseIpv6(ipv6) === null) throw new FilterSyntaxError(`"${ipv6}" is not an IPv6 address`, at + 1)
    return value('ipv6', ipv6)
  }
  if (broken.length === longest) throw new FilterSyntaxError(`"${broken}" is not an Ethernet address`, at + 1)
  const named = Object.hasOwn(NAMED_NUMBERS, word) ? NAMED_NUMBERS[word] : undefined
  return named === undefined ? value('name', word) : { ...token('number', word, at), value: named }
}

// Reads a token that begins neither with a letter nor with a digit.
function otherTokenAt(text: string, at: number): Token {
  const operator = matchAt(OPERATOR, text, at)
  if (operator !== '') return token(OPERATOR_KINDS[operator] ?? operator, operator, at)
  const arcnet = matchAt(ARCNET, text, at)
  if (arcnet !== '') return token('arcnet', arcnet, at)
  const quoted = matchAt(QUOTED_NAME, text, at)
  if (quoted !== '') return { ...token('name', quoted.slice(1), at), length: quoted.length }
  const character = String.fromCodePoint(text.codePointAt(at)!)
  throw new FilterSyntaxError(`unexpected character ${JSON.stringify(character)}`, at + 1)
}

function token(kind: string, text: string, at: number): Token {
  return { kind, text, value: 0, column: at + 1, length: text.length }
}

function numberToken(digits: string, at: number): Token {
  const isHex = /^0x/i.test(digits)
  const isOctal = !isHex && digits.startsWith('0')
  if (isOctal && /[89]/.test(digits)) {
    throw new FilterSyntaxError(`"${digits}" begins with 0, so it is octal and cannot contain 8 or 9`, at + 1)
  }
  const value = isHex ? Number(digits) : Number.parseInt(digits, isOctal ? 8 : 10)
  if (value > MAX_NUMBER) throw new FilterSyntaxError(`"${digits}" does not fit into 32 bits`, at + 1)
  return { ...token('number', digits, at), value }
}

function ipv6At(text: string, at: number): string {
  const isPossible = /[0-9A-Fa-f:]/.test(text[at]!) && text.slice(at, at + 6).includes(':')
  if (!isPossible) return ''
  let longest = ''
  for (const pattern of IPV6) {
    const found = matchAt(pattern, text, at)
    if (found.length > longest.length) longest = found
  }
  return longest
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
