import { suggestionFor } from '../config/suggest.js'
import { ConfigError } from '../errors.js'
import { type OptionRow, optionLabel } from './option-table.js'

/** A command line, parsed: options by long name (flags are true, repeatable options are lists), and the other arguments. */
export interface FoundOptions {
  readonly values: Readonly<Record<string, string | true | readonly string[] | undefined>>
  /** Arguments that are neither options nor values of options. */
  readonly plain: readonly string[]
}

// Values stay as typed: numbers stay text, and dots and `--no-` mean nothing special.
const YARGS_CONFIGURATION = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'strip-aliased': true,
}

/**
 * @param args The arguments after the name of the program or of the command.
 * @param table The known options.
 * @param command Name of the command for messages; empty for none.
 * @throws ConfigError in one sentence that names the option that is unknown, is repeated, or has a value too many or few.
 */
export async function parseOptions(
  args: readonly string[],
  table: readonly OptionRow[],
  command = '',
): Promise<FoundOptions> {
  const { default: yargs } = await import('yargs')
  const found: Record<string, unknown> = await yargs(expandShortOptions(args, table, command))
    .parserConfiguration(YARGS_CONFIGURATION)
    .detectLocale(false)
    .help(false)
    .version(false)
    .exitProcess(false)
    .options(Object.fromEntries(table.map((option) => [option.name, yargsOption(option)])))
    .strictOptions()
    .fail((message, error) => {
      throw usageError(message ?? error.message, table)
    })
    .parseAsync()
  const given = table.filter(({ name }) => found[name] !== undefined)
  for (const option of given) refuseRepeated(option, found[option.name])
  return {
    values: Object.fromEntries(given.map(({ name }) => [name, found[name] as string | true])),
    plain: [found._ ?? []].flat() as string[],
  }
}

// `nargs` 1 allows `-` as a value. `nargs` 0 refuses `--json=maybe`, which would silently be false.
function yargsOption({ letter, value }: OptionRow) {
  return {
    ...(letter === undefined ? {} : { alias: letter }),
    type: value === undefined ? ('boolean' as const) : ('string' as const),
    nargs: value === undefined ? 0 : 1,
  }
}

function refuseRepeated(option: OptionRow, value: unknown): void {
  if (Array.isArray(value) && option.isRepeatable === undefined)
    throw new ConfigError(
      `Cannot use ${optionLabel(option)} ${value.length} times: it takes one value (found ${value.join(' and ')})`,
    )
}

/** Converts an error of yargs to our own message. */
function usageError(message: string, table: readonly OptionRow[]): ConfigError {
  const [, problem, key] =
    /^(Not enough arguments following|Argument unexpected for): (\S+)$/.exec(message) ?? []
  const option = table.find(({ name, letter }) => name === key || letter === key)
  if (option === undefined) return new ConfigError(message)
  const rule = problem?.startsWith('Not') ? 'its value is missing' : 'it takes no value'
  return new ConfigError(`Cannot use ${optionLabel(option)}: ${rule}`)
}

/**
 * Takes groups of short options apart as getopt does: `-smoout` becomes `-s -m -o=out`. What follows `--`
 * and everything else stays as it is.
 *
 * @throws ConfigError naming an option that does not exist.
 */
function expandShortOptions(args: readonly string[], table: readonly OptionRow[], command: string): string[] {
  const end = args.indexOf('--')
  const options = end === -1 ? args : args.slice(0, end)
  const expanded = options.flatMap((arg) => {
    if (arg.startsWith('--')) return [knownName(arg, table, command)]
    return /^-[^\d.]/.test(arg) ? lettersOf(arg, table, command) : [arg]
  })
  return [...expanded, ...args.slice(options.length)]
}

function knownName(arg: string, table: readonly OptionRow[], command: string): string {
  const typed = arg.slice(2).split('=', 1)[0]!
  const names = table.map(({ name }) => name)
  if (names.includes(typed)) return arg
  const suggestion = suggestionFor(typed, names)
  throw unknown(`--${typed}`, command, suggestion === null ? undefined : `did you mean --${suggestion}?`)
}

function lettersOf(arg: string, table: readonly OptionRow[], command: string): string[] {
  const parts: string[] = []
  for (let i = 1; i < arg.length; i++) {
    const option = table.find(({ letter }) => letter === arg[i])
    if (option === undefined) throw unknown(`-${arg[i]}${arg.length > 2 ? ` in ${arg}` : ''}`, command)
    const value = option.value === undefined ? '' : arg.slice(i + 1)
    if (value !== '') return [...parts, `-${arg[i]}=${value.replace(/^=/, '')}`]
    parts.push(`-${arg[i]}`)
  }
  return parts
}

function unknown(typed: string, command: string, hint?: string): ConfigError {
  const help = command === '' ? 'pcap2conn --help' : `pcap2conn ${command} --help`
  const where = command === '' ? '' : ` of ${command}`
  return new ConfigError(`Unknown option ${typed}${where}: ${hint ?? `${help} shows the options`}`)
}
