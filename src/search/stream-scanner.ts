import type { Matcher } from './matcher.js'

const FIRST_WINDOW_BYTES = 64 * 1024
/** What matters of the bytes before a match: whether a line or a word begins there. */
const LEAST_BEFORE = 4
/** A match is shown up to this length. */
const MOST_SHOWN_BYTES = 1000

/** A match. Texts have a character of Latin-1 for each byte. */
export interface Hit {
  /** Of its first byte in the stream. */
  readonly offset: number
  readonly length: number
  /** Its first bytes. */
  readonly match: string
  readonly before: string
  readonly after: string
}

/**
 * Finds a pattern in a stream that comes in pieces. Matches do not overlap, and none spans bytes that are missing. How the stream
 * was cut changes nothing: it is looked at in windows that are full.
 */
export class StreamScanner {
  // Invariant: #window has #filled bytes of the stream from #offset on. Matches that begin before #at are told already.
  readonly #matcher: Matcher
  readonly #context: number
  readonly #before: number
  /** Bytes behind the beginning of a match that must be known. */
  readonly #behind: number
  readonly #mostBytes: number
  readonly #take: (hit: Hit) => void
  #window: Buffer = Buffer.alloc(0)
  #filled = 0
  #offset = 0
  #at = 0

  /** @param context Bytes to show on both sides of a match. */
  constructor(matcher: Matcher, context: number, take: (hit: Hit) => void) {
    this.#matcher = matcher
    this.#context = context
    this.#before = Math.max(context, LEAST_BEFORE)
    this.#behind = matcher.reach + context
    this.#mostBytes = this.#before + matcher.block + this.#behind
    this.#take = take
  }

  /** @param offset Of the first byte. When it is not where the last bytes ended, some are missing between. */
  add(bytes: Buffer, offset: number): void {
    if (offset !== this.#offset + this.#filled) {
      this.end()
      this.#offset = offset
    }
    for (let from = 0; from < bytes.length; ) {
      const count = Math.min(bytes.length - from, this.#mostBytes - this.#filled)
      this.#grow(this.#filled + count)
      bytes.copy(this.#window, this.#filled, from, from + count)
      this.#filled += count
      from += count
      if (this.#filled === this.#mostBytes) this.#goOn()
    }
  }

  /** Forgets what came: another stream follows. */
  reset(): void {
    this.#filled = 0
    this.#at = 0
  }

  /** Nothing follows, or bytes are missing. */
  end(): void {
    this.#scan(this.#filled)
    this.#offset += this.#filled
    this.#filled = 0
    this.#at = 0
  }

  #goOn(): void {
    const decided = this.#filled - this.#behind
    this.#scan(decided)
    const gone = decided - this.#before
    this.#window.copyWithin(0, gone, this.#filled)
    this.#filled -= gone
    this.#offset += gone
    this.#at = Math.max(this.#at - gone, this.#before)
  }

  // Tells the matches that begin before `to`.
  #scan(to: number): void {
    if (this.#at >= to) return
    const window = this.#window.subarray(0, this.#filled)
    this.#matcher.load(window)
    for (let match = this.#matcher.next(this.#at); match !== null && match.from < to; ) {
      const { from, to: end } = match
      this.#take({
        offset: this.#offset + from,
        length: end - from,
        match: window.toString('latin1', from, Math.min(end, from + MOST_SHOWN_BYTES)),
        before: window.toString('latin1', Math.max(0, from - this.#context), from),
        after: window.toString('latin1', end, Math.min(end + this.#context, this.#filled)),
      })
      this.#at = end
      match = this.#matcher.next(end)
    }
  }

  #grow(bytes: number): void {
    if (bytes <= this.#window.length) return
    const size = Math.min(Math.max(bytes, 2 * this.#window.length, FIRST_WINDOW_BYTES), this.#mostBytes)
    const window = Buffer.allocUnsafeSlow(size)
    this.#window.copy(window, 0, 0, this.#filled)
    this.#window = window
  }
}
