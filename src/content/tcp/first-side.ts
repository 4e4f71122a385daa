import { u16be } from '../../bytes/endian.js'
import { latin1 } from '../latin1.js'
import { Fit, type Service } from '../speech.js'
import { BINARY_FORMS } from './first-bytes.js'
import { mayBeText, TEXT_BYTES, TEXT_FORMS, textFit } from './first-text.js'

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
const PROXY_MARK = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const PROXY_HEADER_BYTES = 16
const PROXY_LINE_BYTES = 108

/** What a side's first bytes say. */
export interface SideVerdict {
  /** Null: the bytes do not tell. */
  readonly sure: Service | null
  /** Services that they fit, too. */
  readonly possible: readonly Service[]
}

const NOTHING: SideVerdict = { sure: null, possible: [] }

/** Looks at the first bytes `bytes[from, to)` that a side sends. @param isLast No more bytes will come. */
export function lookAtSide(bytes: Uint8Array, from: number, to: number, isLast: boolean): SideVerdict {
  if (from >= to) return NOTHING
  const possible: Service[] = []
  if (mayBeText(bytes[from]!)) {
    const text = latin1(bytes, from, Math.min(to, from + TEXT_BYTES))
    for (const form of TEXT_FORMS) {
      const fit = textFit(form, text)
      if (fit === Fit.YES) return { sure: form.service, possible }
      if (fit === Fit.MAYBE) possible.push(form.service)
    }
  }
  for (const { service, look } of BINARY_FORMS) {
    const found = look(bytes, from, to, isLast)
    if (found === Fit.YES) return { sure: service, possible }
    if (found === Fit.MAYBE) possible.push(service)
  }
  return possible.length === 0 ? NOTHING : { sure: null, possible }
}

/** The service that both sides' bytes fit; null: none. */
export function commonService(first: readonly Service[], second: readonly Service[]): Service | null {
  return first.find((service) => second.includes(service)) ?? null
}

/** Of services that bytes fit, the one whose port is one of `ports`; null: none. */
export function serviceOfPort(possible: readonly Service[], ports: readonly number[]): Service | null {
  const found = USUAL_PORTS.find(
    ([service, usual]) => possible.includes(service) && ports.some((port) => usual.includes(port)),
  )
  return found?.[0] ?? null
}

/**
 * Where the bytes begin that the client sent, behind what a proxy put before them (the PROXY protocol, versions 1 and 2).
 *
 * @returns `from` where there is nothing before them; `to` where they have not come yet.
 */
export function behindProxyHeader(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] === 0x50) {
    const text = latin1(bytes, from, Math.min(to, from + PROXY_LINE_BYTES))
    const found = PROXY_TEXT.exec(text)
    return found === null ? from : from + found[0].length
  }
  if (bytes[from] !== 13 || to - from < PROXY_HEADER_BYTES) return from
  for (let i = 0; i < PROXY_MARK.length; i++) if (bytes[from + i] !== PROXY_MARK[i]) return from
  return Math.min(to, from + PROXY_HEADER_BYTES + u16be(bytes, from + 14))
}
