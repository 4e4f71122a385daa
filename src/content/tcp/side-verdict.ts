import { u16be } from '../../bytes/endian.js'
import { latin1 } from '../latin1.js'
import { serviceNumber } from '../services.js'
import { Fit, type Service } from '../speech.js'
import { BINARY_FORMS, type BinaryForm } from './first-bytes.js'
import { LineKind, lineKind, textTests } from './first-text.js'

/** A service is known by so many bytes of a direction, or not at all. */
export const KNOWN_BY_BYTES = 1024
/** Binary first bytes are looked at when there are so many of them, twice as many, and so on. */
const FIRST_LOOK_BYTES = 16

/** Ports that decide between services that a side's bytes fit, when nothing else does. */
const USUAL_PORTS: readonly (readonly [Service, readonly number[]])[] = [
  ['http', [80, 3128, 8000, 8080]],
  ['ftp', [21]],
  ['smtp', [25, 465, 587, 2525]],
  ['pop3', [110]],
  ['imap', [143]],
  ['tls', [443, 465, 636, 853, 989, 990, 993, 995, 5061, 8443]],
  ['rdp', [3389]],
  ['mqtt', [1883]],
]

const PROXY_TEXT = /^PROXY (?:TCP4|TCP6|UNKNOWN)[ -~]{0,90}\r\n/
const PROXY_TEXT_BEGIN = 'PROXY '
const PROXY_MARK = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const PROXY_HEADER_BYTES = 16
const PROXY_LINE_BYTES = 108

/**
 * What the first bytes of a side say, as a number: a service as {@link serviceNumber}, {@link NOT_YET}, or, below 0, the services that
 * they fit, see {@link possibleServices}: then no more bytes are of use.
 */
export type Verdict = number

/** More bytes are needed. */
export const NOT_YET: Verdict = 0x100

/** The services of a verdict below 0, bit by bit. */
export function possibleServices(verdict: Verdict): number {
  return -1 - verdict
}

/** The forms by first byte. */
const FORMS_OF_BYTE: readonly (readonly BinaryForm[])[] = Array.from({ length: 256 }, (_, first) =>
  BINARY_FORMS.filter(({ mayBegin }) => mayBegin(first)),
)

/**
 * Judges all bytes `bytes[from, to)` that a side has sent so far. What is looked at does not depend on the pieces in which they came:
 * text to the end of its first line, other bytes 16, 32, 64 and so on of them.
 *
 * @param isLast No more bytes will come.
 */
export function sideVerdict(bytes: Uint8Array, from: number, to: number, isLast: boolean): Verdict {
  const end = Math.min(to, from + KNOWN_BY_BYTES)
  const isAll = isLast || to - from >= KNOWN_BY_BYTES
  const begin = behindProxyHeader(bytes, from, end)
  if (begin >= end) return isAll ? noService() : NOT_YET
  const line = lineKind(bytes, begin, end)
  if (line === LineKind.OPEN && !isAll) return NOT_YET
  if (line !== LineKind.NO_TEXT) {
    const verdict = textVerdict(bytes, begin, line === LineKind.OPEN ? end : line)
    if (verdict !== noService()) return verdict
  }
  const forms = FORMS_OF_BYTE[bytes[begin]!]!
  for (let length = FIRST_LOOK_BYTES; begin + length <= end; length *= 2) {
    const verdict = binaryVerdict(forms, bytes, begin, begin + length, false)
    if (verdict !== NOT_YET) return verdict
  }
  return isAll ? binaryVerdict(forms, bytes, begin, end, true) : NOT_YET
}

function noService(): Verdict {
  return -1
}

function textVerdict(bytes: Uint8Array, from: number, to: number): Verdict {
  let possible = 0
  const tests = textTests(bytes[from]!)
  if (tests.length === 0) return noService()
  const text = latin1(bytes, from, to)
  for (const { number, isSure, form } of tests) {
    if (!form.test(text)) continue
    if (isSure) return number
    possible |= 1 << number
  }
  return -1 - possible
}

function binaryVerdict(
  forms: readonly BinaryForm[],
  bytes: Uint8Array,
  from: number,
  to: number,
  isLast: boolean,
): Verdict {
  let possible = 0
  let isOpen = false
  for (const form of forms) {
    const fit = form.look(bytes, from, to, isLast)
    if (fit === Fit.YES) return form.number
    if (fit === Fit.MAYBE) possible |= 1 << form.number
    else if (fit === Fit.NOT_YET) isOpen = true
  }
  return isOpen && !isLast ? NOT_YET : -1 - possible
}

/** Of services that bytes fit, the one whose port is one of `ports`; null: none. */
export function serviceOfPort(possible: number, ports: readonly number[]): Service | null {
  const found = USUAL_PORTS.find(
    ([service, usual]) =>
      (possible & (1 << serviceNumber(service))) !== 0 && ports.some((port) => usual.includes(port)),
  )
  return found?.[0] ?? null
}

/**
 * Where the bytes begin that the client sent, behind what a proxy put before them (the PROXY protocol, versions 1 and 2).
 *
 * @returns `from` where there is nothing before them; `to` where they have not come yet.
 */
export function behindProxyHeader(bytes: Uint8Array, from: number, to: number): number {
  const first = bytes[from]
  if (first === PROXY_TEXT_BEGIN.charCodeAt(0)) {
    const text = latin1(bytes, from, Math.min(to, from + PROXY_LINE_BYTES))
    const found = PROXY_TEXT.exec(text)
    if (found !== null) return from + found[0].length
    const isBegin = text.startsWith(PROXY_TEXT_BEGIN) || PROXY_TEXT_BEGIN.startsWith(text)
    return isBegin && text.length < PROXY_LINE_BYTES && !text.includes('\n') ? to : from
  }
  if (first !== PROXY_MARK[0]) return from
  for (let i = 0; i < PROXY_MARK.length && from + i < to; i++)
    if (bytes[from + i] !== PROXY_MARK[i]) return from
  return to - from < PROXY_HEADER_BYTES
    ? to
    : Math.min(to, from + PROXY_HEADER_BYTES + u16be(bytes, from + 14))
}
