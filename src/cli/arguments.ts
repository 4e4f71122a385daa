import type { RawOptions } from '../config/config.js'
import { LIVE_OPTIONS, type LiveBackendChoice } from '../config/live-options.js'
import { choiceOf, pathOf } from '../config/option-values.js'
import { ConfigError } from '../errors.js'
import type { FromFile } from './config-file.js'
import { INSPECT, type InspectCommand, inspectCommand } from './inspect-command.js'
import { OPTION_TABLE, optionLabel, PROGRESS_MODES } from './option-table.js'
import { type FoundOptions, parseOptions } from './parse-options.js'

/** When progress is shown. */
export type ProgressMode = (typeof PROGRESS_MODES)[number]

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
      /** Value of `--report` as typed; undefined when not given. */
      readonly report: unknown
      /** The options from the file of `--config`; null without one. */
      readonly fromFile: FromFile | null
      /** An archive that stands where the run would make the same one; absent: it is made in any case. */
      readonly keeps?: string
    }

/**
 * @param args What follows the program's name.
 * @throws ConfigError in one sentence that names the option, as soon as one is unknown, lacks its value or is repeated.
 */
export async function parseArguments(args: readonly string[]): Promise<Command> {
  const isInspect = args[0] === INSPECT
  const found = await parseOptions(isInspect ? args.slice(1) : args, OPTION_TABLE)
  const { values } = found
  if (values.help === true) return { kind: 'help', of: isInspect ? 'inspect' : 'run' }
  if (isInspect) return inspectCommand(found)
  if (values.version === true) return { kind: 'version' }
  if (values['list-interfaces'] === true) return listCommand(found)
  return values.config === undefined ? runCommand(values, found.plain, null) : withFile(found)
}

const WITH_LIST = new Set(['list-interfaces', 'json', 'live-backend'])

function listCommand({ values, plain }: FoundOptions): Command {
  const other = OPTION_TABLE.find(({ name }) => values[name] !== undefined && !WITH_LIST.has(name))
  const what = other === undefined ? plain[0] : optionLabel(other)
  if (what !== undefined)
    throw new ConfigError(`Cannot use -l/--list-interfaces with ${what}: it lists and exits`)
  const backend = LIVE_OPTIONS.liveBackend.check('--live-backend', values['live-backend'])
  return { kind: 'list', backend, isJson: values.json === true }
}

// With the options of the configuration file.
async function withFile(found: FoundOptions): Promise<Command> {
  const { withConfigFile, namingFile } = await import('./config-file.js')
  const { values, fromFile } = withConfigFile(found, pathOf('--config', found.values.config))
  try {
    return runCommand(values, found.plain, fromFile)
  } catch (error) {
    throw namingFile(error, fromFile)
  }
}

/** A conversion. @param plain Inputs without an option. @throws ConfigError */
export function runCommand(
  values: Readonly<Record<string, unknown>>,
  plain: readonly string[],
  fromFile: FromFile | null,
): Command & { readonly kind: 'run' } {
  const { progress: mode, quiet, report, config: _config, ...options } = values
  const progress = choiceOf('--progress', mode, 'auto', PROGRESS_MODES)
  if (quiet === true && progress === 'always')
    throw new ConfigError('Cannot use -q/--quiet with --progress always')
  const raw = Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value]))
  const inputFile = [options['input-file'] ?? [], plain].flat() as string[]
  return {
    kind: 'run',
    raw: { ...raw, inputFile } satisfies RawOptions,
    progress,
    isQuiet: quiet === true,
    report,
    fromFile,
  }
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
