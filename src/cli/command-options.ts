import { parseArgs } from 'node:util'
import { shown } from '../config/option-values.js'
import { suggestionFor } from '../config/suggest.js'
import { ConfigError } from '../errors.js'
import { optionHelp } from './help.js'
import { type OptionRow, optionLabel } from './option-table.js'

/** An option of a command of its own, such as `report`. */
export type CommandOption = Omit<OptionRow, 'group' | 'isRepeatable'>

/** What a command line of such a command holds. */
export interface CommandArguments {
  /** By long name; flags are true. */
  readonly values: Readonly<Record<string, string | true | undefined>>
  readonly plain: readonly string[]
}

/**
 * @param command The command's name, for the messages.
 * @param args What stands behind it.
 * @throws ConfigError in one sentence that names the option that is unknown, repeated, or has a value too many or few.
 */
export function parseCommandArguments(
  command: string,
  args: readonly string[],
  table: readonly CommandOption[],
): CommandArguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      table.map(({ name, letter, value }) => [
        name,
        {
          type: value === undefined ? 'boolean' : 'string',
          ...(letter === undefined ? {} : { short: letter }),
        },
      ]),
    ),
    strict: false,
    tokens: true,
  })
  const values: Record<string, string | true> = {}
  const plain: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') plain.push(token.value)
    if (token.kind !== 'option') continue
    const option = table.find(({ name }) => name === token.name)
    if (option === undefined) throw unknownOption(command, token.rawName, table)
    const label = optionLabel(option)
    if (option.value === undefined && token.value !== undefined)
      throw new ConfigError(`Cannot use ${label}: it takes no value`)
    if (option.value !== undefined && token.value === undefined)
      throw new ConfigError(`Cannot use ${label}: its value is missing`)
    if (values[option.name] !== undefined) throw new ConfigError(`Cannot use ${label} twice: once is enough`)
    values[option.name] = token.value ?? true
  }
  return { values, plain }
}

/** The options as lines of a help text. */
export function commandHelp(table: readonly CommandOption[]): string {
  return `Options:\n${table.map(optionHelp).join('\n')}`
}

function unknownOption(command: string, typed: string, table: readonly CommandOption[]): ConfigError {
  const suggestion = suggestionFor(
    typed.replace(/^-+/, ''),
    table.map(({ name }) => name),
  )
  const hint =
    suggestion === null ? `pcap2conn ${command} --help shows the options` : `did you mean --${suggestion}?`
  return new ConfigError(`Unknown option ${shown(typed)} of ${command}: ${hint}`)
}
