import { FilterSyntaxError } from './filter-syntax-error.js'
import { type Token, tokensOf } from './lexer.js'

/** Parentheses, `not`, signs and accessors inside each other. */
const MAX_DEPTH = 500

/** The tokens of one expression, read from left to right with one token of lookahead, and how deep they nest. */
export class TokenStream {
  // Invariants: the last token is 'end' and is never passed.
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  /** @throws FilterSyntaxError where the text has something that is no token. */
  constructor(text: string) {
    this.#tokens = tokensOf(text)
  }

  /** The token that comes next. */
  get next(): Token {
    return this.#tokens[this.#at]!
  }

  get kind(): string {
    return this.next.kind
  }

  get column(): number {
    return this.next.column
  }

  /** Passes the next token and returns it. */
  take(): Token {
    const token = this.next
    if (token.kind !== 'end') this.#at += 1
    return token
  }

  /** Passes the next token if it is of this kind. */
  tryTake(kind: string): boolean {
    if (this.kind !== kind) return false
    this.take()
    return true
  }

  /** @throws FilterSyntaxError unless the next token is of this kind. */
  expect(kind: string, expected: string): Token {
    if (this.kind !== kind) throw this.unexpected(expected)
    return this.take()
  }

  /** The error that the next token is. */
  unexpected(expected: string): FilterSyntaxError {
    const { kind, text, column } = this.next
    const found = kind === 'end' ? 'the expression ends' : `found ${JSON.stringify(shortened(text))}`
    return new FilterSyntaxError(`expected ${expected}, ${found}`, column)
  }

  /** Runs `parse` one level deeper. @throws FilterSyntaxError beyond the limit. */
  nested<T>(parse: () => T): T {
    if (this.#depth === MAX_DEPTH) {
      throw new FilterSyntaxError(`the expression nests more than ${MAX_DEPTH} levels deep`, this.column)
    }
    this.#depth += 1
    const result = parse()
    this.#depth -= 1
    return result
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
