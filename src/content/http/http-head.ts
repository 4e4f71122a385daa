import { latin1 } from '../latin1.js'
import { Fit } from '../speech.js'
import { requestFit } from '../tcp/http-host.js'

const LINE_FEED = 10
const RETURN = 13
const REQUEST = /^([A-Z][A-Z_-]{2,19}) +(\S+) +HTTP\/1\.\d\s*$/
const RESPONSE = /^HTTP\/1\.\d +(\d{3})(?:\s|$)/

/** Start line and fields of a message of HTTP/1 (RFC 9112 section 2.1). */
export interface HttpHead {
  /** Null: it is a response. */
  readonly method: string | null
  readonly target: string | null
  /** Null: it is a request. */
  readonly status: number | null
  /** Values by lower-case names. Those of one name are joined by commas. */
  readonly fields: ReadonlyMap<string, string>
}

/** Behind the empty line that ends the head; -1: it has not come. The search goes on from `at`, a position of the head. */
export function headEnd(bytes: Uint8Array, at: number, to: number): number {
  for (let i = at; i < to; i++) {
    if (bytes[i] !== LINE_FEED) continue
    if (i + 1 < to && bytes[i + 1] === LINE_FEED) return i + 2
    if (i + 2 < to && bytes[i + 1] === RETURN && bytes[i + 2] === LINE_FEED) return i + 3
  }
  return -1
}

/** Reads the head `bytes[from, to)`; null: it is none. Lines may end without carriage return and go on in the next one. */
export function readHead(bytes: Uint8Array, from: number, to: number): HttpHead | null {
  const [first = '', ...lines] = latin1(bytes, from, to)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
  const start = startOf(first)
  if (start === null) return null
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = fields.get(name)
    fields.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return { ...start, fields }
}

function startOf(line: string): Omit<HttpHead, 'fields'> | null {
  const request = REQUEST.exec(line)
  if (request !== null) return { method: request[1]!, target: request[2]!, status: null }
  const response = RESPONSE.exec(line)
  return response === null ? null : { method: null, target: null, status: Number(response[1]) }
}

/** True when the first line of `bytes[from, to)` is whole and begins a message. */
export function beginsMessage(bytes: Uint8Array, from: number, to: number): boolean {
  const end = mayBegin(bytes, from, to) ? lineEnd(bytes, from, to) : -1
  return end >= 0 && startOf(latin1(bytes, from, end)) !== null
}

/** True when `bytes[from, to)` begin a message, or may do so when more come. */
export function mayBeginMessage(bytes: Uint8Array, from: number, to: number): boolean {
  if (!mayBegin(bytes, from, to)) return false
  const end = lineEnd(bytes, from, to)
  return end < 0 || startOf(latin1(bytes, from, end)) !== null
}

function mayBegin(bytes: Uint8Array, from: number, to: number): boolean {
  return requestFit(bytes, from, to) !== Fit.NO || latin1(bytes, from, Math.min(to, from + 5)) === 'HTTP/'
}

function lineEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === LINE_FEED) return at
  return -1
}
