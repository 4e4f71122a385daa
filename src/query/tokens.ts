/** The expression of a query has an error. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  /** From 1, in characters. */
  readonly column: number

  constructor(problem: string, column: number) {
    super(problem)
    this.column = column
  }
}

export interface Token {
  /** A word is a name, number, address, time or bare text; a text was quoted. */
  readonly kind: 'word' | 'text' | 'operator' | 'end'
  readonly text: string
  /** From 1, in characters. */
  readonly column: number
}

/** Longer ones come first. */
const OPERATORS = ['<=', '>=', '!=', '==', '&&', '||', '<', '>', '=', '!', '(', ')', ','] as const
const WORD = /[^\s<>=!&|(),"']+/y
const SPACE = /\s+/y
/** Words that mean an operator, and other spellings of operators. */
const MEANING: Readonly<Record<string, string>> = { '==': '=', '&&': 'and', '||': 'or', '!': 'not' }
const WORD_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'contains'])

/**
 * Splits a query into its tokens. The last one is the end.
 *
 * @throws QueryError
 */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < query.length) {
    const space = matchAt(SPACE, query, at)
    if (space !== null) {
      at += space.length
      continue
    }
    const token = tokenAt(query, at)
    tokens.push(token.token)
    at = token.end
  }
  tokens.push({ kind: 'end', text: '', column: query.length + 1 })
  return tokens
}

function tokenAt(query: string, at: number): { readonly token: Token; readonly end: number } {
  const column = at + 1
  const first = query[at]!
  if (first === '"' || first === "'") {
    const end = query.indexOf(first, at + 1)
    if (end < 0) throw new QueryError(`the text that begins here has no closing ${first}`, column)
    return { token: { kind: 'text', text: query.slice(at + 1, end), column }, end: end + 1 }
  }
  const operator = OPERATORS.find((text) => query.startsWith(text, at))
  if (operator !== undefined) {
    const token: Token = { kind: 'operator', text: MEANING[operator] ?? operator, column }
    return { token, end: at + operator.length }
  }
  const word = matchAt(WORD, query, at)
  if (word === null) throw new QueryError(`"${first}" means nothing here`, column)
  const isOperator = WORD_OPERATORS.has(word.toLowerCase())
  const token: Token = {
    kind: isOperator ? 'operator' : 'word',
    text: isOperator ? word.toLowerCase() : word,
    column,
  }
  return { token, end: at + word.length }
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}
