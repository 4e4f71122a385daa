import { suggestionFor } from '../config/suggest.js'
import { ConfigError } from '../errors.js'
import { type Field, fieldNames, fieldOf, type RecordTest } from './fields.js'
import { QueryError, type Token, tokensOf } from './tokens.js'

/** Parentheses and negations that may stand in each other. */
const MAX_DEPTH = 100
const COMPARISONS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', 'in', 'contains'])

/** A query that was understood. */
export interface Query {
  readonly test: RecordTest
  /** The fields that it looks at. */
  readonly fields: ReadonlySet<string>
}

/**
 * Makes a test of index records from a query such as `resp_bytes > 1M and id.resp_p = 443`. Its words are those of
 * docs/where.md.
 *
 * @throws ConfigError The message tells the column of what is wrong.
 */
export function whereOf(query: string): Query {
  try {
    const parser = new Parser(query)
    return { test: parser.query(), fields: parser.fields }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const message = `Cannot use --where ${JSON.stringify(query)}: at column ${error.column}: ${error.message}`
    throw new ConfigError(message, { cause: error })
  }
}

/** A recursive descent over: query = term {or term}; term = factor {and factor}; factor = not factor | ( query ) | test. */
class Parser {
  readonly fields = new Set<string>()
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(query: string) {
    this.#tokens = tokensOf(query)
  }

  query(): RecordTest {
    const test = this.#query()
    if (this.#next.kind !== 'end') throw this.#refusal('expected "and", "or" or the end')
    return test
  }

  #query(): RecordTest {
    const terms = [this.#term()]
    while (this.#takes('or')) terms.push(this.#term())
    return terms.length === 1 ? terms[0]! : (record) => terms.some((term) => term(record))
  }

  #term(): RecordTest {
    const factors = [this.#factor()]
    while (this.#takes('and')) factors.push(this.#factor())
    return factors.length === 1 ? factors[0]! : (record) => factors.every((factor) => factor(record))
  }

  #factor(): RecordTest {
    const opening = this.#next
    if (this.#takes('not')) {
      const factor = this.#nested(opening, () => this.#factor())
      return (record) => !factor(record)
    }
    if (!this.#takes('(')) return this.#test()
    const query = this.#nested(opening, () => this.#query())
    if (!this.#takes(')')) throw this.#refusal('expected ")"')
    return query
  }

  #nested(opening: Token, parse: () => RecordTest): RecordTest {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw new QueryError(`more than ${MAX_DEPTH} levels`, opening.column)
    const test = parse()
    this.#depth -= 1
    return test
  }

  #test(): RecordTest {
    const name = this.#take('word', 'expected a field')
    const field = fieldOf(name.text)
    if (field === null) throw new QueryError(unknownField(name.text), name.column)
    for (const column of field.columns) this.fields.add(column)
    const operator = this.#next
    if (operator.kind === 'operator' && COMPARISONS.has(operator.text)) {
      this.#at += 1
      return this.#comparison(field, operator)
    }
    if (field.bare === null) throw this.#refusal(`expected a comparison of ${field.name}`)
    return field.bare
  }

  #comparison(field: Field, operator: Token): RecordTest {
    if (operator.text === 'in' && this.#takes('(')) {
      const tests = [this.#value(field, operator)]
      while (this.#takes(',')) tests.push(this.#value(field, operator))
      if (!this.#takes(')')) throw this.#refusal('expected "," or ")"')
      return (record) => tests.some((test) => test(record))
    }
    return this.#value(field, operator)
  }

  #value(field: Field, operator: Token): RecordTest {
    const value = this.#next
    if (value.kind !== 'word' && value.kind !== 'text') throw this.#refusal(`expected ${field.expects}`)
    this.#at += 1
    const test = field.test(operator.text, value.text)
    if (test === 'operator') {
      const problem = `${field.name} cannot be compared with "${operator.text}": it takes ${field.operators.join(' ')}`
      throw new QueryError(problem, operator.column)
    }
    if (test !== 'value') return test
    throw new QueryError(`${JSON.stringify(value.text)} is not ${field.expects}`, value.column)
  }

  get #next(): Token {
    return this.#tokens[this.#at]!
  }

  #takes(operator: string): boolean {
    const { kind, text } = this.#next
    if (kind !== 'operator' || text !== operator) return false
    this.#at += 1
    return true
  }

  #take(kind: Token['kind'], problem: string): Token {
    const token = this.#next
    if (token.kind !== kind) throw this.#refusal(problem)
    this.#at += 1
    return token
  }

  #refusal(problem: string): QueryError {
    const { kind, text, column } = this.#next
    const found = kind === 'end' ? 'the query ends' : `found ${JSON.stringify(text)}`
    return new QueryError(`${problem}, ${found}`, column)
  }
}

function unknownField(name: string): string {
  const suggestion = suggestionFor(name, fieldNames())
  const hint = suggestion === null ? '' : `; did you mean ${suggestion}?`
  return `the index has no field ${JSON.stringify(name)}${hint}`
}
