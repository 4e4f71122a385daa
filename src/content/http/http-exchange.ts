import type { HttpHead } from './http-head.js'
import { Framing, type HttpEvents, HttpSide } from './http-side.js'

/** Bytes of a text of a head that are kept. */
const MAX_TEXT = 4096
const DIGITS = /^\d{1,15}/
const FILE_NAME = /filename="((?:[^"\\]|\\.)*)"|filename=([^;\s]+)/i

/** What a message says of its body. Texts come from the capture, a character a byte. */
export interface HttpBody {
  /** Of the request, also where the body is that of the response; null: it is not known. */
  readonly method: string | null
  readonly host: string | null
  readonly uri: string | null
  /** Null: it is the body of a request. */
  readonly status: number | null
  readonly contentType: string | null
  /** Codings in the order in which they were applied. */
  readonly codings: readonly string[]
  /** The value of Content-Range; null: it is not a part. */
  readonly range: string | null
  /** The name that the message gives it; null: none. */
  readonly fileName: string | null
}

/** Takes the bodies of the messages of one connection. */
export interface BodySink {
  begin(side: 0 | 1, body: HttpBody): void
  data(side: 0 | 1, bytes: Uint8Array, from: number, to: number): void
  gap(side: 0 | 1, length: number): void
  end(side: 0 | 1, isWhole: boolean): void
  /** A limit was hit. */
  limit(name: 'object_heads' | 'pending_requests'): void
}

interface Request {
  readonly method: string
  readonly uri: string
  readonly host: string | null
  /** The side that sent it. */
  readonly side: 0 | 1
}

/** Limits, see `Limits`. */
export interface HttpLimits {
  readonly objectHead: number
  readonly pendingRequests: number
}

/** Reads the messages of both sides of one connection, and tells which response answers which request. */
export class HttpExchange {
  readonly #sides: readonly [HttpSide, HttpSide]
  readonly #sink: BodySink
  readonly #limits: HttpLimits
  /** Requests that have no response yet; null: messages are missing, so nobody knows. */
  #requests: Request[] | null = []

  constructor(sink: BodySink, limits: HttpLimits) {
    this.#sink = sink
    this.#limits = limits
    this.#sides = [this.#newSide(0), this.#newSide(1)]
  }

  data(side: 0 | 1, bytes: Uint8Array, from: number, to: number): void {
    this.#sides[side].data(bytes, from, to)
  }

  gap(side: 0 | 1, length: number): void {
    this.#sides[side].gap(length)
  }

  end(): void {
    for (const side of this.#sides) side.end()
  }

  #newSide(side: 0 | 1): HttpSide {
    let body: HttpBody | null = null
    let hasBegun = false
    const begin = () => {
      if (!hasBegun && body !== null) this.#sink.begin(side, body)
      hasBegun = true
    }
    const events: HttpEvents = {
      head: (head) => {
        hasBegun = false
        const read = head.method === null ? this.#response(side, head) : this.#request(side, head)
        body = read.body
        return read
      },
      body: (bytes, from, to) => {
        begin()
        this.#sink.data(side, bytes, from, to)
      },
      bodyGap: (length) => {
        if (length === 0) return
        begin()
        this.#sink.gap(side, length)
      },
      bodyEnd: (isWhole) => {
        if (hasBegun) this.#sink.end(side, isWhole)
        hasBegun = false
        body = null
      },
      lost: () => {
        this.#requests = null
      },
      tooLong: () => this.#sink.limit('object_heads'),
    }
    return new HttpSide(events, this.#limits.objectHead)
  }

  #request(side: 0 | 1, head: HttpHead) {
    const uri = cut(head.target!)
    const host = cutOrNull(head.fields.get('host') ?? null)
    const request: Request = { method: head.method!, uri, host, side }
    if (this.#requests !== null && this.#requests.length >= this.#limits.pendingRequests) {
      this.#sink.limit('pending_requests')
      this.#requests = null
    }
    this.#requests?.push(request)
    const body = bodyOf(head, request)
    if (head.method === 'CONNECT') return { framing: Framing.TUNNEL, length: 0, body }
    return { ...framingOf(head, Framing.NONE), body }
  }

  #response(side: 0 | 1, head: HttpHead) {
    const status = head.status!
    const isInterim = status >= 100 && status < 200 && status !== 101
    const request = isInterim ? null : (this.#requests?.shift() ?? null)
    const body = bodyOf(head, request)
    const none = { framing: Framing.NONE, length: 0, body }
    const isConnect = request?.method === 'CONNECT'
    if (status === 101 || (isConnect && status < 300 && !isInterim)) {
      this.#sides[1 - side]!.tunnel()
      return { ...none, framing: Framing.TUNNEL }
    }
    if (isConnect) this.#sides[request.side].goOn()
    if (isInterim || status === 204 || status === 304 || request?.method === 'HEAD') return none
    return { ...framingOf(head, Framing.CLOSE), body }
  }
}

// RFC 9112 section 6.3. Of several lengths the first counts.
function framingOf(
  { fields }: HttpHead,
  otherwise: number,
): { readonly framing: number; readonly length: number } {
  if (/\bchunked\s*$/i.test(fields.get('transfer-encoding') ?? ''))
    return { framing: Framing.CHUNKED, length: 0 }
  const digits = DIGITS.exec(fields.get('content-length') ?? '')
  if (digits === null) return { framing: otherwise, length: 0 }
  return { framing: Framing.LENGTH, length: Number(digits[0]) }
}

function bodyOf({ status, fields }: HttpHead, request: Request | null): HttpBody {
  const named = FILE_NAME.exec(fields.get('content-disposition') ?? '')
  return {
    method: request?.method ?? null,
    host: request?.host ?? null,
    uri: request?.uri ?? null,
    status,
    contentType: cutOrNull(fields.get('content-type') ?? null),
    codings: [...codingsIn(fields.get('content-encoding')), ...codingsIn(fields.get('transfer-encoding'))],
    range: cutOrNull(fields.get('content-range') ?? null),
    fileName: cutOrNull(named?.[1]?.replace(/\\(.)/g, '$1') ?? named?.[2] ?? null),
  }
}

function codingsIn(value: string | undefined): readonly string[] {
  const names = cut(value ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '' && name !== 'identity' && name !== 'chunked')
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT)
}

function cutOrNull(text: string | null): string | null {
  return text === null || text === '' ? null : cut(text)
}
