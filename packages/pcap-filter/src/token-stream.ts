import { FilterSyntaxError } from './filter-syntax-error.js'
import { type Token, tokensOf } from './lexer.js'

/** Most levels of nested parentheses, `not`, signs and accessors. */
const MAX_DEPTH = 500

/** Reads the tokens of an expression with one token of lookahead, and counts the nesting depth. */
export class TokenStream {
  // Invariant: the last token is 'end' and is never passed.
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  /** @throws FilterSyntaxError when the text cannot be split into tokens. */
  constructor(text: string) {
    this.#tokens = tokensOf(text)
  }

  /** The next token. */
  get next(): Token {
    return this.#tokens[this.#at]!
  }

  get kind(): string {
    return this.next.kind
  }

  get column(): number {
    return this.next.column
  }

  /** Consumes the next token and returns it. */
  take(): Token {
    const token = this.next
    if (token.kind !== 'end') this.#at += 1
    return token
  }

  /** Consumes the next token if it is of this kind. Returns whether it was. */
  tryTake(kind: string): boolean {
    if (this.kind !== kind) return false
    this.take()
    return true
  }

  /** Consumes a token of this kind. @throws FilterSyntaxError when the next token is of another kind. */
  expect(kind: string, expected: string): Token {
    if (this.kind !== kind) throw this.unexpected(expected)
    return this.take()
  }

  /** Makes the error for an unexpected next token. @param expected What was expected instead. */
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
