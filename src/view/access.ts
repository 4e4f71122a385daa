import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const TOKEN_BYTES = 24

/** The secret in the addresses of one server. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** What a request asks for: the path behind the token without its first `/`, and the query. */
export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
}

/** A request as far as access depends on it. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/**
 * Lets a request in, or says with which status it is turned away. The token must be in its path; the host must be
 * this machine by name or address, so that no other name that leads here (DNS rebinding) is served; and no page of
 * another origin may ask.
 */
export function admit({ method, url, headers }: RequestHead, token: string, port: number): Asked | number {
  if (headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`) return 403
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 403
  if (method !== 'GET' && method !== 'HEAD') return 405
  const [, given = '', path] = /^\/([^/?]*)(?:\/([^?]*))?/.exec(url ?? '') ?? []
  if (!isSameSecret(given, token)) return 403
  if (path === undefined) return 404
  // From a link elsewhere the page may be opened by who has the token; its data is for the page alone.
  const site = headers['sec-fetch-site']
  if (path !== '' && site !== undefined && site !== 'same-origin' && site !== 'none') return 403
  return { path, query: new URLSearchParams(/\?(.*)$/s.exec(url ?? '')?.[1] ?? '') }
}

function isSameSecret(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
