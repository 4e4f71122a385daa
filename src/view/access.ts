import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const TOKEN_BYTES = 24

/** Makes the secret that every URL of one server contains. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** An admitted request: the path after the token without a leading `/`, and the query. */
export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
}

/** The parts of a request that decide access. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/**
 * Decides whether a request is admitted. Its path must contain the token. Its Host header must name this machine, which
 * stops DNS rebinding. A page of another origin may not ask.
 *
 * @returns The admitted request, or the HTTP status to refuse it with: 403, 404 or 405.
 */
export function admit({ method, url, headers }: RequestHead, token: string, port: number): Asked | number {
  if (headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`) return 403
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 403
  if (method !== 'GET' && method !== 'HEAD') return 405
  const [, given = '', path] = /^\/([^/?]*)(?:\/([^?]*))?/.exec(url ?? '') ?? []
  if (!isSameSecret(given, token)) return 403
  if (path === undefined) return 404
  // A link on another site may open the page, given the token; only the page itself may fetch its data.
  const site = headers['sec-fetch-site']
  if (path !== '' && site !== undefined && site !== 'same-origin' && site !== 'none') return 403
  return { path, query: new URLSearchParams(/\?(.*)$/s.exec(url ?? '')?.[1] ?? '') }
}

function isSameSecret(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
