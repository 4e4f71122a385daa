import { suggestionFor } from '../config/suggest.js'
import { ConfigError } from '../errors.js'
import { OPTION_TABLE } from './option-table.js'

const NAMES = new Set(OPTION_TABLE.map((option) => option.name))
const HELP_HINT = 'pcap2conn --help shows the options'
const TAKES_VALUE = new Map(OPTION_TABLE.map((option) => [option.letter, option.value !== undefined]))

/**
 * Takes groups of short options apart as getopt does: `-smoout` becomes `-s -m -o out`. What follows `--`
 * and everything else stays as it is.
 *
 * @throws ConfigError naming an option that does not exist.
 */
export function expandShortOptions(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  const options = end === -1 ? args : args.slice(0, end)
  return [...options.flatMap(expanded), ...args.slice(options.length)]
}

function expanded(arg: string): string[] {
  if (arg.startsWith('--')) {
    const [name] = arg.slice(2).split('=', 1)
    if (!NAMES.has(name ?? '')) throw new ConfigError(`Unknown option --${name}: ${hintFor(name ?? '')}`)
    return [arg]
  }
  return /^-[^\d.]/.test(arg) ? expandedGroup(arg) : [arg]
}

function hintFor(name: string): string {
  const suggestion = suggestionFor(name, [...NAMES])
  return suggestion === null ? HELP_HINT : `did you mean --${suggestion}?`
}

function expandedGroup(arg: string): string[] {
  const parts: string[] = []
  for (let i = 1; i < arg.length; i++) {
    const letter = arg[i]
    const takesValue = TAKES_VALUE.get(letter)
    if (letter === undefined || takesValue === undefined) {
      const where = arg.length > 2 ? ` in ${arg}` : ''
      throw new ConfigError(`Unknown option -${letter}${where}: ${HELP_HINT}`)
    }
    const value = takesValue ? arg.slice(i + 1) : ''
    if (value !== '') return [...parts, `-${letter}=${value.replace(/^=/, '')}`]
    parts.push(`-${letter}`)
  }
  return parts
}
