import { ConfigError } from '../errors.js'
import { LIVE_OPTIONS } from './live-options.js'
import { type Asked, type Checked, type OptionRow, type OptionTable, optionLabel } from './option-row.js'
import { shown } from './option-values.js'
import { READING_OPTIONS } from './reading-options.js'
import { suggestionFor } from './suggest.js'
import { SUMMARY_OPTION, WRITING_OPTIONS } from './writing-options.js'

/** The options of a conversion except those of a live capture. */
export const RUN_OPTIONS = { ...READING_OPTIONS, ...WRITING_OPTIONS, ...SUMMARY_OPTION }

/** All options of a conversion, by their names in the library. */
export const OPTIONS = { ...RUN_OPTIONS, ...LIVE_OPTIONS }

/** The options for reading and reassembly. `connections()` takes these, too. */
export interface ReadingOptions extends Asked<typeof READING_OPTIONS>, Asked<typeof LIVE_OPTIONS> {}

/**
 * The options of `convert()`: the long options of the command line in camel case. They are unchecked; `toConfig` checks
 * them. Absent and undefined options have the default given here.
 */
export interface ConvertOptions extends ReadingOptions, Asked<typeof WRITING_OPTIONS> {}

/** The options of the command line, which has one more than {@link ConvertOptions}. */
export interface RawOptions extends ConvertOptions, Asked<typeof SUMMARY_OPTION> {}

/** True when `connections()` takes the option of this name. */
export function isReadingOption(name: string): name is keyof ReadingOptions {
  return Object.hasOwn(READING_OPTIONS, name) || Object.hasOwn(LIVE_OPTIONS, name)
}

/** An option's name on the command line. */
export function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
}

/** @throws ConfigError unless `raw` is an object whose names are options. */
export function refuseUnknown(raw: unknown): asserts raw is Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null)
    throw new ConfigError(`Cannot use ${shown(raw)} as options: must be an object`)
  const unknown = Object.keys(raw).find((name) => !Object.hasOwn(OPTIONS, name))
  if (unknown === undefined) return
  const suggestion = suggestionFor(unknown, Object.keys(OPTIONS))
  const hint = suggestion === null ? '' : `: did you mean ${suggestion}?`
  throw new ConfigError(`Unknown option ${shown(unknown)}${hint}`)
}

/** The values of all options of `table`, each under its name in `Config`. @throws ConfigError */
export function checkedBy<T extends OptionTable>(
  table: T,
  raw: Readonly<Record<string, unknown>>,
): Checked<T> {
  const fields = Object.entries(table).map(([name, option]) => [
    option.field ?? name,
    option.check(labelOf(name, option), raw[name]),
  ])
  return Object.fromEntries(fields)
}

/** @throws ConfigError when an option lacks one that it needs or is given with one that it excludes. */
export function refuseConflicts(raw: Readonly<Record<string, unknown>>): void {
  const table: Readonly<Record<string, OptionRow>> = OPTIONS
  const isGiven = (name: string) => raw[name] !== undefined && raw[name] !== false
  const label = (name: string) => labelOf(name, table[name]!)
  for (const [name, { needs = {}, conflicts = {} }] of Object.entries(table)) {
    if (!isGiven(name)) continue
    for (const [other, reason] of Object.entries(needs)) {
      if (!isGiven(other))
        throw new ConfigError(`Cannot use ${label(name)} without ${label(other)}: ${reason}`)
    }
    for (const [other, reason] of Object.entries(conflicts)) {
      if (isGiven(other)) throw new ConfigError(`Cannot use ${label(name)} with ${label(other)}: ${reason}`)
    }
  }
}

function labelOf(name: string, { letter }: OptionRow): string {
  return optionLabel({ name: dashed(name), letter })
}
