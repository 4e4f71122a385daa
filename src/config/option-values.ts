import { ConfigError } from '../errors.js'
import { pathOfText, shownPath } from '../system-path.js'

const SHOWN_CHARACTERS = 80
/** Example sizes for messages, which show those that are allowed. */
const EXAMPLE_SIZES = ['512K', '64M', '2G']
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/** Makes an error that names the option, the value found and what is allowed. */
export function refusal(option: string, value: unknown, mustBe: string): ConfigError {
  return new ConfigError(`Cannot use ${option} ${shown(value)}: must be ${mustBe}`)
}

/** Formats a value for messages: numbers and plain words as typed, other text quoted, objects by kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    const text = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value
    if (/^[\w./+-]+$/.test(text)) return text
    const path = shownPath(text)
    return path === text ? JSON.stringify(text) : `"${path}"`
  }
  if (Array.isArray(value)) return 'a list'
  if (value !== null && typeof value === 'object') return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}

/** @throws ConfigError unless `value` is absent or a boolean. */
export function flagOf(option: string, value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value === 'boolean') return value
  throw refusal(option, value, 'true or false')
}

/** @throws ConfigError unless `value` is absent or an integer (or its decimal text) in `min..max`. */
export function integerOf(
  option: string,
  value: unknown,
  fallback: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return fallback
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (isIntegerIn(number, min, max)) return number
  throw refusal(option, value, `an integer from ${min} to ${max}`)
}

/** @throws ConfigError unless `value` is absent or seconds (a number or its decimal text) in `0..max`. */
export function secondsOf(option: string, value: unknown, fallback: number, max: number): number {
  if (value === undefined) return fallback
  const number = typeof value === 'string' && /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && number >= 0 && number <= max) return number
  throw refusal(option, value, `seconds from 0 (never) to ${max}`)
}

/**
 * Bytes of a size: an integer, or text such as `512K`, `64M`, `1.5G` (powers of 1024; `KiB` and `KB` mean the same).
 *
 * @param range Description of `min..max` for messages.
 * @throws ConfigError unless `value` is absent or a whole number of bytes in `min..max`.
 */
export function sizeOf(
  option: string,
  value: unknown,
  fallback: number,
  min: number,
  max: number,
  range: string,
): number {
  if (value === undefined) return fallback
  const bytes = typeof value === 'string' ? bytesOfText(value) : value
  if (isIntegerIn(bytes, min, max)) return bytes
  const examples = EXAMPLE_SIZES.filter((text) => isIntegerIn(bytesOfText(text), min, max))
  throw refusal(option, value, `a size ${range}, such as ${alternatives(examples)}`)
}

function bytesOfText(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(?:([KMGT])(?:i?B)?)?$/i.exec(text) ?? []
  return Number(digits) * (UNIT_BYTES[unit?.toUpperCase() ?? ''] ?? Number.NaN)
}

function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}

/** @throws ConfigError unless `value` is absent or one of `choices`. */
export function choiceOf<T extends string>(
  option: string,
  value: unknown,
  fallback: T,
  choices: readonly T[],
): T {
  if (value === undefined) return fallback
  const choice = choices.find((c) => c === value)
  if (choice !== undefined) return choice
  throw refusal(option, value, alternatives(choices))
}

function alternatives(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** @throws ConfigError unless `value` can be a path: text, not empty, without a NUL character. */
export function pathOf(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return pathOfText(value)
  throw refusal(option, value, 'a path')
}
