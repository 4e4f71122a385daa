import { ConfigError } from '../errors.js'
import { Literals } from './literals.js'
import type { Matcher } from './matcher.js'

/** What is looked for: text, bytes in hexadecimal, or a regular expression. */
export interface Pattern {
  readonly kind: 'text' | 'hex' | 'regex'
  readonly text: string
  /** Letters of ASCII are found in either case. */
  readonly isAnyCase: boolean
}

/** Longest pattern, in characters. */
export const MOST_PATTERN = 1000

/** Makes what finds a pattern. @throws ConfigError that tells the column of what is wrong. */
export async function matcherOf(pattern: Pattern): Promise<Matcher> {
  const { kind, text } = pattern
  if (text === '') throw refused(pattern, 'it must have at least one byte')
  if (text.length > MOST_PATTERN)
    throw refused(pattern, `it must have at most ${MOST_PATTERN} characters: found ${text.length}`)
  if (kind === 'text') return new Literals(formsOf(text), pattern.isAnyCase)
  if (kind === 'hex') return new Literals([bytesOf(pattern)], pattern.isAnyCase)
  return regularExpressionOf(pattern)
}

// As UTF-8, and as UTF-16LE where that is another text.
function formsOf(text: string): Buffer[] {
  const forms = [Buffer.from(text), Buffer.from(text, 'utf16le')]
  // A single character of ASCII has the same first byte in both.
  return forms[1]!.subarray(0, forms[0]!.length).equals(forms[0]!) ? forms.slice(0, 1) : forms
}

function bytesOf(pattern: Pattern): Buffer {
  const { text } = pattern
  const wrong = /[^\da-f\s:]/i.exec(text)
  if (wrong !== null)
    throw refused(pattern, `${JSON.stringify(wrong[0])} is no hexadecimal digit`, wrong.index)
  const digits = text.replace(/[\s:]/g, '')
  if (digits === '') throw refused(pattern, 'it must have at least one byte')
  if (digits.length % 2 === 1)
    throw refused(pattern, 'the last byte has one digit', text.trimEnd().length - 1)
  return Buffer.from(digits, 'hex')
}

async function regularExpressionOf(pattern: Pattern): Promise<Matcher> {
  const { RE2JS } = await import('re2js')
  const { RegularExpression } = await import('./regular-expression.js')
  const { text } = pattern
  const other = /[^\0-\x7f]/u.exec(text)
  if (other !== null) {
    const bytes = [...Buffer.from(other[0])].map((byte) => `\\x${byte.toString(16).toUpperCase()}`)
    throw refused(
      pattern,
      `${JSON.stringify(other[0])} must be written as bytes: ${bytes.join('')}`,
      other.index,
    )
  }
  const compiled = (of: string) => {
    try {
      return RE2JS.compile(of, pattern.isAnyCase ? RE2JS.CASE_INSENSITIVE : 0)
    } catch (error) {
      if (error instanceof Error && error.name === 'RE2JSSyntaxException') return error as SyntaxFailure
      throw error
    }
  }
  const expression = compiled(text)
  if (expression instanceof Error) {
    const { error, input = '' } = expression
    throw refused(
      pattern,
      input === '' || input === text ? error : `${error} ${JSON.stringify(input)}`,
      columnOf(),
    )
  }
  if (expression.test('')) throw refused(pattern, 'it fits an empty text: it must need at least one byte')
  return new RegularExpression(expression)

  // Where the shortest beginning ends that fails in the same way.
  function columnOf(): number {
    const { error, input = '' } = expression as SyntaxFailure
    if (error.startsWith('missing')) return text.length
    for (let length = 1; length < text.length; length++) {
      const beginning = text.slice(0, length)
      const part = compiled(beginning)
      if (part instanceof Error && part.error === error && part.input === beginning && input === text)
        return length - 1
      if (part instanceof Error && part.error === error && part.input === input)
        return Math.max(0, length - input.length)
    }
    return Math.max(0, text.length - input.length)
  }
}

/** An error of re2js. */
type SyntaxFailure = Error & { readonly error: string; readonly input?: string }

function refused({ text }: Pattern, problem: string, index?: number): ConfigError {
  const shown = JSON.stringify(text.length > MOST_PATTERN ? `${text.slice(0, 40)}...` : text)
  const place = index === undefined ? '' : `at column ${index + 1}: `
  return new ConfigError(`Cannot search for ${shown}: ${place}${problem}`)
}
