import { FilterSyntaxError } from './filter-syntax-error.js'
import { isProtocol, type Protocol } from './keywords.js'
import type { Arithmetic, ArithmeticOperator } from './syntax-tree.js'
import type { TokenStream } from './token-stream.js'

/** Most operators in one computation, so that recursion can walk the tree. */
const MAX_OPERATORS = 500

const LOWEST = 0
const SIGN = 6
// `%` and `^` have no precedence in libpcap's grammar. They bind tighter than any operator to their left, and take
// everything to their right: `2 * 3 % 4` is 2 * (3 % 4), and `9 % 2 + 1` is 9 % (2 + 1).
const UNRANKED = Number.POSITIVE_INFINITY
const RANKS: Readonly<Record<string, number>> = {
  '|': 1,
  '&': 2,
  '<<': 3,
  '>>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': UNRANKED,
  '^': UNRANKED,
}

/** Parses a computation. @throws FilterSyntaxError when none begins here. */
export function parseArithmetic(stream: TokenStream): Arithmetic {
  return parseRanked(stream, LOWEST)
}

/** Parses the operators after an operand that was already parsed. */
export function continuedArithmetic(stream: TokenStream, start: Arithmetic): Arithmetic {
  return withOperators(stream, start, LOWEST)
}

function parseRanked(stream: TokenStream, above: number): Arithmetic {
  return stream.nested(() => withOperators(stream, parseOperand(stream), above))
}

function withOperators(stream: TokenStream, start: Arithmetic, above: number): Arithmetic {
  let left = start
  for (let count = 0; ; count++) {
    const operator = stream.kind
    const rank = RANKS[operator]
    if (rank === undefined || rank <= above) return left
    if (count === MAX_OPERATORS) {
      throw new FilterSyntaxError(`more than ${MAX_OPERATORS} operators in one computation`, stream.column)
    }
    stream.take()
    const right = parseRanked(stream, rank === UNRANKED ? LOWEST : rank)
    left = { kind: 'binary', column: start.column, operator: operator as ArithmeticOperator, left, right }
  }
}

function parseOperand(stream: TokenStream): Arithmetic {
  const { kind, column, value } = stream.next
  if (isProtocol(kind)) {
    stream.take()
    return parseLoad(stream, column, kind)
  }
  switch (kind) {
    case 'number':
      stream.take()
      return { kind: 'number', column, value }
    case 'len':
      stream.take()
      return { kind: 'length', column }
    case '-':
      stream.take()
      return { kind: 'negate', column, operand: parseRanked(stream, SIGN) }
    case '(': {
      stream.take()
      const inner = parseArithmetic(stream)
      stream.expect(')', '")"')
      return { ...inner, column }
    }
    default:
      throw stream.unexpected('a number, "len" or an accessor such as "tcp[13]"')
  }
}

/** Parses the brackets of an accessor, after its protocol. */
export function parseLoad(stream: TokenStream, column: number, protocol: Protocol): Arithmetic {
  stream.expect('[', '"[" after the protocol')
  const offset = parseArithmetic(stream)
  const size = stream.tryTake(':') ? stream.expect('number', 'the number of bytes: 1, 2 or 4').value : 1
  stream.expect(']', '"]"')
  return { kind: 'load', column, protocol, offset, size }
}
