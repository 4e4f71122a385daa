import type { RE2JS, Matcher as Re2Matcher } from 're2js'
import type { Match, Matcher } from './matcher.js'

const BLOCK_BYTES = 64 * 1024
/** A match is found whole up to this length. */
export const MOST_MATCH_BYTES = 16 * 1024

/** Finds what a regular expression of RE2 fits, in time that grows with the bytes alone. A byte is a character of Latin-1. */
export class RegularExpression implements Matcher {
  // Invariant: #at is where #matcher would go on; -1: it has not begun.
  readonly reach = MOST_MATCH_BYTES
  readonly block = BLOCK_BYTES
  readonly #expression: RE2JS
  #matcher: Re2Matcher | null = null
  #at = -1

  constructor(expression: RE2JS) {
    this.#expression = expression
  }

  load(bytes: Buffer): void {
    const text = bytes.toString('latin1', 0, bytes.length)
    // To tell whether there is a match takes a fraction of the time that it takes to find it.
    this.#matcher = this.#expression.test(text) ? this.#expression.matcher(text) : null
    this.#at = -1
  }

  next(at: number): Match | null {
    const matcher = this.#matcher
    if (matcher === null) return null
    let isFound = this.#at === at ? matcher.find() : matcher.find(at)
    while (isFound && matcher.end() === matcher.start()) isFound = matcher.find()
    if (!isFound) return null
    this.#at = matcher.end()
    return { from: matcher.start(), to: this.#at }
  }
}
