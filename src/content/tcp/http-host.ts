import { latin1 } from '../latin1.js'
import { hostText } from '../name-text.js'
import { Fit } from '../speech.js'

const LINE_FEED = 10
const BRACKET = 0x5b
const COLON = 0x3a
const CONNECT = 'CONNECT '

/** The host of a request. */
export interface HttpHost {
  /** Null: the request names none. */
  readonly host: string | null
  /** True when the bytes end before that is known. */
  readonly isCut: boolean
}

const UNKNOWN: HttpHost = { host: null, isCut: true }

/**
 * The host that the HTTP/1 request `bytes[from, to)` asks for, without port: that of its target if it has one, else of the field
 * Host (RFC 9112 sections 3.2 and 3.3).
 */
export function httpHost(bytes: Uint8Array, from: number, to: number): HttpHost {
  const firstEnd = bytes.indexOf(LINE_FEED, from)
  if (firstEnd < 0 || firstEnd >= to) return UNKNOWN
  const target = /^\S+ (\S*)/.exec(latin1(bytes, from, firstEnd))?.[1] ?? ''
  const authority = /^(?:[a-z][a-z0-9+.-]*:\/\/([^/?#]*)|([^/?#*][^/?#]*:\d{1,5}))/i.exec(target)
  if (authority !== null) return hostOf((authority[1] ?? authority[2] ?? '').replace(/^.*@/, ''))
  for (let at = firstEnd + 1; ; ) {
    const end = bytes.indexOf(LINE_FEED, at)
    if (end < 0 || end >= to) return UNKNOWN
    const length = end - at - (bytes[end - 1] === 13 ? 1 : 0)
    if (length <= 0) return { host: null, isCut: false }
    if (isHostField(bytes, at)) return hostOf(latin1(bytes, at + 5, at + length).trim())
    at = end + 1
  }
}

function isHostField(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 4] === COLON && latin1(bytes, at, at + 4).toLowerCase() === 'host'
}

function hostOf(authority: string): HttpHost {
  const bytes = Buffer.from(authority, 'latin1')
  let end = bytes.lastIndexOf(COLON)
  if (end < 0 || (bytes[0] === BRACKET && bytes.indexOf(0x5d) > end)) end = bytes.length
  return { host: hostText(bytes, 0, end), isCut: false }
}

/** How the bytes fit the begin of a request, the name of a method: `Fit.MAYBE` as long as it has no end. */
export function requestFit(bytes: Uint8Array, from: number, to: number): number {
  const begin = latin1(bytes, from, Math.min(to, from + 24))
  if (/^[A-Z_-]{3,20} /.test(begin)) return Fit.YES
  return /^[A-Z_-]{0,20}$/.test(begin) ? Fit.MAYBE : Fit.NO
}

/** Where the bytes begin that the client sends through the tunnel that it asks for by CONNECT, `to` where they have not come; null: it asks for none. */
export function tunnelBegin(bytes: Uint8Array, from: number, to: number): number | null {
  if (!latin1(bytes, from, Math.min(to, from + CONNECT.length)).startsWith(CONNECT)) return null
  for (let at = bytes.indexOf(LINE_FEED, from); at >= 0 && at < to; at = bytes.indexOf(LINE_FEED, at + 1)) {
    if (bytes[at + 1] === LINE_FEED) return Math.min(to, at + 2)
    if (bytes[at + 1] === 13 && bytes[at + 2] === LINE_FEED) return Math.min(to, at + 3)
  }
  return to
}
