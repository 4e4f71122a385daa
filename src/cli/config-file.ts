import { readFileSync } from 'node:fs'
import { refusal, shown } from '../config/option-values.js'
import { suggestionFor } from '../config/suggest.js'
import { ConfigError, failureReason } from '../errors.js'
import { systemPath } from '../system-path.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'
import type { FoundOptions } from './parse-options.js'

/** Options that make no sense in a file. */
const COMMAND_LINE_ONLY: ReadonlySet<string> = new Set(['config', 'help', 'version', 'list-interfaces'])

/** The options that a configuration file may have. */
export const FILE_OPTIONS: readonly OptionRow[] = OPTION_TABLE.filter(
  ({ name }) => !COMMAND_LINE_ONLY.has(name),
)

/** What a run takes from the file that `--config` names. */
export interface FromFile {
  readonly path: string
  /** Names of the options whose values are the file's. */
  readonly names: readonly string[]
}

/**
 * Completes what the command line asks for by the options of a file: an object of JSON with the long names of options.
 * What the command line says wins; its inputs replace all of the file.
 *
 * @param found What was found on the command line.
 * @param path  The value of `--config`.
 * @throws ConfigError when the file cannot be read, is not such an object, or has an option of the wrong type.
 */
export function withConfigFile(
  found: FoundOptions,
  path: string,
): { readonly values: Readonly<Record<string, unknown>>; readonly fromFile: FromFile } {
  const options = readOptions(path)
  if (found.plain.length > 0) delete options['input-file']
  const names = Object.keys(options).filter((name) => found.values[name] === undefined)
  return { values: { ...options, ...found.values }, fromFile: { path, names } }
}

/** Adds the file's name to an error about options that the file has. Other errors stay as they are. */
export function namingFile(error: unknown, { path, names }: FromFile): unknown {
  if (!(error instanceof ConfigError)) return error
  const named = names.filter((name) => new RegExp(`--${name}(?![\\w-])`).test(error.message))
  if (named.length === 0) return error
  const options = named.map((name) => `--${name}`).join(' and ')
  return new ConfigError(`${error.message} (${options} from --config ${shown(path)})`, { cause: error })
}

function readOptions(path: string): Record<string, unknown> {
  const where = `--config ${shown(path)}`
  const content = parsed(path, where)
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new ConfigError(`Cannot use ${where}: its content must be a JSON object of options`)
  for (const [name, value] of Object.entries(content)) {
    const option = FILE_OPTIONS.find((row) => row.name === name)
    if (option === undefined) throw new ConfigError(`Cannot use ${where}: ${unknownText(name)}`)
    checkType(option, value, where)
  }
  return { ...content }
}

function parsed(path: string, where: string): unknown {
  let text: string
  try {
    text = readFileSync(systemPath(path), 'utf8')
  } catch (cause) {
    throw new ConfigError(`Cannot read ${where}: ${failureReason(cause)}`, { cause })
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) // a byte order mark
  } catch (cause) {
    throw new ConfigError(`Cannot use ${where}: ${(cause as Error).message}`, { cause })
  }
}

function unknownText(name: string): string {
  if (COMMAND_LINE_ONLY.has(name)) return `${name} is for the command line only`
  const suggestion = suggestionFor(
    name
      .replace(/^-+/, '')
      .replaceAll(/[A-Z_]/g, (letter) => (letter === '_' ? '-' : `-${letter.toLowerCase()}`)),
    FILE_OPTIONS.map((row) => row.name),
  )
  return `unknown option ${shown(name)}${suggestion === null ? '' : `: did you mean ${suggestion}?`}`
}

// What the values mean is checked where those of the command line are.
function checkType(option: OptionRow, value: unknown, where: string): void {
  const isText = (item: unknown) => typeof item === 'string'
  if (option.value === undefined) {
    if (typeof value !== 'boolean') throw refusal(`${option.name} in ${where}:`, value, 'true or false')
  } else if (option.isRepeatable === undefined) {
    if (!isText(value) && typeof value !== 'number')
      throw refusal(`${option.name} in ${where}:`, value, 'a text or a number')
  } else if (!isText(value) && !(Array.isArray(value) && value.every(isText))) {
    throw refusal(`${option.name} in ${where}:`, value, 'a text or a list of texts')
  }
}
