import { countText } from '../../figures.js'

/** Control characters, line separators, format characters (bidi overrides among them) and lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const MAX_SHOWN = 200

/** Untrusted text made safe to show: one line, invisible characters escaped, at most 200 characters. */
export function visible(text: string): string {
  const shown = text.slice(0, MAX_SHOWN).replace(INVISIBLE, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
  return text.length > MAX_SHOWN ? `${shown}…` : shown
}

/** `1 connection`, `1,234 connections`. */
export function countedText(count: number, noun: string): string {
  return `${countText(count)} ${pluralOf(count, noun)}`
}

/** `noun`, with an `s` unless `count` is 1. */
export function pluralOf(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`
}

/** Seconds: `12 µs`, `3.40 ms`, `5.00 s`, `2 min 5 s`, `1 h 3 min`, `4 d 2 h`. */
export function durationText(seconds: number): string {
  if (seconds === 0) return '0 s'
  if (seconds < 0.001) return `${(seconds * 1e6).toFixed(0)} µs`
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(3)} ms`
  if (seconds < 60) return `${seconds.toPrecision(3)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
  return `${countText(Math.floor(whole / 86_400))} d ${Math.floor((whole % 86_400) / 3600)} h`
}

/** Formats seconds since 1970 as date and time in UTC, with `decimals` digits of the second. */
export function timeText(seconds: number, decimals = 0): string {
  const date = new Date(Math.floor(seconds) * 1000)
  if (Number.isNaN(date.getTime())) return `${seconds} s`
  const whole = date.toISOString().slice(0, -5).replace('T', ' ')
  if (decimals === 0) return whole
  return `${whole}.${(seconds - Math.floor(seconds)).toFixed(decimals).slice(2)}`
}

/** `1.2.3.4:80`, `[fe80::1]:80`. */
export function endpointText(host: string, port: number): string {
  return host.includes(':') ? `[${visible(host)}]:${port}` : `${visible(host)}:${port}`
}

/**
 * The relative URL of a connection file.
 *
 * @param folder Relative URL of the output folder, ending in `/`.
 * @returns Null for an invalid path and for one that may lead out of the folder.
 */
export function fileAddress(folder: string, path: string): string | null {
  if (/^[a-z]:(\/|$)/i.test(path) || path.includes('\\') || path.split('/').some(isNoName)) return null
  try {
    return folder + path.split('/').map(encodeURIComponent).join('/')
  } catch {
    return null // a lone surrogate
  }
}

// A browser would follow `..` upwards, and an empty name to the root.
function isNoName(part: string): boolean {
  return part === '' || part === '.' || part === '..'
}
