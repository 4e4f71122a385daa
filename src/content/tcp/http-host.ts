import { latin1 } from '../latin1.js'
import { hostText } from '../name-text.js'
import { Fit, type Speech } from '../speech.js'

const LINE_FEED = 10
const BRACKET = 0x5b
const COLON = 0x3a
const SPACE = 0x20
const SLASH = 0x2f
const LOWER_CASE = 0x20
const HOST_FIELD = Buffer.from('host')
const CONNECT = Buffer.from('CONNECT ')
/** Letters of a method. */
const LEAST_METHOD = 3
const MOST_METHOD = 20

/** The host of a request. */
export interface HttpHost {
  /** Null: the request names none. */
  readonly host: string | null
  /** Position of the line where reading goes on when more bytes are there; -1: all is known. */
  readonly goOnAt: number
}

/**
 * The host that the HTTP/1 request `bytes[from, to)` asks for, without port: that of its target if it has one, else of the field
 * Host (RFC 9112 sections 3.2 and 3.3).
 *
 * @param goOnAt What the call before returned for fewer of these bytes; at first `from`.
 */
export function httpHost(bytes: Uint8Array, from: number, to: number, goOnAt: number): HttpHost {
  return goOnAt > from ? hostFrom(bytes, goOnAt, to) : hostOfTarget(bytes, from, to)
}

function hostOfTarget(bytes: Uint8Array, from: number, to: number): HttpHost {
  const firstEnd = lineFeed(bytes, from, to)
  if (firstEnd < 0) return { host: null, goOnAt: from }
  const targetAt = bytes.indexOf(SPACE, from) + 1
  if (targetAt > 0 && targetAt < firstEnd && bytes[targetAt] === SLASH)
    return hostFrom(bytes, firstEnd + 1, to)
  const target = /^\S+ (\S*)/.exec(latin1(bytes, from, firstEnd))?.[1] ?? ''
  const authority = /^(?:[a-z][a-z0-9+.-]*:\/\/([^/?#]*)|([^/?#*][^/?#]*:\d{1,5}))/i.exec(target)
  if (authority !== null) return hostOf((authority[1] ?? authority[2] ?? '').replace(/^.*@/, ''))
  return hostFrom(bytes, firstEnd + 1, to)
}

// From the line at `at` on.
function hostFrom(bytes: Uint8Array, from: number, to: number): HttpHost {
  for (let at = from; ; ) {
    const end = lineFeed(bytes, at, to)
    if (end < 0) return { host: null, goOnAt: at }
    const length = end - at - (bytes[end - 1] === 13 ? 1 : 0)
    if (length <= 0) return { host: null, goOnAt: -1 }
    if (isHostField(bytes, at)) return hostOf(latin1(bytes, at + 5, at + length).trim())
    at = end + 1
  }
}

// Not `indexOf()`, which would look through all of a slab.
function lineFeed(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === LINE_FEED) return at
  return -1
}

function isHostField(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < HOST_FIELD.length; i++)
    if ((bytes[at + i]! | LOWER_CASE) !== HOST_FIELD[i]) return false
  return bytes[at + HOST_FIELD.length] === COLON
}

function hostOf(authority: string): HttpHost {
  if (/^[a-z0-9.-]{1,255}$/.test(authority)) return { host: authority, goOnAt: -1 }
  const bytes = Buffer.from(authority, 'latin1')
  let end = bytes.lastIndexOf(COLON)
  if (end < 0 || (bytes[0] === BRACKET && bytes.indexOf(0x5d) > end)) end = bytes.length
  return { host: hostText(bytes, 0, end), goOnAt: -1 }
}

/** How the bytes fit the begin of a request, the name of a method: `Fit.MAYBE` as long as it has no end. */
export function requestFit(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte === SPACE) return at - from >= LEAST_METHOD ? Fit.YES : Fit.NO
    const isLetter = (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte === 0x2d
    if (!isLetter || at - from >= MOST_METHOD) return Fit.NO
  }
  return Fit.MAYBE
}

/** What the index tells of a request that is told by its first bytes `bytes[from, to)` where they stand; null: more is needed. */
export function httpSpeech(bytes: Uint8Array, from: number, to: number): Speech | null {
  if (requestFit(bytes, from, to) !== Fit.YES || tunnelBegin(bytes, from, to) !== null) return null
  const { host, goOnAt } = httpHost(bytes, from, to, from)
  return goOnAt >= 0 ? null : { service: 'http', serverName: host, alpn: null, ja4: null }
}

/** Where the bytes begin that the client sends through the tunnel that it asks for by CONNECT, `to` where they have not come; null: it asks for none. */
export function tunnelBegin(bytes: Uint8Array, from: number, to: number): number | null {
  for (let i = 0; i < CONNECT.length; i++) if (bytes[from + i] !== CONNECT[i]) return null
  for (let at = lineFeed(bytes, from, to); at >= 0; at = lineFeed(bytes, at + 1, to)) {
    if (at + 1 < to && bytes[at + 1] === LINE_FEED) return at + 2
    if (at + 2 < to && bytes[at + 1] === 13 && bytes[at + 2] === LINE_FEED) return at + 3
  }
  return to
}
