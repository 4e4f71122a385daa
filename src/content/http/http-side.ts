import { beginsMessage, type HttpHead, headEnd, mayBeginMessage, readHead } from './http-head.js'

/** How the body of a message is delimited (RFC 9112 section 6.3). */
export const Framing = {
  /** There is none. */
  NONE: 0,
  LENGTH: 1,
  CHUNKED: 2,
  /** To the end of the connection. */
  CLOSE: 3,
  /** What follows is no HTTP/1. */
  TUNNEL: 4,
} as const

/** Learns of the messages of a side. */
export interface HttpEvents {
  /** @returns One of {@link Framing}, and with it for `LENGTH` the length. */
  head(head: HttpHead): { readonly framing: number; readonly length: number }
  /** The next bytes of the body of the message whose head came last. Valid during the call. */
  body(bytes: Uint8Array, from: number, to: number): void
  /** The capture lost so many of them. */
  bodyGap(length: number): void
  /** The body is over. It may be empty. @param isWhole False when its end is missing. */
  bodyEnd(isWhole: boolean): void
  /** Messages are missing: which response answers which request is not known any more. */
  lost(): void
  /** A head was too long, so that the side is left until a message begins with a packet. */
  tooLong(): void
}

const State = {
  HEAD: 0,
  LENGTH: 1,
  CHUNK_SIZE: 2,
  CHUNK_DATA: 3,
  CHUNK_END: 4,
  TRAILER: 5,
  CLOSE: 6,
  /** No message is read until a chunk of the stream begins with one. */
  LOST: 7,
  TUNNEL: 8,
} as const

const LINE_FEED = 10
const RETURN = 13
/** Digits of the size of a chunk: more would not be exact. */
const MAX_DIGITS = 12
const NOTHING = new Uint8Array(0)

/** Reads the messages of HTTP/1 that one side of a connection sends. It is tolerant, as browsers are. */
export class HttpSide {
  // Invariant: #held[0, #heldLength) is the head as far as it has come, in the state HEAD.
  readonly #events: HttpEvents
  readonly #maxHead: number
  #state: number = State.HEAD
  #held: Uint8Array = NOTHING
  #heldLength = 0
  /** Bytes of the body, or of its chunk, that are to come. */
  #left = 0
  #digits = 0
  #isExtension = false
  #lineBytes = 0

  /** @param maxHead Most bytes of a head. */
  constructor(events: HttpEvents, maxHead: number) {
    this.#events = events
    this.#maxHead = maxHead
  }

  /** What follows is no HTTP/1. */
  tunnel(): void {
    this.#endBody(false)
    this.#state = State.TUNNEL
  }

  /** There is no tunnel: what follows is a message. */
  goOn(): void {
    if (this.#state === State.TUNNEL) this.#state = State.HEAD
  }

  data(bytes: Uint8Array, from: number, to: number): void {
    if (this.#state === State.LOST && beginsMessage(bytes, from, to)) this.#state = State.HEAD
    let at = from
    while (at < to) {
      switch (this.#state) {
        case State.HEAD:
          at = this.#takeHead(bytes, at, to)
          break
        case State.LENGTH:
        case State.CHUNK_DATA:
          at = this.#takeBody(bytes, at, to)
          break
        case State.CLOSE:
          this.#events.body(bytes, at, to)
          return
        case State.CHUNK_SIZE:
          this.#takeSize(bytes[at++]!)
          break
        case State.CHUNK_END:
          at = this.#takeChunkEnd(bytes, at)
          break
        case State.TRAILER:
          this.#takeTrailer(bytes[at++]!)
          break
        default:
          return
      }
    }
  }

  gap(length: number): void {
    switch (this.#state) {
      case State.LENGTH:
      case State.CHUNK_DATA: {
        const lost = Math.min(length, this.#left)
        this.#events.bodyGap(lost)
        this.#left -= lost
        if (length > lost) {
          this.#endBody(this.#state === State.LENGTH)
          this.#lose()
        } else if (this.#left === 0) this.#endPart()
        return
      }
      case State.CLOSE:
        this.#events.bodyGap(length)
        return
      case State.TUNNEL:
      case State.LOST:
        return
      default:
        this.#endBody(false)
        this.#lose()
    }
  }

  /** The side says nothing more. */
  end(): void {
    this.#endBody(this.#state === State.CLOSE)
    this.#drop()
  }

  #takeHead(bytes: Uint8Array, from: number, to: number): number {
    let begin = from
    if (this.#heldLength === 0) {
      while (begin < to && (bytes[begin] === RETURN || bytes[begin] === LINE_FEED)) begin += 1
      if (begin === to) return to
      const end = headEnd(bytes, begin, to)
      if (end >= 0) {
        this.#takeWhole(bytes, begin, end)
        return end
      }
    }
    const before = this.#heldLength
    const isHeld = this.#hold(bytes, begin, to)
    if (!isHeld) this.#events.tooLong()
    if (!isHeld || !mayBeginMessage(this.#held, 0, this.#heldLength)) {
      this.#lose()
      return to
    }
    const end = headEnd(this.#held, Math.max(0, before - 2), this.#heldLength)
    if (end < 0) return to
    const head = this.#held
    this.#drop()
    this.#takeWhole(head, 0, end)
    return begin + end - before
  }

  #takeWhole(bytes: Uint8Array, from: number, to: number): void {
    const head = to - from > this.#maxHead ? null : readHead(bytes, from, to)
    if (head === null) {
      if (to - from > this.#maxHead) this.#events.tooLong()
      this.#lose()
      return
    }
    const { framing, length } = this.#events.head(head)
    this.#left = length
    if (framing === Framing.CHUNKED) this.#beginSize()
    else if (framing === Framing.CLOSE) this.#state = State.CLOSE
    else if (framing === Framing.TUNNEL) this.#state = State.TUNNEL
    else if (framing === Framing.LENGTH && length > 0) this.#state = State.LENGTH
    else this.#events.bodyEnd(true)
  }

  #takeBody(bytes: Uint8Array, from: number, to: number): number {
    const taken = Math.min(to - from, this.#left)
    this.#events.body(bytes, from, from + taken)
    this.#left -= taken
    if (this.#left === 0) this.#endPart()
    return from + taken
  }

  // The body, or its chunk, is over.
  #endPart(): void {
    if (this.#state === State.CHUNK_DATA) this.#state = State.CHUNK_END
    else this.#endBody(true)
  }

  #beginSize(): void {
    this.#state = State.CHUNK_SIZE
    this.#left = 0
    this.#digits = 0
    this.#isExtension = false
  }

  // RFC 9112 section 7.1. Blanks may stand behind the size.
  #takeSize(byte: number): void {
    if (byte === LINE_FEED) {
      if (this.#digits === 0) {
        this.#endBody(false)
        this.#lose()
      } else if (this.#left > 0) this.#state = State.CHUNK_DATA
      else {
        this.#state = State.TRAILER
        this.#lineBytes = 0
      }
      return
    }
    const digit = this.#isExtension ? -1 : hexDigit(byte)
    if (digit < 0) {
      this.#isExtension = true
      return
    }
    this.#left = this.#left * 16 + digit
    this.#digits += this.#left === 0 ? 0 : 1
    if (this.#left === 0) this.#digits = Math.max(1, this.#digits)
    if (this.#digits <= MAX_DIGITS) return
    this.#endBody(false)
    this.#lose()
  }

  #takeChunkEnd(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]!
    if (byte === LINE_FEED) this.#beginSize()
    else if (byte !== RETURN) {
      this.#endBody(false)
      this.#lose()
    }
    return at + 1
  }

  #takeTrailer(byte: number): void {
    if (byte === RETURN) return
    if (byte !== LINE_FEED) {
      this.#lineBytes += 1
      return
    }
    if (this.#lineBytes === 0) this.#endBody(true)
    this.#lineBytes = 0
  }

  // Ends a body that has begun.
  #endBody(isWhole: boolean): void {
    if (this.#state < State.LENGTH || this.#state > State.CLOSE) return
    const isCut = this.#state === State.LENGTH && this.#left > 0
    this.#state = State.HEAD
    this.#events.bodyEnd(isWhole && !isCut)
  }

  #lose(): void {
    this.#drop()
    this.#state = State.LOST
    this.#events.lost()
  }

  #hold(bytes: Uint8Array, from: number, to: number): boolean {
    const needed = this.#heldLength + to - from
    if (needed > this.#maxHead) return false
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.min(this.#maxHead, Math.max(1024, 2 * needed)))
      larger.set(this.#held.subarray(0, this.#heldLength))
      this.#held = larger
    }
    this.#held.set(bytes.subarray(from, to), this.#heldLength)
    this.#heldLength = needed
    return true
  }

  #drop(): void {
    this.#held = NOTHING
    this.#heldLength = 0
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1
}
