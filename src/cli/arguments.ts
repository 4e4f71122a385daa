import { backendOf, type LiveBackendChoice } from '../config/live-options.js'
import { choiceOf, pathOf } from '../config/option-values.js'
import type { RawOptions } from '../config.js'
import { ConfigError } from '../errors.js'
import type { FromFile } from './config-file.js'
import { INSPECT, type InspectCommand, inspectCommand } from './inspect-command.js'
import { OPTION_TABLE, type OptionRow, optionLabel } from './option-table.js'
import { expandShortOptions } from './short-options.js'

/** When progress is shown. */
export type ProgressMode = 'auto' | 'always' | 'never'

/** What the command line asks for. The values of `raw` are as typed: `toConfig` checks them. */
export type Command =
  | { readonly kind: 'help'; readonly of: 'run' | 'inspect' }
  | { readonly kind: 'version' }
  | InspectCommand
  | { readonly kind: 'list'; readonly backend: LiveBackendChoice; readonly isJson: boolean }
  | {
      readonly kind: 'run'
      readonly raw: RawOptions
      readonly progress: ProgressMode
      readonly isQuiet: boolean
      /** Value of `--report`, as typed; undefined: none. */
      readonly report: unknown
      /** What stands in the file of `--config`; null: there is none. */
      readonly fromFile: FromFile | null
    }

// Values stay exactly as typed: numbers are text, and dots and `--no-` have no meaning of their own.
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
 * @param args What follows the program's name.
 * @throws ConfigError in one sentence that names the option, as soon as one is unknown, lacks its value or is repeated.
 */
export async function parseArguments(args: readonly string[]): Promise<Command> {
  const isInspect = args[0] === INSPECT
  const found = await parseWithYargs(expandShortOptions(isInspect ? args.slice(1) : args))
  if (found.help === true) return { kind: 'help', of: isInspect ? 'inspect' : 'run' }
  if (isInspect) return inspectCommand(found)
  if (found.version === true) return { kind: 'version' }
  if (found['list-interfaces'] === true) return listCommand(found)
  return found.config === undefined ? runCommand(found, null) : withFile(found)
}

const WITH_LIST = new Set(['list-interfaces', 'json', 'live-backend'])

function listCommand(found: Readonly<Record<string, unknown>>): Command {
  const other = OPTION_TABLE.find(({ name }) => found[name] !== undefined && !WITH_LIST.has(name))
  const what = other === undefined ? [found._ ?? []].flat()[0] : optionLabel(other)
  if (what !== undefined)
    throw new ConfigError(`Cannot use -l/--list-interfaces with ${what}: it lists and exits`)
  return { kind: 'list', backend: backendOf(found['live-backend']), isJson: found.json === true }
}

// With the options of the configuration file.
async function withFile(found: Readonly<Record<string, unknown>>): Promise<Command> {
  const path = found.config
  if (Array.isArray(path)) throw new ConfigError('Cannot use --config twice: it takes one value')
  const { withConfigFile, namingFile } = await import('./config-file.js')
  const { options, fromFile } = withConfigFile(found, pathOf('--config', path))
  try {
    return runCommand(options, fromFile)
  } catch (error) {
    throw namingFile(error, fromFile)
  }
}

function runCommand(found: Readonly<Record<string, unknown>>, fromFile: FromFile | null): Command {
  const raw: Record<string, unknown> = {}
  for (const option of OPTION_TABLE) {
    const value = found[option.name]
    if (value === undefined) continue
    if (Array.isArray(value) && option.isRepeatable === undefined) {
      throw new ConfigError(
        `Cannot use ${optionLabel(option)} ${value.length} times: it takes one value (found ${value.join(' and ')})`,
      )
    }
    raw[camelCase(option.name)] = value
  }
  const {
    progress: mode,
    quiet,
    help: _help,
    version: _version,
    listInterfaces: _list,
    config: _config,
    inputFile,
    report,
    ...options
  } = raw
  const progress = choiceOf<ProgressMode>('--progress', mode, 'auto', ['auto', 'always', 'never'])
  if (quiet === true && progress === 'always')
    throw new ConfigError('Cannot use -q/--quiet with --progress always')
  const inputs = [inputFile ?? [], found._ ?? []].flat()
  return {
    kind: 'run',
    raw: { ...options, inputFile: inputs as string[] } satisfies RawOptions,
    progress,
    isQuiet: quiet === true,
    report,
    fromFile,
  }
}

async function parseWithYargs(args: readonly string[]): Promise<Record<string, unknown>> {
  const { default: yargs } = await import('yargs')
  return yargs([...args])
    .parserConfiguration(YARGS_CONFIGURATION)
    .detectLocale(false)
    .help(false)
    .version(false)
    .exitProcess(false)
    .options(Object.fromEntries(OPTION_TABLE.map((option) => [option.name, yargsOption(option)])))
    .strictOptions()
    .fail((message, error) => {
      throw usageError(message ?? error.message)
    })
    .parseAsync()
}

// `nargs` 1 lets `-` be a value; `nargs` 0 refuses `--json=maybe`, which would be false without a word.
function yargsOption(option: Pick<OptionRow, 'name' | 'letter' | 'value'>) {
  return {
    ...(option.letter === undefined ? {} : { alias: option.letter }),
    type: option.value === undefined ? ('boolean' as const) : ('string' as const),
    nargs: option.value === undefined ? 0 : 1,
  }
}

/** Says what yargs found in our words. */
function usageError(message: string): ConfigError {
  const [, problem, key] =
    /^(Not enough arguments following|Argument unexpected for): (\S+)$/.exec(message) ?? []
  const option = OPTION_TABLE.find(({ name, letter }) => name === key || letter === key)
  if (option === undefined) return new ConfigError(message)
  const rule = problem?.startsWith('Not') ? 'its value is missing' : 'it takes no value'
  return new ConfigError(`Cannot use ${optionLabel(option)}: ${rule}`)
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
